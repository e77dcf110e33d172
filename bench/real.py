"""With a real FreeSWITCH: INVITE to 200 OK through a flow, beside an extension that only answers; CPU of held calls."""

from __future__ import annotations

import sys
import time
from statistics import median, quantiles

from bench.installation import Installation, installed
from bench.processes import ROOT, Failed, Program, cpu, running
from bench.servers import FLOW
from bench.table import Row
from conf.freeswitch import find_binary

NUMBERS = ["7777", "+33100000001"]  # of the plain extension, and of a flow that looks at hours and a list, then asks
MENU_NUMBER = "+33100000002"
PLAIN = "FreeSWITCH, plain XML"
SPEEDS = {1: (1, 20), 20: (20, 6)}  # calls a second: calls in a turn, turns
WANTED = 10.0  # milliseconds that a flow may add
HELD = 100
WATCHED = 12.0  # seconds
UP_WITHIN = 20.0  # seconds until the controller has found FreeSWITCH


def measure() -> list[Row]:
    """Nothing but a line where there is no FreeSWITCH."""
    if not find_binary():
        return [Row("real FreeSWITCH", "-", "not found here (PATH, SOUFFLEUR_FREESWITCH): left out")]
    command = [sys.executable, str(ROOT / "bench" / "switches" / "real.py")]
    with installed() as house, running(command, house.environment) as switch:
        found = switch.hear()
        _await_link(house)
        rows = [row for rate, (calls, turns) in SPEEDS.items() for row in _speed(switch, rate, calls, turns)]
        return rows + _held(house, switch, found["pid"])


def _await_link(house: Installation) -> None:
    until = time.monotonic() + UP_WITHIN
    while not house.status()["freeswitch"]:
        if time.monotonic() > until:
            raise Failed(f"the controller did not find FreeSWITCH\n{house.controller.complaints}")
        time.sleep(0.2)


def _speed(switch: Program, rate: int, calls: int, turns: int) -> list[Row]:
    # Slow calls take turns one by one; quick ones in bunches, so that both are measured at their full rate.
    bunches = [NUMBERS] if rate == 1 else [[number] for number in NUMBERS]
    switch.ask(invite=NUMBERS, calls=2, rate=rate)  # the first call is not like the others
    heard = [switch.ask(invite=bunch, calls=calls, rate=rate) for _ in range(turns) for bunch in bunches]
    times = [one for answer in heard for one in answer["milliseconds"]]
    plain, flow = ([took for one in times[place::2] for took in one] for place in (0, 1))
    added = median(flow) - median(plain)
    what = f"INVITE to 200 OK, {rate} call{'s' if rate > 1 else ''}/s"
    return [
        Row(what, PLAIN, _value(plain)),
        Row(what, FLOW, _value(flow)),
        Row(f"{what}: added", FLOW, f"{added:.1f} ms", 0.0, f"<= {WANTED:.0f} ms", added <= WANTED),
    ]


def _value(times: list[float]) -> str:
    return f"{median(times):.1f} ms, p95 {quantiles(times, n=20)[-1]:.1f} ms"


def _held(house: Installation, switch: Program, freeswitch: int) -> list[Row]:
    switch.ask(hold=[MENU_NUMBER], calls=HELD, rate=20)
    pids = {FLOW: house.controller.pid, "FreeSWITCH": freeswitch}
    before, began = {name: cpu(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(WATCHED)
    seconds = time.monotonic() - began
    live = house.status()["calls"]
    share = {name: (cpu(pid) - before[name]) / seconds for name, pid in pids.items()}
    switch.ask(release=True)
    what = f"CPU of {live} calls in a menu that repeats"
    return [Row(what, name, f"{used:.1%} of a core") for name, used in share.items()]
