"""Memory of an idle call: what a process grows by from no call to 1,000 that wait, divided by 1,000."""

from __future__ import annotations

import time

from bench.processes import Failed, Memory, memory, running
from bench.servers import GREENSWITCH, NAMES, OURS, switch, taking
from bench.table import Row, compared

CALLS = 1000
WANTED = 1 / 2  # of greenswitch's
WARM = 20  # calls before the first look: what is loaded and made once is not the calls'
RATE = 150.0  # calls a second
SETTLES = 1.5  # seconds until the last events are heard


def measure() -> list[Row]:
    """Each server by itself, one after the other."""
    found = {name: _grown(name) for name in NAMES}
    theirs = found[GREENSWITCH].rss
    return [_row(name, grown, theirs) for name, grown in found.items()]


def _row(name: str, grown: Memory, theirs: float) -> Row:
    ratio = 0.0 if name == GREENSWITCH else grown.rss / theirs
    value = f"{grown.rss:.1f} kB (PSS {grown.pss:.1f} kB)"
    return compared("memory of an idle call", name, value, ratio, WANTED if name in OURS else 0.0)


def _grown(name: str) -> Memory:
    with taking(name) as taker, running(switch("callers.py", taker)) as callers:
        callers.ask(gather=WARM, rate=RATE)
        callers.ask(leave=True, rate=RATE)
        time.sleep(SETTLES)
        before = memory(taker.pid)
        there = callers.ask(within=120, gather=CALLS, rate=RATE)["there"]
        if there < CALLS:
            raise Failed(f"{name}: only {there} of {CALLS} calls were taken")
        time.sleep(SETTLES)
        after = memory(taker.pid)
    return Memory((after.rss - before.rss) / CALLS, (after.pss - before.pss) / CALLS)
