"""A worker in a process of its own, by a clock that a file sets forward: `python -m tests.fax.worker_process FILE`."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conf.settings import load
from fax import serve


def main() -> int:
    forward = Path(sys.argv[1])
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    serve.EVERY = 0.05
    serve._thread.__defaults__ = (0.05,)  # type: ignore[misc]

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(forward.read_text()))

    return serve.serve(load(), lambda engine: lambda number: (), now)


if __name__ == "__main__":
    sys.exit(main())
