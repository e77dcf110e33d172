"""Performs Listen: a prompt is played while a tap is listened to, and what the caller says or presses is its result.

Where nobody listens (the speech process is away or too busy, no model of the language) keys work as ever.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import gevent
from gevent.queue import Empty, Queue

from controller.calls.prompting import Prompting
from controller.calls.recognition import Recognition
from controller.calls.tap import Taps
from controller.calls.turn import Turn
from controller.esl.connection import Session
from controller.esl.errors import CommandRefused, EslError
from controller.esl.event import Event
from controller.flow.commands import Listen, Utterance
from speech import client
from speech.client import Heard, Request, Side, SpeechAway

log = logging.getLogger(__name__)
LOOKS = 0.5  # seconds; how soon it is noticed that another controller has the call
PATIENCE = 3.0  # seconds between two looks at a recogniser that says nothing
Happening = Callable[[Turn, float], None]


@dataclass(frozen=True)
class Ears:
    """What every call of a controller hears with."""

    recognition: Recognition
    taps: Taps

    def of(self, session: Session, language: str, at: Callable[[], str]) -> Listening:
        """Those of one call, whose caller speaks `language` where nothing else is said; `at` is the wall clock."""
        return Listening(session, self.recognition, self.taps, language, at)


class Listening:
    """What a call's channel needs to hear its caller. `language` is the subscriber's, `at` the wall clock there."""

    def __init__(
        self,
        session: Session,
        recognition: Recognition,
        taps: Taps,
        language: str,
        at: Callable[[], str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._recognition, self._taps = session, recognition, taps
        self._language, self._at, self._now = language, at, now
        self._inbox: Queue[Happening | None] = Queue()
        self._ear: client.Listening | None = None
        self._interrupted = False
        self.busy = False  # a command is in progress

    def perform(self, command: Listen, files: list[str], name: str) -> Utterance:
        """Play the files and listen; `name` names the command in its call. Errors: CallEnded, SessionGone."""
        self._inbox, self._interrupted, self.busy = Queue(), False, True
        language = command.language or self._language
        turn = Turn(command, language, self._now())
        prompt = Prompting(self._session, files, name, lambda: self._inbox.put(Turn.prompt_ended))
        listens: gevent.Greenlet[..., None] = gevent.Greenlet(self._listen, command, language, name)
        with self._keys(command), self._ends(prompt, listens):
            if command.barge_in or not files:
                listens.start()
            if files:
                prompt.play()
            else:
                turn.prompt_ended(self._now())
            while turn.result is None and not self._interrupted:
                self._step(turn, prompt, listens)
        result = turn.result or Utterance()
        return replace(result, at=self._at(), prompt_heard=prompt.heard or not command.prompt)

    def interrupt(self) -> None:
        """End what is in progress, as if nothing had been said."""
        self._interrupted = True
        self._inbox.put(None)

    def _step(self, turn: Turn, prompt: Prompting, listens: gevent.Greenlet[..., None]) -> None:
        """Wait for what happens next, and do what follows from it."""
        try:
            happening = self._inbox.get(timeout=max(0.0, min(LOOKS, turn.due - self._now())))
        except Empty:
            happening = None
        self._session.check()
        if happening:
            happening(turn, self._now())
        turn.pass_time(self._now())
        if turn.stops:
            turn.stops = False
            prompt.stop()
        if turn.resumes:
            turn.resumes = False
            prompt.play()
        if turn.flushes:
            turn.flushes = False
            self._end_ear()
        if turn.prompt == "over" and not listens.started and not turn.result:
            listens.start()

    # --- who hears --------------------------------------------------------------------------------------------------

    def _listen(self, command: Listen, language: str, name: str) -> None:
        """Pass on what the recogniser hears, until it is killed or nobody listens."""
        try:
            if self._taps.full():
                self._inbox.put(Turn.be_deaf)
                return
            with self._taps.open(self._session, name) as tap:
                self._hear(tap, command, language)
        except CommandRefused as error:
            log.error("what callers say cannot be written to %s: %s", self._taps.folder, error)
        except EslError as error:
            log.debug("call %s: %s", self._session.uuid, error)  # who waits finds out why
        except SpeechAway as away:
            self._recognition.is_away(away)
        self._inbox.put(Turn.be_deaf)

    def _hear(self, tap: Path, command: Listen, language: str) -> None:
        grammar = tuple(phrase.lower() for phrase in command.phrases) or None
        with self._recognition.listen(Request(tap, (Side(language, grammar),), pause=command.pause)) as ear:
            self._ear = ear
            try:
                while True:
                    heard = ear.next(PATIENCE)
                    if heard is None and not self._recognition.answers():
                        return
                    if heard:
                        self._pass_on(heard)
                    if heard and heard.type in ("ended", "error"):
                        return
            finally:
                self._ear = None

    def _pass_on(self, heard: Heard) -> None:
        self._inbox.put(lambda turn, now: turn.hear(heard, now))

    def _end_ear(self) -> None:
        if self._ear:
            self._ear.stop()

    @contextmanager
    def _ends(self, prompt: Prompting, listens: gevent.Greenlet[..., None]) -> Iterator[None]:
        try:
            yield
        finally:
            self.busy = False
            prompt.close()
            listens.kill()  # which ends the tap

    @contextmanager
    def _keys(self, command: Listen) -> Iterator[None]:
        """Pass on keys, and the end of the call. FreeSWITCH tells of each key once, whether something plays or not."""

        def press(event: Event) -> None:
            key = event.get("DTMF-Digit")
            self._inbox.put(lambda turn, now: turn.press(key, now))

        def end(_ended: object) -> None:
            self._inbox.put(None)

        self._session.register_handle("DTMF", press)
        self._session.ended.rawlink(end)
        if command.max_digits == 0:
            self._session.set_variable("playback_terminators", "none")  # else the star would stop a prompt
        try:
            yield
        finally:
            self._session.ended.unlink(end)
            self._session.unregister_handle("DTMF", press)
            if command.max_digits == 0:
                self._forget_terminators()

    def _forget_terminators(self) -> None:
        try:
            self._session.set_variable("playback_terminators", "")
        except EslError as error:
            log.debug("call %s: %s", self._session.uuid, error)
