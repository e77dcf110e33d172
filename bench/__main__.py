"""`make bench`: every measured comparison, in one run and one table.

`python -m bench real many_calls` measures only these.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import date

from bench import (
    adoption,
    away,
    backchannels,
    canvas,
    checkpoint,
    day,
    desk,
    esl,
    fax,
    first_command,
    hints,
    history,
    idle_calls,
    listening,
    machines,
    many_calls,
    pages,
    real,
    speech,
)
from bench.processes import Failed, allow_many_files
from bench.table import Row, show

MEASURES = {
    "esl": esl.measure,
    "first_command": first_command.measure,
    "idle_calls": idle_calls.measure,
    "many_calls": many_calls.measure,
    "away": away.measure,
    "real": real.measure,
    "checkpoint": checkpoint.measure,
    "adoption": adoption.measure,
    "pages": pages.measure,
    "history": history.measure,
    "canvas": canvas.measure,
    "speech": speech.measure,
    "listening": listening.measure,
    "backchannels": backchannels.measure,
    "machines": machines.measure,
    "hints": hints.measure,
    "fax": fax.measure,
    "desk": desk.measure,
}
BY_NAME = {"day": day.measure}  # longer than anybody waits: only when it is asked for


def main() -> None:
    """Measure and print."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended
    allow_many_files()
    began = time.monotonic()
    rows = [row for name in sys.argv[1:] or MEASURES for row in _measured(name)]
    print(show(rows))
    print(f"\n{machine()}; measured in {time.monotonic() - began:.0f} s")
    if set(sys.argv[1:]) & BY_NAME.keys() and any(row.met is False for row in rows):
        sys.exit(1)  # these do not compare, they look for faults


def _measured(name: str) -> Iterator[Row]:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        yield from (MEASURES | BY_NAME)[name]()
    except Failed as failure:
        yield Row(name, "-", f"FAILED: {str(failure).splitlines()[0]}")
        print(failure, file=sys.stderr)


def machine() -> str:
    """When and on what."""
    with open("/proc/cpuinfo") as lines:
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[1]
    return f"{date.today()}, {os.cpu_count()} cores ({model}), {memory:.0f} GB, load average {load:.1f}"


if __name__ == "__main__":
    main()
