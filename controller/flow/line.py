"""One line of a flow's test: what the caller, a phone that is rung, or a web service does, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.flow.commands import (
    Collect,
    Dial,
    Dialled,
    Digits,
    Listen,
    Recorded,
    RecordMessage,
    Replied,
    Request,
    Utterance,
)
from controller.flow.fields import AnyVariable, wrong
from controller.flow.problem import N_
from controller.flow.understanding.words import heard_as, spoken
from controller.flow.values import LONGEST, extract

RANG = 3.0  # seconds a scripted phone rings before it is answered
TALKED = 60.0
A_WORD = 0.4  # seconds
A_MESSAGE = 5.0
MESSAGE = "message"

OF_SOUND = ("text", "noise", "line", "within")  # what is said of a file that is heard
BESIDE = ("certainty", "ended", *OF_SOUND)

Words = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(max_length=LONGEST)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Unfit(Exception):
    """A line of a script that does not fit what the call asks for; `message` is a template, with the line as {line}.

    `place` is the line's in its script.
    """

    def __init__(self, message: str, place: int = 0, **fields: str) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.fields = fields


class Written(BaseModel):
    """A part of a test, read strictly."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Reply(Written):
    """What a web service answers: a status and a JSON document, or an outcome without an answer.

    `saved` gives variables their values, whatever the document says.
    """

    status: int = Field(200, ge=100, le=599)
    document: Any = Field(None, alias="json")
    saved: Annotated[dict[AnyVariable, Text], Field(max_length=100)] = {}
    outcome: Literal["failed", "unknown"] | None = None

    def __str__(self) -> str:
        return self.outcome or str(self.status)


class Variant(Written):
    """How a sound file comes over the line: with `noise` so many dB below the voice, coded as telephones do."""

    noise: Annotated[float, Field(ge=-10, le=60)] | None = None
    line: Literal["mulaw", "alaw"] | None = None

    def __str__(self) -> str:
        told = {"noise": None if self.noise is None else f"{self.noise:g}", "line": self.line}
        return ", ".join(f"{name}: {value}" for name, value in told.items() if value is not None)


class Line(Written):
    """One line of a script: exactly one thing somebody does.

    `press` keys, `say` words (with the recogniser's `certainty`, from 0 to 1), or `wait` for the end of the time;
    `hear`: the caller says what is in a sound file, which is `text`, with `noise` and on a `line` of a Variant, and the
    call goes on `within` so many seconds of its end; played by text it is `text` that is said.
    `message`: the caller leaves one of so many seconds after the tone, which `ended` by a key unless that is said.
    `beep`: an answering machine's tone is heard. `deaf`: nobody listens to what is said; a called phone is `answer`ed
    (by a number, or true), or `busy`, `no_answer`, `failed`; a web service replies with `http`; a caller may `hang_up`
    at the next thing heard (true) or in a node.
    """

    say: Words | None = None
    hear: Annotated[str, Field(min_length=1, max_length=LONGEST)] | None = None
    text: Words | None = None
    noise: Annotated[float, Field(ge=-10, le=60)] | None = None
    line: Literal["mulaw", "alaw"] | None = None
    within: Annotated[float, Field(gt=0, le=60)] | None = None
    certainty: Annotated[float, Field(ge=0, le=1)] | None = None
    deaf: Literal[True] | None = None
    message: Annotated[float, Field(gt=0, le=3600)] | None = None
    ended: Literal["key", "silence", "length", "hung_up"] | None = None
    press: Annotated[str, Field(pattern=r"^[0-9*#]{1,30}$")] | None = None
    beep: Literal[True] | None = None
    wait: Literal[True] | None = None
    answer: Name | Literal[True] | None = None
    busy: Name | Literal[True] | None = None
    no_answer: Name | Literal[True] | None = None
    failed: Name | Literal[True] | None = None
    http: Reply | None = None
    hang_up: Name | Literal[True] | None = None

    @model_validator(mode="after")
    def does_one_thing(self) -> Line:
        if len(self._said()) != 1:
            raise wrong("wrong_line", N_("A line says one thing, such as press, say, wait, answer, busy or hang_up."))
        if self.certainty is not None and self.say is None and self.hear is None:
            raise wrong("certainty_of_nothing", N_("Only what somebody says has a certainty."))
        if self.hear is None and any(getattr(self, name) is not None for name in OF_SOUND):
            raise wrong("sound_of_nothing", N_("Only a sound file (hear) has text, noise, line and within."))
        if self.hear is not None and self.text is None:
            raise wrong("no_text", N_("What is said in the sound file {hear} must be written as text."), hear=self.hear)
        if self.ended is not None and self.message is None:
            raise wrong("end_of_nothing", N_("Only a message has an end of its own (ended)."))
        return self

    def __str__(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self._said().items())

    def _said(self) -> dict[str, Any]:
        written = {name: getattr(self, name) for name in type(self).model_fields if name not in BESIDE}
        return {name: value for name, value in written.items() if value is not None}

    def leaves(self, flow: str, node: str, heard: bool) -> bool:
        """Whether the caller hangs up here; a subflow's node may be named as `flow/node`."""
        return self.hang_up in (node, f"{flow}/{node}") or (self.hang_up is True and heard)

    def act(
        self, command: Collect | Listen | RecordMessage | Dial | Request
    ) -> Digits | Utterance | Recorded | Dialled | Replied:
        """Do it. Raises Unfit when the command asks for something else."""
        match command:
            case Collect():
                return self.keys(command)
            case Listen():
                return self.words(command)
            case RecordMessage():
                return self.recorded(command)
            case Dial():
                return self.phone(command)
            case Request():
                return self.reply(command)

    def keys(self, command: Collect) -> Digits:
        """Press keys, or none."""
        if self.wait:
            return Digits()
        if self.press is None:
            raise Unfit(N_("Keys are waited for here, and the script says {line}."))
        return pressed(self.press, command)

    def words(self, command: Listen) -> Utterance:
        """Say something, press keys, or neither."""
        if self.wait:
            return Utterance()
        if self.deaf:
            return Utterance(ended="deaf")
        if self.beep and command.until_beep:
            return Utterance(ended="beep")
        if (words := self.text if self.say is None else self.say) is not None:
            said = spoken(words)
            if not said:
                raise Unfit(N_("There is no word in what the script says here: {line}."))
            sure = 1.0 if self.certainty is None else self.certainty
            text = heard_as(said, command.phrases)
            return Utterance(text, ended="speech", certainty=sure, seconds=round(A_WORD * len(said.split()), 1))
        if self.press is None:
            raise Unfit(N_("The caller is listened to here, and the script says {line}."))
        if not command.max_digits:
            raise Unfit(N_("Only words are waited for here, no keys, and the script says {line}."))
        return Utterance(digits=pressed(self.press, command).digits, ended="keys")

    def recorded(self, command: RecordMessage) -> Recorded:
        """Leave a message of so many seconds, or as long as the words are; or nothing."""
        if self.wait or (self.press is not None and self.press in command.terminators):
            return kept(Recorded(0.0, "silence" if self.wait else "key"), command)
        words = self.text if self.say is None else self.say
        if self.message is None and words is None and not self.deaf:
            raise Unfit(N_("A message is recorded here, and the script says {line}."))
        spoken_for = A_WORD * len((words or "").split()) if self.message is None else self.message
        seconds = round(A_MESSAGE if self.deaf else spoken_for, 1)
        if seconds >= command.longest:
            return kept(Recorded(command.longest, "length"), command)
        return kept(Recorded(seconds, self.ended or "key"), command)

    def phone(self, command: Dial) -> Dialled:
        """Answer or not."""
        for outcome in ("busy", "no_answer", "failed"):
            if getattr(self, outcome):
                self.rung(command, getattr(self, outcome))
                return Dialled(outcome, rang=command.ring if outcome == "no_answer" else 0.0)
        if self.answer is None:
            raise Unfit(N_("A phone rings here, and the script says {line}."))
        return Dialled("answered", by=self.rung(command, self.answer), rang=RANG, talked=TALKED)

    def rung(self, command: Dial, who: str | bool) -> str:
        """Name the phone meant; it must be one that rings."""
        numbers = [target.number for target in command.targets]
        if isinstance(who, str) and who not in numbers:
            raise Unfit(N_("{number} is not rung here; these are: {rung}."), number=who, rung=", ".join(numbers))
        return who if isinstance(who, str) else numbers[0]

    def reply(self, command: Request) -> Replied:
        """Answer a web request."""
        if self.http is None:
            raise Unfit(N_("A web request waits for http here, and the script says {line}."))
        if self.http.outcome:
            return Replied(self.http.outcome)
        if not 200 <= self.http.status < 300:
            return Replied("failed", self.http.status)
        found = dict(extract(command.save, self.http.document))
        found |= {name: self.http.saved[name] for name, _ in command.save if name in self.http.saved}
        return Replied("ok", self.http.status, tuple(found.items()))


def kept(recorded: Recorded, command: RecordMessage) -> Recorded:
    """A message that is long enough has a name: who is tried out has left one in all."""
    return replace(recorded, message=MESSAGE if recorded.seconds >= command.shortest else "")


def pressed(keys: str, command: Collect | Listen) -> Digits:
    """Press keys. Raises Unfit when not all of them are taken."""
    digits = ""
    for place, key in enumerate(keys, 1):
        terminated = key in command.terminators
        digits += "" if terminated else key
        if terminated or len(digits) == command.max_digits:
            if place < len(keys):
                message = N_("{keys} comes after the last key that is taken here; write it as its own line.")
                raise Unfit(message, keys=keys[place:])
            return Digits(digits, "terminator" if terminated else "length")
    return Digits(digits, "timeout")
