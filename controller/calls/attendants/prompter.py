"""The prompter's attendant: listens to a call while people talk, from the answer to the end, over holds and transfers.

It runs in a greenlet of its own, and no call waits for it: what it is told it does in turn. Who has the call may change
meanwhile (a transfer offers it anew, a controller adopts it): then it is given another line to the same channel.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gevent
from gevent.queue import Empty, Queue

from conf.prompter.policy import listens
from conf.snapshot import Snapshot
from controller.calls.attendants.calls import About, extension
from controller.calls.attendants.hearing import AGAIN, Hearing
from controller.calls.attendants.memory import Memory
from controller.calls.attendants.recall import Recalled
from controller.calls.attendants.stage import Stages
from controller.calls.attendants.whisper import Ready, Whisper
from controller.calls.offer import PROMPTER
from controller.calls.recognition import Recognition
from controller.calls.spool import Fact
from controller.calls.tap import LONGEST, Line, Taps
from controller.esl.errors import EslError
from speech.client import Heard

log = logging.getLogger(__name__)
TICKS = 0.25  # seconds
ROTATES = LONGEST - 300.0  # seconds after which a tap gives way to the next one as soon as nobody speaks
AT_LAST = LONGEST - 30.0  # seconds after which it does so in the middle of a word
REMEMBERS = 2.0  # seconds between two notes on the channel, but for cards
LAST_WORDS = 5.0  # seconds that the end waits for what was said last
ASKS = 1.0  # seconds between two looks at whether the call may still be listened to
COMPLAINS = 60.0  # seconds between two lines in the log of what fails again and again
GRACE = 8.0  # seconds that a call without a line waits for its next one


@dataclass(frozen=True)
class Means:
    """What every attendant of a controller works with. `ready` and `recall` may wait: they are for greenlets."""

    taps: Taps
    recognition: Recognition
    stages: Stages
    put: Callable[[Fact], object]
    secret: str
    now: Callable[[], float]  # epoch seconds
    current: Callable[[int], Snapshot | None]  # a subscriber as it is configured now
    ready: Callable[[Snapshot], Ready]
    recall: Callable[[int, str], Recalled | None]


class Attendant:
    """Of one call. `memory` is what an earlier controller left on the channel; `done` is called when it is over."""

    def __init__(
        self, about: About, line: Line, memory: Memory | None, means: Means, done: Callable[[Attendant], object]
    ) -> None:
        self.about, self.line = about, line
        self.partner = ""  # the channel that ours talks with
        self._memory, self._means, self._done = memory, means, done
        self._resumes = memory is not None
        self._inbox: Queue[Callable[[], object]] = Queue()
        self._runner: gevent.Greenlet[..., None] | None = None
        self._whisper: Whisper | None = None
        self._hearings: list[Hearing] = []  # the last one hears; those before it have still something to say
        self._backlog: dict[Hearing, list[Heard | None]] = {}
        self._line: Line | None = None  # that the last one hears by
        self._taps = 0
        self._talking = self._held = False
        self._degraded = ""
        self._ends_by = self._left_at = 0.0
        self._left_over = False
        self._remembered_at = self._listened_at = self._asked_at = 0.0
        self._failures, self._complained_at = 0, float("-inf")
        self._saving = self._unsaved = False
        self._saved: Memory | None = None

    # --- what it is told; none of it waits --------------------------------------------------------------------------

    @property
    def user(self) -> str:
        """The login of who talks, or talked last."""
        return self._whisper.user if self._whisper else ""

    def taken(self, about: About, line: Line) -> None:
        """The same call, by another line."""
        self.about, self.line, self._left_at = about, line, 0.0
        if self._whisper:
            self._whisper.about = about

    def talks(self, who: str, partner: str = "", carried: Iterable[tuple[str, str]] = ()) -> None:
        """Our channel talks with somebody, who may be the same as before."""
        if self._ends_by:
            return
        user = self._listened_user(who)
        if user is None:
            if self._runner:
                self.parted()
            return
        if self._memory is None:
            about = self.about
            self._memory = Memory(round(self._means.now(), 3), about.direction, about.number, about.left)
        self._left_at = 0.0
        self._tell(partial(self._talk, who, user, partner, tuple(carried)))

    def parted(self) -> None:
        """The talk has ended; the call may go on."""
        if self._runner:
            self._tell(self._part)

    def held(self) -> None:
        """One side has put the other on hold."""
        if self._runner:
            self._tell(self._hold)

    def resumed(self) -> None:
        """They talk again."""
        if self._runner:
            self._tell(self._resume)

    def happened(self, kind: str, **values: Any) -> None:
        """Something else happened while they talk: see `speech.hints.Happened`."""
        if self._runner:
            self._tell(partial(self._happen, kind, values))

    def tick(self, checklist: str, step: str) -> bool:
        """The agent ticks a step by hand; False when there is none of that name."""
        ready = self._means.ready(self.about.subscriber)
        known = any(one.name == checklist and any(two.name == step for two in one.steps)
                    for one in ready.checklists.checklists)  # fmt: skip
        if known:
            self.happened("ticked", checklist=checklist, step=step)
        return known

    def end(self) -> None:
        """The call is over."""
        if self._runner is None:
            self._done(self)
        elif not self._ends_by:
            self._ends_by = time.monotonic() + LAST_WORDS
            self._tell(self._stop_hearing)

    @property
    def ending(self) -> bool:
        """Whether the call is over."""
        return bool(self._ends_by)

    def leave(self, line: Line, over: bool = False) -> None:
        """A line has ended; the call goes on somewhere else, or here by another one, or (`over`) not at all."""
        if line is not self.line or self._ends_by:
            return
        if self._runner is None:
            self._done(self)
            return
        self._left_at, self._left_over = time.monotonic(), over
        self._tell(self._stop_hearing)

    def flush(self) -> None:
        """Keep what was said until now."""
        if self._whisper:
            self._whisper.flush()

    def _tell(self, act: Callable[[], object]) -> None:
        self._inbox.put(act)
        if self._runner is None:
            self._runner = gevent.spawn(self._run)

    def _listened_user(self, who: str) -> str | None:
        """Who of ours talks, if that is listened to."""
        about, memory = self.about, self._memory
        user = about.talker(who, memory.left if memory else about.left)
        return user if self._may_listen(user) else None

    def _may_listen(self, user: str) -> bool:
        """Whether the subscriber wants this talk listened to, as it says now."""
        about, memory = self.about, self._memory
        direction, number = (memory.direction, memory.number) if memory else (about.direction, about.number)
        return listens(self._policy, direction=direction, number=number, user=user)

    @property
    def _policy(self) -> Mapping[str, Any] | None:
        subscriber = self._means.current(self.about.subscriber.subscriber_id)
        return subscriber.prompter.get("policy") if subscriber else None

    # --- one thing after the other ----------------------------------------------------------------------------------

    def _run(self) -> None:
        over = False
        while not over:
            try:
                act = self._inbox.get(timeout=TICKS)
            except Empty:
                act = None
            try:
                if act:
                    act()
                over = self._pass_time()
            except Exception:  # noqa: BLE001  # whatever befalls the prompter, the call goes on, and so does this
                self._complain()
        self._done(self)

    def _complain(self) -> None:
        """Say in the log what failed, once a minute at most."""
        self._failures += 1
        if time.monotonic() - self._complained_at >= COMPLAINS:
            log.exception("the prompter of call %s failed, for the time %d", self.about.call, self._failures)
            self._complained_at = time.monotonic()

    def _talk(self, who: str, user: str, partner: str, carried: tuple[tuple[str, str], ...]) -> None:
        assert self._memory
        another, self.partner = partner != self.partner and bool(self.partner), partner or self.partner
        if self._whisper is None:
            self._held = self._memory.held
            if not self._held:
                self._listen()  # first: what is said meanwhile is not lost
            self._begin(user)
        elif another and self._held:
            self._resume()
        whisper = self._whisper
        assert whisper
        goes_on = self._talking and user == whisper.user
        self._talking = True
        if user != whisper.user:
            whisper.goes_to(user)
            whisper.event("transfer", to=extension(who))
        if carried and not goes_on:
            whisper.carries(carried)
        if not self._held:
            whisper.state("talking")
            if self._line is not self.line or not self._hears:
                self._listen()

    def _begin(self, user: str) -> None:
        assert self._memory
        means, about, memory = self._means, self.about, self._memory
        ready = means.ready(about.subscriber)
        whisper = Whisper(
            about, memory, ready, means.stages, means.put, means.secret, self._now, user, resumed=self._resumes
        )
        self._whisper = whisper
        whisper.degraded(self._degraded)
        if self._resumes:
            if recalled := means.recall(about.subscriber.subscriber_id, about.call):
                whisper.recall(recalled)
            return
        whisper.event("direction", direction=memory.direction)
        whisper.event("called", number=memory.number or about.called)
        whisper.event("caller", number=about.caller)
        if node := about.place().node:
            whisper.event("node", node=node)
        whisper.event("answer")
        self._remember()

    def _part(self) -> None:
        self._talking = self._held = False
        self.partner = ""
        self._stop_hearing()
        if self._whisper:
            self._whisper.state("over")

    def _hold(self) -> None:
        # What the other side hears now is music: it is nobody's words, and who waits is not listened to either.
        if self._whisper and self._talking and not self._held:
            self._held = True
            self._stop_hearing()
            self._whisper.event("hold")
            self._whisper.state("held")
            self._remember()

    def _resume(self) -> None:
        if self._whisper and self._held:
            self._held = False
            self._whisper.event("unhold")
            self._whisper.state("talking")
            self._listen()
            self._remember()

    def _happen(self, kind: str, values: dict[str, Any]) -> None:
        if self._whisper and (self._talking or kind == "ticked"):
            self._whisper.event(kind, **values)

    # --- hearing ----------------------------------------------------------------------------------------------------

    @property
    def _hears(self) -> bool:
        return bool(self._hearings) and not self._hearings[-1].stopping

    def _listen(self) -> None:
        """Open a tap and listen to it, in the place of the one before."""
        self._stop_hearing()
        self._taps += 1
        self._line, self._listened_at = self.line, time.monotonic()
        language = self.about.place().language or self.about.subscriber.language
        means, name = self._means, f"prompter-{self.about.epoch}-{self._taps}"
        hearing = Hearing(
            self.line, name, means.taps, means.recognition, (language, language), self._now, self._heard,
            self._note_degraded,
        )  # fmt: skip
        self._hearings.append(hearing)

    def _stop_hearing(self) -> None:
        for hearing in self._hearings:
            hearing.stop()

    def _heard(self, hearing: Hearing, heard: Heard | None) -> None:
        self._inbox.put(partial(self._hear, hearing, heard))

    def _note_degraded(self, reason: str) -> None:
        self._inbox.put(partial(self._degrade, reason))

    def _degrade(self, reason: str) -> None:
        if reason != self._degraded or reason:
            self._degraded = reason
            if self._whisper:
                self._whisper.degraded(reason)

    def _hear(self, hearing: Hearing, heard: Heard | None) -> None:
        """One after the other: what an earlier tap has still to say comes before what the next one tells."""
        if not self._hearings or hearing is not self._hearings[0]:
            self._backlog.setdefault(hearing, []).append(heard)
            return
        if heard is not None:
            self._understand(hearing, heard)
            return
        self._hearings.pop(0)
        if not self._hearings and self._whisper and not self._talking:
            self._whisper.flush()
        if self._hearings:
            following = self._hearings[0]
            for one in self._backlog.pop(following, []):
                self._hear(following, one)

    def _understand(self, hearing: Hearing, heard: Heard) -> None:
        if self._whisper and self._memory:
            other = "agent" if self._memory.left == "customer" else "customer"
            side = self._memory.left if heard.side == 0 else other
            self._whisper.hear(side, heard, hearing.offset, hearing.until)

    # --- time -------------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        """Seconds since the call began to be listened to."""
        return max(0.0, self._means.now() - (self._memory.started if self._memory else 0.0))

    def _pass_time(self) -> bool:
        """Do what is due; True when all is done."""
        whisper, clock = self._whisper, time.monotonic()
        if self._ends_by and (not self._hearings or clock >= self._ends_by):
            if whisper:
                whisper.end()
            return True
        if self._left_at and clock - self._left_at >= GRACE:
            if whisper and self._left_over:
                whisper.end()
            elif whisper:
                whisper.leave()
            return True
        if whisper is None:
            return False
        whisper.pass_time()
        if self._talking and not self._ends_by and not self._left_at:
            self._ask_again(clock)
        if self._talking and not self._ends_by and not self._left_at:
            whisper.tick()
            self._renew(clock)
            if whisper.urgent or clock - self._remembered_at >= REMEMBERS:
                self._remember()
        return False

    def _ask_again(self, clock: float) -> None:
        """Hear no more when the subscriber has come to want that, and keep no more when it keeps nothing any more."""
        if clock - self._asked_at < ASKS or not self._whisper:
            return
        self._asked_at = clock
        if not self._may_listen(self._whisper.user):
            self._part()
        elif policy := self._policy:
            self._whisper.stores(policy.get("store", True))

    def _renew(self, clock: float) -> None:
        """Begin a new tap before the present one is full, or where the present one broke off."""
        if self._held:
            return
        if not self._hearings:
            if clock - self._listened_at >= AGAIN:
                self._listen()
            return
        age = clock - self._hearings[-1].since
        if len(self._hearings) == 1 and (age >= AT_LAST or age >= ROTATES and not self._speaking):
            self._listen()

    @property
    def _speaking(self) -> bool:
        return self._whisper is not None and self._whisper.speaking

    # --- remembering ------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        """Leave on the channel what must outlive us, unless that is on its way."""
        if self._saving or not self._whisper or not self._memory:
            self._unsaved = self._saving
            return
        self._remembered_at = time.monotonic()
        memory = replace(self._whisper.memory(), held=self._held)
        if replace(memory, at=0.0) != self._saved:
            self._saving = True
            gevent.spawn(self._save, self.line, memory)

    def _save(self, line: Line, memory: Memory) -> None:
        try:
            if text := memory.dump():
                line.set_variable(PROMPTER, text)
            self._saved = replace(memory, at=0.0)
        except EslError as error:
            log.debug("call %s: %s", self.about.call, error)
        finally:
            self._saving = False
            if self._unsaved:
                self._unsaved = False
                self._inbox.put(self._remember)
