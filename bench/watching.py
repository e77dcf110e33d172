"""A switch that is watched from its event socket, with callers, and controllers that come and go."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.installation import free_port
from bench.processes import ROOT, Failed, Program, running
from bench.site import NOTHING, SERVE, Controller, common, fill
from conf.freeswitch import find_binary

UP_WITHIN = 60.0  # seconds
KINDS = {"virtual": "the virtual switch", "real": "FreeSWITCH"}


@dataclass(frozen=True)
class Seen:
    """One event. `at` is epoch seconds on the switch's clock; sizes are bytes; `carried` is the checkpoint's."""

    at: float
    name: str
    uuid: str
    caller: str
    application: str
    data: str
    key: str
    owner: str
    size: int
    carried: int


@dataclass
class Scene:
    """A switch, and controllers by name, none of them started."""

    kind: str
    switch: Program
    site: dict[str, Controller]
    pid: int  # of FreeSWITCH; 0 for the virtual switch
    events: list[Seen] = field(default_factory=list)
    callers: int = 0

    def call(self, number: str, count: int, rate: float = 20.0) -> list[str]:
        """So many new callers call a number; returns who they are."""
        callers = [f"+336{self.callers + place:08d}" for place in range(count)]
        self.callers += count
        self.switch.ask(call=number, callers=callers, rate=rate)
        return callers

    def look(self) -> list[Seen]:
        """All events so far."""
        self.events += [Seen(*one) for one in self.switch.ask(events=True)["events"]]
        return self.events

    def until(self, met: Callable[[list[Seen]], bool], within: float, what: str) -> None:
        """Wait until the events tell that something is so."""
        until = time.monotonic() + within
        while not met(self.look()):
            if time.monotonic() > until:
                told = "\n".join(one.told()[-1500:] for one in self.site.values())
                raise Failed(f"{self.kind}: {what}: not within {within:.0f} s\n{told}")
            time.sleep(0.05)

    def all_leave(self, callers: Sequence[str]) -> None:
        """Those who are still there hang up; returns when all are gone, and forgets what happened."""
        self.switch.ask(leave=[caller for caller in callers if caller not in gone(self.look())])
        self.until(lambda events: set(callers) <= gone(events), UP_WITHIN, "callers leave")
        self.events.clear()


def gone(events: Sequence[Seen]) -> set[str]:
    """Whose calls have ended."""
    return {one.caller for one in events if one.name == "CHANNEL_HANGUP_COMPLETE"}


def kinds() -> list[str]:
    """The switches that there are on this machine."""
    return list(KINDS) if find_binary() else ["virtual"]


@contextmanager
def scene(
    kind: str,
    programs: dict[str, Sequence[str]],
    *,
    shop_takes: float = 0.0,
    more: dict[str, dict[str, Any]] = NOTHING,
) -> Iterator[Scene]:
    """Everything for a measurement; `programs` are what python runs for each controller, `more` flows by number."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="souffleur-bench-")))
        (folder / "switch").mkdir()
        shop = free_port()
        offers = {name: free_port() for name in programs}
        words = [kind, str(shop), str(shop_takes), str(folder / "switch"), *map(str, offers.values())]
        command = [sys.executable, str(ROOT / "bench" / "switches" / "watched.py"), *words]
        switch = stack.enter_context(running(command, {"TMPDIR": str(folder)}))
        told = switch.hear(UP_WITHIN)
        environment = common(folder, told["esl"], told["password"])
        fill(folder, environment, f"http://127.0.0.1:{shop}/orders", more)
        site = {name: Controller(name, environment, folder, program) for name, program in programs.items()}
        for name, one in site.items():
            one.listen_on(offers[name])
            stack.callback(one.end)
        yield Scene(kind, switch, site, told["pid"])


def serving(*names: str) -> dict[str, Sequence[str]]:
    """Controllers as anybody starts them."""
    return dict.fromkeys(names, SERVE)


def listens(port: int) -> bool:
    """Whether somebody listens on a loopback port, without a connection that would be taken for a call."""
    wanted = f":{port:04X}"
    with open("/proc/net/tcp") as lines:
        return any((words := line.split())[1].endswith(wanted) and words[3] == "0A" for line in lines)
