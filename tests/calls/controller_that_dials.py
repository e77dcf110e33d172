"""`python -m tests.calls.controller_that_dials serve`: the controller on a Tuesday that passes fast.

BEGAN is when that Tuesday began, in seconds since the epoch. DIES_AT ends the process with kill -9 where a call of a
campaign is `written` but not asked for, or where FreeSWITCH is about to be `asked`. With `hangs` it stops there, once.
"""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from controller import __main__ as program
from controller.esl.inbound import Inbound
from controller.process import Controller

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # 11 in Paris
FAST = 20.0  # times the wall clock: a call that nobody knows of is given up after seconds


def now() -> datetime:
    """A moment of that Tuesday."""
    return TUESDAY + timedelta(seconds=(time.time() - float(os.environ["BEGAN"])) * FAST)


class Dialling(Controller):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.campaigns.now = now
        ring, connection = self.campaigns._ring, self.campaigns._connection
        match os.environ.get("DIES_AT"):
            case "written":
                self.campaigns._ring = _then(signal.SIGKILL, ring)  # type: ignore[method-assign]
            case "hangs":
                self.campaigns._ring = _then(signal.SIGSTOP, ring)  # type: ignore[method-assign]
            case "asked":
                self.campaigns._connection = lambda: cast(Inbound, Deaf(connection()))


class Deaf:
    """A connection over which no call is asked for any more."""

    def __init__(self, connection: Inbound) -> None:
        self.api = connection.api
        self.bgapi = _then(signal.SIGKILL, connection.bgapi)


def _then(number: int, act: Callable[..., Any]) -> Callable[..., Any]:
    blows = [number]

    def struck(*arguments: Any, **named: Any) -> Any:
        if blows:
            os.kill(os.getpid(), blows.pop())
        return act(*arguments, **named)

    return struck


if __name__ == "__main__":
    program.Controller = Dialling  # type: ignore[misc]
    sys.exit(program.main())
