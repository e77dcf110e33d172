"""How long a caller waits for the next controller: from `kill -9` to the first command of another one.

Callers stand in four phases of a call when the controller that has them is lost: a long announcement is played to them
(and goes on), they have just pressed a key in a menu, they listen to music (which goes on too), or they wait in silence
while a web shop is asked. The time ends with the first application that FreeSWITCH executes for the next controller and
that a caller hears or is moved by, by the time stamps of the switch's own events. Silence is the part of it in which
the caller hears nothing: since the loss, since what was played has ended, or since a controller listens, whichever is
the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.processes import Failed
from bench.table import Row
from bench.watching import KINDS, Scene, Seen, kinds, listens, scene, serving

PHASES = {"say": "+33100000011", "menu": "+33100000012", "music": "+33100000013", "http": "+33100000014"}
WAITS_IN = {"say": "playback", "menu": "play_and_get_digits", "music": "playback"}
ACTS = {"answer", "playback", "play_and_get_digits", "bridge", "hangup"}
SHOP_TAKES = 25.0  # seconds
SETTLES = 0.8  # seconds until everybody stands where they are to stand; the menu's prompt is over then
WITHIN = 45.0  # seconds
SILENCE = 2.0  # seconds, once a controller listens
ALONE, TOGETHER = 5, 8  # callers in each phase, for one controller and for two
ROUNDS = 2
KNOWN = 2.5  # seconds in which two controllers hear of each other


@dataclass
class Times:
    """Seconds, by phase: until the next controller's first command, and how much of that the caller heard nothing."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {phase: [] for phase in PHASES})
    silences: dict[str, list[float]] = field(default_factory=lambda: {phase: [] for phase in PHASES})

    def rows(self, what: str, who: str, since: str, most: float = 0.0) -> list[Row]:
        """`most` is the longest good silence, 0 where none is bounded."""
        longest = max(one for group in self.silences.values() for one in group)
        verdict = ("", None) if not most else (f"worst <= {most:g} s", longest <= most)
        return [
            Row(f"{what}, to the next command", who, _told(self.waits)),
            Row(f"  silence meanwhile{since}", who, _told(self.silences), 0.0, *verdict),
        ]


def measure() -> list[Row]:
    """On the virtual switch, then on FreeSWITCH if there is one."""
    rows = [row for kind in kinds() for row in _measure(kind)]
    if len(kinds()) == 1:
        rows.append(Row("adoption", KINDS["real"], "not found here (PATH, SOUFFLEUR_FREESWITCH): left out"))
    return rows


def _measure(kind: str) -> Iterator[Row]:
    who = KINDS[kind]
    with scene(kind, serving("a", "b"), shop_takes=SHOP_TAKES) as here:
        first = here.site["a"]
        first.start()
        first.await_ready()
        anew = Times()
        for _ in range(ROUNDS):
            _round(here, anew, ALONE, lambda: _kill_and_start(here), first.offer)
        yield from anew.rows("kill -9, started anew", who, ", since it listens", SILENCE)
        here.site["b"].start()
        here.site["b"].await_ready()
        standby = Times()
        for _ in range(ROUNDS):
            first.await_ready()
            time.sleep(KNOWN)
            _round(here, standby, TOGETHER, first.kill)
            first.start()
        yield from standby.rows("kill -9, another one stands by", who, "", SILENCE)
        first.await_ready()
        time.sleep(KNOWN)
        stopped = Times()
        _round(here, stopped, TOGETHER, first.stand_still)
        yield from stopped.rows("SIGSTOP, another one stands by", who, "")
        first.go_on()


def _kill_and_start(here: Scene) -> None:
    here.site["a"].kill()
    here.site["a"].start()


def _round(here: Scene, times: Times, count: int, lose: Callable[[], None], port: int = 0) -> None:
    """Callers in all phases lose the controller a; how long each waits is added to the times."""
    callers = {phase: here.call(number, count) for phase, number in PHASES.items()}
    everybody = [caller for group in callers.values() for caller in group]
    asked = here.switch.ask(asked=True)["asked"] - count
    here.until(lambda events: _settled(events, callers), 20, "callers stand where they are to stand")
    time.sleep(SETTLES)
    if here.switch.ask(asked=True)["asked"] < asked + count:
        raise Failed("the shop has not been asked by everybody")
    mine = {caller for caller, owner in _owners(here.look()).items() if owner.startswith("a:")}
    lost = time.time()
    lose()
    here.switch.ask(press="1", callers=[caller for caller in callers["menu"] if caller in mine])
    since = _await_port(port) if port else 0.0
    first: dict[str, Seen] = {}

    def all_adopted(events: list[Seen]) -> bool:
        first.update({one.caller: one for one in reversed(events) if one.at > lost and _acts(one)})
        return mine <= first.keys()

    here.until(all_adopted, WITHIN, "adoption")
    for phase, group in callers.items():
        for caller in group:
            if caller in mine:
                times.waits[phase].append(first[caller].at - lost)
                heard = max([one.at for one in here.events if one.caller == caller and _ends(one, first[caller])])
                times.silences[phase].append(first[caller].at - min(first[caller].at, max(lost, since, heard)))
    here.all_leave(everybody)


def _settled(events: list[Seen], callers: dict[str, list[str]]) -> bool:
    begun = {(one.caller, one.application) for one in events if one.name == "CHANNEL_EXECUTE"}
    return all((caller, name) in begun for phase, name in WAITS_IN.items() for caller in callers[phase])


def _owners(events: list[Seen]) -> dict[str, str]:
    """Who has each call, by the last event that tells."""
    return {one.caller: one.owner for one in events if one.owner}


def _acts(one: Seen) -> bool:
    """Whether an event is the beginning of something that a controller after the first one ordered."""
    return one.name == "CHANNEL_EXECUTE" and one.application in ACTS and not one.owner.endswith(":1")


def _ends(one: Seen, first: Seen) -> bool:
    """Whether an event is the end of what was heard before."""
    return one.name == "CHANNEL_EXECUTE_COMPLETE" and one.application in ACTS and one.at <= first.at


def _await_port(port: int) -> float:
    until = time.monotonic() + WITHIN
    while not listens(port):
        if time.monotonic() > until:
            raise Failed("it did not start")
        time.sleep(0.002)
    return time.time()


def _told(times: dict[str, list[float]]) -> str:
    everything = [one for group in times.values() for one in group]
    late = quantiles(everything, n=20)[-1]
    each = ", ".join(f"{phase} {median(group):.1f}" for phase, group in times.items() if group)
    worst = max(everything)
    return f"{median(everything):.1f} s, p95 {late:.1f}, worst {worst:.1f} ({each}; {len(everything)} calls)"
