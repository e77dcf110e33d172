"""A day in little: 2,000 callers while their controllers are killed again and again.

Two controllers take the calls of one virtual switch. Every few seconds one of them is killed with SIGKILL and started
anew at once; now and then both are killed, or the other one is stopped for a while and goes on. People call at random
moments and do different things behind the keys of a menu. The same seed brings the same people; what they meet is up to
the clock. `python -m bench day` says the seed, `BENCH_DAY="seed=7 calls=500 every=3"` gives another.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from bench.day.callers import NUMBER, Plan, plan
from bench.day.judge import Verdict, judge
from bench.day.memory import LONG_LIVED, WARM, Life
from bench.installation import SECRET, free_port
from bench.processes import ROOT, Failed, Program, running
from bench.site import Controller, common, controllers, fill
from bench.table import Row

WHO = "souffleur, two controllers"
STANDS_STILL = 8.0  # seconds
BOTH, STILL = 0.15, 0.2  # how often both are killed, and how often the other one is stopped
ALIVE = 2.0  # seconds that a controller has taken calls before it is killed
EVENING = 4  # kills that follow after the last caller has called
LONGEST_CALL = 180.0  # seconds
WRITTEN_WITHIN = 60.0
SIGNS = ("Traceback", " CRITICAL ", " ERROR ")


@dataclass(frozen=True)
class Day:
    """How many call, how many a second, how often a controller is killed (seconds), and whose day it is."""

    calls: int = 2000
    rate: float = 4.0
    every: float = 5.0
    seed: int = 0
    keep: bool = False  # leave the folder with logs and database there, whatever happened


@dataclass
class Told:
    """What a day was like. `folder` is where logs and the database are, if they were kept."""

    day: Day
    verdict: Verdict
    seconds: float
    kills: Counter[str]
    switch: Life
    lives: list[Life]
    complaints: list[str]
    most: int  # calls at the same time
    folder: Path | None


@dataclass
class Reaper:
    """Kills controllers and starts them anew; `work` is to be called again and again."""

    site: dict[str, Controller]
    every: float
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    lives: dict[tuple[str, int], Life] = field(default_factory=dict)
    stands: dict[str, float] = field(default_factory=dict)  # until when one is stopped
    up: dict[str, tuple[int, float]] = field(default_factory=dict)  # which start of it takes calls, and since when
    over: bool = False

    def __post_init__(self) -> None:
        self.next = time.monotonic() + self.every

    def work(self) -> None:
        now = time.monotonic()
        for name, until in list(self.stands.items()):
            if now >= until:
                self._wake(name)
        if now >= self.next and not self.over and (victims := self._living(now)):
            self.next = now + self.every
            self._strike(self.chance.choice(victims))
        for name, one in self.site.items():
            if not one.runs:  # nobody killed it
                self.kills["by itself"] += 1
                one.start()
            self.lives.setdefault((name, one.starts), Life(name, one.since)).look(one.pid)

    def _living(self, now: float) -> list[str]:
        """Who takes calls, and has for a moment: on a busy machine it may take longer to start than to die."""
        for name, one in self.site.items():
            if not one.listens:
                self.up.pop(name, None)
            elif self.up.setdefault(name, (one.starts, now))[0] != one.starts:
                self.up[name] = (one.starts, now)
        return [name for name, (_, since) in self.up.items() if now - since >= ALIVE]

    def rest(self) -> None:
        """Let all of them live."""
        self.over = True
        for name in list(self.stands):
            self._wake(name)

    def _strike(self, victim: str) -> None:
        kind = self.chance.random()
        if kind < BOTH:
            self._kill(*self.site)
            self.kills["both"] += 1
            return
        (other,) = self.site.keys() - {victim}
        if kind < BOTH + STILL and self.site[other].listens and other not in self.stands:
            self.site[other].stand_still()
            self.stands[other] = time.monotonic() + STANDS_STILL
            self.kills["stopped"] += 1
        self._kill(victim)
        self.kills["one"] += 1

    def _kill(self, *names: str) -> None:
        for name in names:
            self.stands.pop(name, None)
            self.site[name].kill()
        for name in names:
            self.site[name].start()

    def _wake(self, name: str) -> None:
        del self.stands[name]
        self.site[name].go_on()


def measure() -> list[Row]:
    """One day, with what `BENCH_DAY` says."""
    words = dict(word.split("=") for word in os.environ.get("BENCH_DAY", "").split())
    kinds = {"calls": int, "rate": float, "every": float, "seed": int, "keep": lambda word: word == "yes"}
    wanted = Day(**{name: kinds[name](word) for name, word in words.items()})
    wanted = wanted if wanted.seed else replace(wanted, seed=random.SystemRandom().randrange(1, 1_000_000))
    print(f"seed {wanted.seed}", file=sys.stderr, flush=True)
    return list(rows_of(live_through(wanted)))


def live_through(day: Day) -> Told:
    """Live through a day and judge it. What went wrong is kept in a folder, and printed."""
    folder = Path(mkdtemp(prefix="souffleur-day-"))
    keep = True
    try:
        told = _live_through(day, folder)
        keep = day.keep or not told.verdict.right
        for fault in told.verdict.faults():
            print(fault, file=sys.stderr, flush=True)
        if keep:
            print(f"kept: {folder}", file=sys.stderr, flush=True)
        return replace(told, folder=folder if keep else None)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _live_through(day: Day, folder: Path) -> Told:
    plans = list(plan(day.seed, day.calls, day.rate))
    esl, shop = free_port(), free_port()
    environment = common(folder, esl)
    fill(folder, environment, f"http://127.0.0.1:{shop}/orders")
    began = time.monotonic()
    with ExitStack() as stack:
        site = stack.enter_context(controllers(folder, environment, "a", "b"))
        offers = [str(one.offer) for one in site.values()]
        program = str(ROOT / "bench" / "switches" / "day.py")
        command = [sys.executable, program, SECRET, str(esl), str(shop), str(folder / "cdr"), *offers]
        switch = stack.enter_context(running(command, {"TMPDIR": str(folder)}))
        switch.hear()
        for one in site.values():
            one.start()
        for one in site.values():
            one.await_ready()
        reaper = Reaper(site, day.every, random.Random(day.seed))
        life, most = _watch(switch, reaper, plans)
        told = switch.ask(tell=True)
        _await_records(folder / "souffleur.db", day.calls)
        told |= {name: switch.ask(tell=True)[name] for name in ("channels", "sockets")}
        complaints = list(_complaints(site))
    verdict = judge(plans, told, folder / "souffleur.db")
    seconds = time.monotonic() - began
    return Told(day, verdict, seconds, reaper.kills, life, list(reaper.lives.values()), complaints, most, None)


def _watch(switch: Program, reaper: Reaper, plans: list[Plan]) -> tuple[Life, int]:
    """Let everybody call while controllers die, until all calls have ended."""
    life, most = Life("switch"), 0
    switch.ask(day=[asdict(one) | {"to": NUMBER} for one in plans])
    last = time.monotonic()
    evening, until = last + plans[-1].at + EVENING * reaper.every, last + plans[-1].at + LONGEST_CALL
    while (seen := switch.ask(look=True))["gone"] < len(plans) and time.monotonic() < until:
        if time.monotonic() > evening:
            reaper.rest()
        reaper.work()
        there = seen["called"] - seen["gone"]
        life.look(switch.pid, there)
        most = max(most, there)
        if time.monotonic() - last > 30:
            last = time.monotonic()
            print(f"{seen['called']} called, {seen['gone']} gone, {dict(reaper.kills)}", file=sys.stderr, flush=True)
        time.sleep(0.25)
    reaper.rest()
    return life, most


def _await_records(database: Path, calls: int) -> None:
    """Records come late when FreeSWITCH's own account had to be read."""
    until = time.monotonic() + WRITTEN_WITHIN
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        while rows.execute("select count(*) from call_record").fetchone()[0] < calls and time.monotonic() < until:
            time.sleep(0.5)
    time.sleep(2.0)  # whatever is written twice is written by then


def _complaints(site: dict[str, Controller]) -> list[str]:
    lines = [line for one in site.values() for line in one.told().splitlines()]
    return [line for line in lines if any(sign in line for sign in SIGNS)]


def rows_of(told: Told) -> list[Row]:
    """The table."""
    day, verdict = told.day, told.verdict
    kills = f"{told.kills['one'] + 2 * told.kills['both']} kills ({told.kills['both']} times both)"
    what = f"{day.calls} calls, a kill every {day.every:g} s"
    weather = f"seed {day.seed}; {kills}, {told.kills['stopped']} stops of {STANDS_STILL:g} s; {told.seconds:.0f} s"
    written = verdict.calls - len(verdict.unwritten)
    by_switch = f"{written}, {verdict.sources['switch']} of them by FreeSWITCH's account"
    by_itself = told.kills["by itself"]
    return [
        Row(what, WHO, f"{weather}; at most {told.most} at once, {verdict.adopted} take-overs"),
        Row("  calls dropped", WHO, str(len(verdict.dropped)), 0.0, "0", not verdict.dropped),
        Row("  calls, requests, legs or counts doubled", WHO, str(len(verdict.doubled)), 0.0, "0", not verdict.doubled),
        Row("  records, each with its whole path", WHO, by_switch, 0.0, str(day.calls), not verdict.unwritten),
        Row("  requests of which nobody knows", WHO, str(verdict.unsure)),
        Row("  talks whose length nobody saw", WHO, str(verdict.unmeasured)),
        Row("  left on the switch", WHO, str(sum(verdict.left.values())), 0.0, "0", not any(verdict.left.values())),
        _switch_memory(told.switch, day.calls / day.rate),
        _controller_memory(told.lives),
        _lasting_memory([life for life in told.lives if life.age > LONG_LIVED]),
        Row("  controllers that ended by themselves", WHO, str(by_itself), 0.0, "0", not by_itself),
        *(Row("  a controller complained", WHO, line[:110]) for line in told.complaints[:3]),
    ]


def _switch_memory(life: Life, day: float) -> Row:
    """In three parts of the day: it follows the number of calls, and so does what it has held at most."""
    parts = [life.at(day * part, day * (part + 0.2)) for part in (0.2, 0.5, 0.8)]
    each = ", then ".join(f"{held:.0f} MB with {calls:.0f} calls" for held, calls in parts)
    return Row("  memory of the switch", WHO, f"{each}; {life.slope(0.4 * day, day):+.0f} kB a minute")


def _controller_memory(lives: list[Life]) -> Row:
    """Whether a controller that starts late in the day needs more than an early one."""
    young = [held for life in lives if (held := life.at(4.0, 12.0)[0])]
    third = max(1, len(young) // 3)
    if not young:
        return Row("  memory of young controllers", WHO, "none lived long enough")
    early, late = median(young[:third]), median(young[-third:])
    return Row("  memory of young controllers", WHO, f"{early:.0f} MB in the morning, {late:.0f} MB in the evening")


def _lasting_memory(lives: list[Life]) -> Row:
    what = f"  memory of controllers that lived {LONG_LIVED:.0f} s"
    if not lives:
        return Row(what, WHO, "none did")
    slopes = ", ".join(f"{life.slope():+.0f}" for life in lives[:6])
    return Row(what, WHO, f"{slopes} kB a minute, from their {WARM:.0f}th second on")


__all__ = ["Day", "Failed", "Told", "live_through", "measure", "rows_of"]
