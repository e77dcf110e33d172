"""One channel: each command that needs the caller becomes applications in FreeSWITCH, and their end becomes a result.

`key` names the command in its call: with the controller's epoch it comes back as the Application-UUID, and it names the
variable in which FreeSWITCH keeps the result while no controller listens.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from controller.calls.dialling import Dialling
from controller.calls.faxing import Faxing
from controller.calls.listening import Listening
from controller.calls.messaging import Messaging
from controller.calls.offer import SENSITIVE, Offer
from controller.esl import applications
from controller.esl.applications import Application
from controller.esl.connection import Session
from controller.esl.errors import CallEnded, Dropped
from controller.esl.event import Event
from controller.esl.fields import Headers, collected, played, variable
from controller.esl.session import STANDSTILL
from controller.esl.sounds import tone
from controller.flow.commands import (
    Answer,
    Collect,
    Command,
    Dial,
    Dialled,
    Digits,
    Done,
    Faxed,
    HangUp,
    HungUp,
    Listen,
    Play,
    Played,
    PlayMessage,
    ReceiveFax,
    Recorded,
    RecordMessage,
    SendFax,
    Sound,
    Utterance,
)

Spoken = Answer | Play | Collect | Listen | RecordMessage | PlayMessage | Dial | SendFax | ReceiveFax | HangUp
Outcome = Done | Played | Digits | Utterance | Recorded | Dialled | Faxed
LONGEST_SOUND = 1800.0  # seconds; a prompt longer than this is cut
STRAY_TERMINATORS = 3
SILENCE = "silence_stream://20"
BEEP, BEEP_LASTS = 1000, 0.4  # Hz and seconds, before a message


class Channel:
    """Performs commands on a channel; raises HungUp when the call ends, ConnectionLost when its socket does."""

    def __init__(
        self,
        session: Session,
        offer: Offer,
        sounds: Callable[[tuple[Sound, ...]], list[str]],
        dialling: Dialling | None,
        epoch: int,
        listening: Listening | None = None,
        faxing: Faxing | None = None,
        messaging: Messaging | None = None,
    ) -> None:
        self._epoch = epoch
        self._session = session
        self._sounds = sounds
        self._dialling = dialling
        self._listening = listening
        self._faxing = faxing
        self._messaging = messaging
        self._offer = offer
        self.uuid = offer.uuid
        self.answered = offer.answered
        self.interrupted = False
        self._hides_keys = offer.hides_keys
        self._ends_collection = ""  # the key that ends the collection in progress

    def perform(self, command: Spoken, key: str) -> Outcome:
        """Do what a flow asks of the caller's channel."""
        try:
            result = self._perform(command, key)
        except CallEnded as ended:
            raise HungUp(ended.cause) from ended
        # An application that the hang-up cut short completes like any other, a moment before the call's last event.
        # A fax ends the call, and what became of it is its result; so is a message that is left by hanging up.
        if self._session.hung_up and not isinstance(result, Faxed | Recorded):
            raise HungUp(self._session.cause)
        return result

    def _perform(self, command: Spoken, key: str) -> Outcome:
        self._hide_keys(isinstance(command, Collect) and command.secret)
        match command:
            case Answer():
                return self._answer()
            case Play():
                return self._play(command, key)
            case Collect():
                return self._collect(command, key)
            case Listen():
                return self._listen(command, key)
            case Dial():
                if self._dialling is None:
                    return Dialled("failed", cause="NO_ROUTE_DESTINATION")
                self._dialling.begin(self._session, key)
                dialled = self._dialling.dial(self._session, command, self._name(key), self.answered)
                self.answered = self.answered or dialled.outcome == "answered"
                return dialled
            case RecordMessage():
                return self._record(command, key)
            case PlayMessage():
                return self._play_message(command, key)
            case SendFax() | ReceiveFax():
                return self._fax(command, key)
            case HangUp():
                return self._hang_up(command, key)

    @property
    def hung_up(self) -> bool:
        """Whether the call has ended."""
        return self._session.hung_up

    def kept(self, command: Spoken, key: str, headers: Headers) -> Digits | Recorded | Dialled | Faxed | None:
        """The result that FreeSWITCH kept of a command while no controller listened; None when there is none."""
        match command:
            case Collect():
                digits = variable(headers, name_of(key))
                if digits and command.secret:
                    self._session.set_variable(name_of(key), "")
                if not digits or len(digits) < command.min_digits:
                    return None
                return Digits(digits, "length" if len(digits) >= command.max_digits else "timeout")
            case Dial():
                ended = self._offer.ended_talking(time.time())
                return self._dialling.kept(headers, key, self.answered, ended, command) if self._dialling else None
            case RecordMessage():
                return self._messaging.kept(command, key, headers) if self._messaging else None
            case SendFax() | ReceiveFax():
                return self._faxing.kept(headers, key, isinstance(command, SendFax)) if self._faxing else None
        return None

    def prepare(self, command: Command) -> None:
        """Note what the checkpoint before a command must tell."""
        if isinstance(command, Dial) and self._dialling:
            self._dialling.prepare(command)

    def be_sure(self) -> None:
        """Return if the call is still ours; ConnectionLost when another controller has it."""
        self._session.be_sure()

    def checkpoint(self, name: str, value: str) -> None:
        """Leave a value on the channel; returns when FreeSWITCH has it. HungUp when the call has ended."""
        try:
            self._session.set_variable(name, value)
        except CallEnded as ended:
            raise HungUp(ended.cause) from ended

    def interrupt(self) -> None:
        """End what the caller hears, types or says now, and whatever begins until `interrupted` is taken back."""
        self.interrupted = True
        if self._dialling and self._dialling.busy:
            self._dialling.stop(self._session)
        elif self._listening and self._listening.busy:
            self._listening.interrupt()
        elif self._ends_collection:
            # A collection takes no notice of a break, only of a key.
            self._session.press(self._ends_collection)
        else:
            self._session.break_all()

    def _name(self, key: str) -> str:
        # What the controller before us sent may still complete: its names must not be taken for ours.
        return f"{self._epoch}-{key}"

    def _execute(self, application: Application, key: str) -> Event:
        # Between two commands there is nothing that a break could end: the next one must not begin then.
        if self.interrupted:
            raise Dropped(application.name)
        return self._session.execute(application, key=self._name(key), timeout=LONGEST_SOUND)

    def _answer(self) -> Done:
        if not self.answered:
            self._session.answer_now()
            self.answered = True
        return Done()

    def _play(self, command: Play, key: str) -> Played:
        files = self._sounds(command.sounds)
        self._answer()
        if not files:
            return Played(heard=False)
        try:
            ended = self._execute(applications.playback(files), key)
        except Dropped:
            return Played()
        return Played(played(ended.headers))

    def _collect(self, command: Collect, key: str) -> Digits:
        files = self._sounds(command.prompt)
        self._answer()
        for _ in range(STRAY_TERMINATORS):
            digits = self._keys(command, files, key)
            # A terminator typed after the last collection was already full ("2#" at a one-key menu) would end this one
            # before the caller heard anything: it is swallowed.
            if digits.digits or digits.ended != "terminator" or command.min_digits == 0 or self.interrupted:
                return digits
        return digits

    def _listen(self, command: Listen, key: str) -> Utterance:
        files = self._sounds(command.prompt)
        self._answer()
        if self.interrupted or not self._listening:
            return Utterance(ended="deaf", prompt_heard=False)
        return self._listening.perform(command, files, self._name(key))

    def _record(self, command: RecordMessage, key: str) -> Recorded:
        files = self._sounds(command.prompt)
        self._answer()
        if self._messaging is None:
            return Recorded()
        prompt = [applications.playback(files)] if files else []
        beep = [applications.playback(tone(BEEP_LASTS, BEEP))] if command.tone else []
        for number, application in enumerate([*prompt, *beep]):
            try:
                self._execute(application, f"{key}-{number}")
            except Dropped:
                return Recorded()
        return self._messaging.record(command, key, self._name(key))

    def _play_message(self, command: PlayMessage, key: str) -> Played:
        file = self._messaging.messages.again(command.message) if self._messaging else None
        if file is None:
            return Played(heard=False)
        try:
            ended = self._execute(applications.playback(str(file)), key)
        except Dropped:
            return Played()
        return Played(played(ended.headers))

    def _fax(self, command: SendFax | ReceiveFax, key: str) -> Faxed:
        if self._faxing is None:
            return Faxed(False)
        self._answer()
        if isinstance(command, SendFax):
            return self._faxing.send(command, key, self._name(key))
        return self._faxing.receive(command, key, self._name(key))

    def _keys(self, command: Collect, files: list[str], key: str) -> Digits:
        application = applications.play_and_get_digits(
            command.min_digits,
            command.max_digits,
            timeout=command.first_digit_timeout,
            terminators=command.terminators,
            prompt=files or [SILENCE],
            variable=name_of(key),
            digit_timeout=command.digit_timeout,
        )
        self._ends_collection = command.terminators[:1]
        try:
            ended = self._execute(application, key)
        except Dropped:
            return Digits()
        finally:
            self._ends_collection = ""
        if command.secret:
            self._session.set_variable(name_of(key), "")  # every later event of the channel would tell it
            self._hide_keys(False)
        found = collected(ended.headers, name_of(key))
        heard = bool(files) or not command.prompt
        if not found.digits:
            return Digits("", "terminator" if found.ended == "success" else "nothing", heard)
        if found.ended == "success":
            return Digits(found.digits, "length" if len(found.digits) >= command.max_digits else "terminator", heard)
        return Digits(found.digits, "timeout", heard)

    def _hide_keys(self, hide: bool) -> None:
        """Have FreeSWITCH tell nobody which keys are pressed, or have it tell again: it is told when that changes."""
        if hide != self._hides_keys:
            self._session.set_variable(SENSITIVE, "true" if hide else "")
            self._hides_keys = hide

    def _hang_up(self, command: HangUp, key: str) -> Done:
        self._session.execute(applications.hangup(command.cause), key=self._name(key), timeout=STANDSTILL)
        self._session.wait_for_hangup(10.0)
        raise HungUp(command.cause)


def name_of(key: str) -> str:
    """The channel variable in which FreeSWITCH keeps a command's result."""
    return f"souffleur_{key.replace('-', '_')}"
