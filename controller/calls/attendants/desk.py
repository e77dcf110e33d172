"""The prompter's desk: every attendant of a controller, and what all of them share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gevent
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as Silent

from conf.snapshot import Snapshot
from controller.calls.attendants.calls import About
from controller.calls.attendants.memory import read
from controller.calls.attendants.prompter import Attendant, Means
from controller.calls.attendants.recall import Recalled, recall
from controller.calls.attendants.stage import Stages
from controller.calls.attendants.whisper import Ready
from controller.calls.listening import Ears
from controller.calls.spool import Fact
from controller.calls.tap import Line
from controller.calls.threads import Threads
from controller.esl.event import Event
from controller.esl.fields import partner
from speech.hints import Checklists, Rules

log = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds that a stage waits for what the database has of its call


class Desk:
    """Gives each call its attendant. `secret` seals what is on its way to the database; `now` is the wall clock.

    `current` tells how a subscriber is configured now.
    """

    def __init__(
        self,
        ears: Ears,
        engine: Engine,
        put: Callable[[Fact], object],
        secret: str,
        now: Callable[[], float],
        current: Callable[[int], Snapshot | None],
    ) -> None:
        self.stages = Stages()
        self._engine = engine
        self._threads = Threads(2)  # neither rules that are made ready nor a slow database hold the hub
        self._ready: dict[int, Ready] = {}
        self._attendants: dict[str, Attendant] = {}
        heard_by = (ears.taps, ears.recognition)
        self._means = Means(*heard_by, self.stages, put, secret, now, current, self._made_ready, self._recall)

    def attend(self, about: About, line: Line, left: str = "") -> Attendant | None:
        """The attendant of a call that may be listened to; `left` is what an earlier controller left on its channel.

        None where the subscriber listens to no call.
        """
        if not about.subscriber.prompter.get("policy"):
            return None
        attendant = self._attendants.get(about.call)
        if attendant and not attendant.ending:
            attendant.taken(about, line)
            return attendant
        attendant = self._attendants[about.call] = Attendant(about, line, read(left), self._means, self._forget)
        return attendant

    def find(self, call: str, subscriber: int, user: str) -> Attendant | None:
        """The attendant of a call of this user."""
        attendant = self._attendants.get(call)
        if attendant is None or not user or attendant.user != user:
            return None
        return attendant if attendant.about.subscriber.subscriber_id == subscriber else None

    def hear_hold(self, event: Event) -> None:
        """A phone has put its partner on hold, somewhere on FreeSWITCH."""
        for attendant in self._of(event):
            attendant.held()

    def hear_unhold(self, event: Event) -> None:
        """It has taken it back."""
        for attendant in self._of(event):
            attendant.resumed()

    def stop(self) -> None:
        """Keep what was said until now: this controller ends, its calls live on."""
        for attendant in list(self._attendants.values()):
            attendant.flush()

    def _of(self, event: Event) -> list[Attendant]:
        legs = {event.get("Unique-ID"), partner(event.headers)} - {"", None}
        return [one for one in self._attendants.values() if one.about.uuid in legs or one.partner in legs]

    def _forget(self, attendant: Attendant) -> None:
        if self._attendants.get(attendant.about.call) is attendant:
            del self._attendants[attendant.about.call]

    def _made_ready(self, subscriber: Snapshot) -> Ready:
        key, version = subscriber.subscriber_id, subscriber.version
        ready = self._ready.get(key)
        if ready is None or ready.version != version:
            ready = self._ready[key] = self._threads.apply(_make_ready, (subscriber,))
        return ready

    def _recall(self, subscriber: int, call: str) -> Recalled | None:
        try:
            with gevent.Timeout(PATIENCE, Silent("the database does not answer")):
                found: Recalled = self._threads.apply(recall, (self._engine, subscriber, call))
                return found
        except (SQLAlchemyError, OSError, KeyError, ValueError) as error:
            log.warning("what was said in call %s before cannot be shown: %s", call, type(error).__name__)
            return None


def _make_ready(subscriber: Snapshot) -> Ready:
    documents: dict[str, Any] = subscriber.prompter
    rules, checklists = Rules.load(documents.get("rules", ())), Checklists.load(documents.get("checklists", ()))
    for problem in (*rules.problems, *checklists.problems):
        if problem.severity == "error":
            log.warning("subscriber %s: %s: %s is left out", subscriber.slug, problem.file, problem.field)
    rules.book(subscriber.language)
    checklists.book(subscriber.language)
    return Ready(subscriber.version, rules, checklists)
