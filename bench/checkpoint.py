"""What a checkpoint costs each step of a call: milliseconds, CPU, and bytes, since every event repeats the variable.

Two controllers, one as it is and one that leaves no checkpoint, take turns: the same calls, on the same switch. A call
walks many announcements of 20 ms, and the time of a step counts at the switch, from the event that ends one to the
event that begins the next. The small flow has a path of 20 steps and no variables of its own; the large one has 30
variables and a path of 60 steps, so that its checkpoint comes near the limit of 4 kB.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from bench.processes import ROOT, cpu
from bench.site import SERVE, Controller
from bench.table import Row
from bench.watching import KINDS, Scene, Seen, gone, kinds, scene

WITH, WITHOUT = "with", "without"
PROGRAMS = {WITH: SERVE, WITHOUT: [str(ROOT / "bench" / "clients" / "unmarked.py")]}
SMALL, LARGE = "+33100000021", "+33100000022"
SIZES = {SMALL: "20 steps, no variables", LARGE: "60 steps, 30 variables"}
TURNS = 2
ONE_BY_ONE, AT_ONCE = 2, 20  # calls
WITHIN = 120.0  # seconds


def flow(name: str, steps: int, variables: int) -> dict[str, Any]:
    """Variables are set at first, then comes one announcement after the other."""
    nodes: dict[str, Any] = {}
    order = [f"set{part}" for part in range((variables + 14) // 15)] + [f"step{place}" for place in range(steps)]
    for node, following in zip(order, [*order[1:], "end"], strict=True):
        if node.startswith("set"):
            named = {f"variable_{node}_{place}": f"value {place} of the caller {{{{caller}}}}" for place in range(15)}
            nodes[node] = {"kind": "set", "variables": named, "exits": {"next": following}}
        else:
            nodes[node] = {"kind": "say", "prompt": "blip", "exits": {"next": following}}
    return {"name": name, "start": order[0], "nodes": nodes | {"end": {"kind": "hang_up"}}}


FLOWS = {SMALL: flow("small", 20, 0), LARGE: flow("large", 60, 30)}


@dataclass
class Cost:
    """What was measured of one controller and one flow: seconds a step, bytes of events, CPU."""

    alone: list[float] = field(default_factory=list)
    crowded: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0
    controller: float = 0.0
    freeswitch: float = 0.0


def measure() -> list[Row]:
    """On the virtual switch, then on FreeSWITCH if there is one."""
    rows = [row for kind in kinds() for row in _measure(kind)]
    if len(kinds()) == 1:
        rows.append(Row("checkpoint", KINDS["real"], "not found here (PATH, SOUFFLEUR_FREESWITCH): left out"))
    return rows


def _measure(kind: str) -> Iterator[Row]:
    costs = {(number, name): Cost() for number in SIZES for name in PROGRAMS}
    with scene(kind, PROGRAMS, more=FLOWS) as here:
        for _ in range(TURNS):
            for name, one in here.site.items():
                one.start()
                one.await_ready()
                _turn(here, one, {number: costs[number, name] for number in SIZES})
                one.kill()
    for number, what in SIZES.items():
        yield from _rows(KINDS[kind], what, costs[number, WITH], costs[number, WITHOUT])


def _turn(here: Scene, one: Controller, costs: dict[str, Cost]) -> None:
    """One controller alone takes all calls: some one after the other, then many at once."""
    _calls(here, SMALL, 1, 1)  # the first call is not like the others
    for number, cost in costs.items():
        for _ in range(ONE_BY_ONE):
            cost.alone += _steps(_calls(here, number, 1, 1), cost)
        before, began = (cpu(one.pid), cpu(here.pid) if here.pid else 0.0), time.monotonic()
        events = _calls(here, number, AT_ONCE, 100)
        cost.seconds += time.monotonic() - began
        cost.controller += cpu(one.pid) - before[0]
        cost.freeswitch += (cpu(here.pid) if here.pid else 0.0) - before[1]
        steps = _steps(events, cost)
        cost.crowded += steps
        cost.steps += len(steps)


def _calls(here: Scene, number: str, count: int, rate: float) -> list[Seen]:
    """So many calls, to their end; returns what happened."""
    callers = here.call(number, count, rate)
    here.until(lambda events: set(callers) <= gone(events), WITHIN, "calls end")
    events, here.events = here.events, []
    return events


def _steps(events: list[Seen], cost: Cost) -> list[float]:
    """Seconds from the end of each announcement to the beginning of the next."""
    found, ended = [], {}
    for one in events:
        if one.application != "playback":
            continue
        cost.sizes.append(one.size)
        cost.carried.append(one.carried)
        if one.name == "CHANNEL_EXECUTE_COMPLETE":
            ended[one.uuid] = one.at
        elif one.uuid in ended:
            found.append(one.at - ended.pop(one.uuid))
    return found


def _rows(who: str, what: str, marked: Cost, plain: Cost) -> Iterator[Row]:
    for state, times in (("one call", "alone"), (f"{AT_ONCE} calls at once", "crowded")):
        took, without = getattr(marked, times), getattr(plain, times)
        added = (median(took) - median(without)) * 1000
        value = f"{_milliseconds(took)}; without {_milliseconds(without)}; added {added:.1f} ms"
        yield Row(f"a step with its checkpoint, {what}, {state}", who, value)
    rate, before = marked.steps / marked.seconds, plain.steps / plain.seconds
    yield Row(f"  steps a second, {AT_ONCE} calls at once", who, f"{rate:.0f}; without {before:.0f}")
    value = f"{marked.controller / marked.steps * 1000:.2f} ms; without {plain.controller / plain.steps * 1000:.2f} ms"
    if marked.freeswitch:
        switch = marked.freeswitch / marked.steps * 1000, plain.freeswitch / plain.steps * 1000
        value += f"; of FreeSWITCH {switch[0]:.2f} ms; without {switch[1]:.2f} ms"
    yield Row("  CPU of the controller for a step", who, value)
    added = median(marked.sizes) - median(plain.sizes)
    value = f"{median(marked.sizes):,.0f} bytes; without {median(plain.sizes):,.0f}; added {added:,.0f}"
    yield Row("  an event of a step", who, f"{value}, at most {max(marked.carried):,} of them the checkpoint")


def _milliseconds(times: list[float]) -> str:
    return f"{median(times) * 1000:.1f} ms, p95 {quantiles(times, n=20)[-1] * 1000:.1f} ms"
