"""From the offer of a call to the first command that acts on it, at the switch."""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median, quantiles

from bench.processes import running
from bench.servers import GREENSWITCH, NAMES, OURS, switch, taking
from bench.table import Row, compared

CALLS = 80
WARM = 3  # calls that do not count
WANTED = 1 / 10  # of greenswitch's median


def measure() -> list[Row]:
    """All servers stand ready at once; the switch calls them in turn."""
    with ExitStack() as stack:
        takers = [stack.enter_context(taking(name)) for name in NAMES]
        clock = stack.enter_context(running(switch("clock.py", *takers)))
        clock.ask(calls=WARM)
        times = dict(zip(NAMES, clock.ask(within=180, calls=CALLS)["milliseconds"], strict=True))
    theirs = median(times[GREENSWITCH])
    return [_row(name, found, theirs) for name, found in times.items()]


def _row(name: str, times: list[float], theirs: float) -> Row:
    middle, late = median(times), quantiles(times, n=20)[-1]
    ratio = 0.0 if name == GREENSWITCH else middle / theirs
    value = f"{middle:.1f} ms, p95 {late:.1f} ms"
    return compared("offer to first command", name, value, ratio, WANTED if name in OURS else 0.0)
