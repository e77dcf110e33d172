"""What happens in a call that is tried out, as lines that a person reads: what is said, asked, pressed, looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from controller.flow.commands import (
    Answer,
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Counted,
    Dial,
    Dialled,
    Digits,
    Faxed,
    HangUp,
    Hours,
    HungUp,
    Listed,
    Listen,
    Play,
    PlayMessage,
    Prompt,
    ReceiveFax,
    Recorded,
    RecordMessage,
    Replied,
    Request,
    Result,
    SendFax,
    Sound,
    Utterance,
)
from controller.flow.problem import N_, fill, same
from controller.flow.understanding.words import UNKNOWN
from controller.flow.world import World

HOURS = {
    "open": N_("The schedule “{schedule}” is open."),
    "closed": N_("The schedule “{schedule}” is closed."),
    "holiday": N_("The schedule “{schedule}” is closed for a holiday."),
}
DIALLED = {
    "answered": N_("{by} answers."),
    "busy": N_("Everybody who was rung is busy."),
    "no_answer": N_("Nobody answers."),
    "failed": N_("Nobody can be rung."),
}
FAXED = {
    "ok": N_("The fax is over: {pages} pages were confirmed."),
    "partial": N_("The fax breaks off; {pages} pages were confirmed."),
    "failed": N_("No page of the fax was confirmed."),
}
REPLIED = {
    "ok": N_("The web service answers {status}."),
    "failed": N_("The web request fails."),
    "unknown": N_("Nobody can say whether the web request arrived."),
}


@dataclass(frozen=True)
class Heard:
    """One sound: its text and the language of that, or the name of a prompt, which has a text unless it is a file."""

    text: str
    language: str
    prompt: str = ""

    @property
    def words(self) -> str:
        """What the caller hears, in words."""
        return self.text or self.prompt


@dataclass(frozen=True)
class Event:
    """One thing that happened. `text` is a template of `values`, marked by N_; `step` is its place in the path.

    `type` is said, asked, pressed, spoke, waited, deaf, picked_up, dialled, answered, busy, no_answer, failed, checked,
    counted, requested, http, faxing, faxed or hung_up. Values are JSON.
    """

    type: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    sounds: tuple[Heard, ...] = ()
    flow: str = ""
    node: str = ""
    step: int = 0

    def dump(self, translate: Callable[[str], str] = same) -> dict[str, Any]:
        """Write it as JSON data, in a language."""
        text = fill(translate(self.text), {name: _written(value) for name, value in self.values.items()})
        place = {"flow": self.flow, "node": self.node, "step": self.step}
        told = {"text": text, "sounds": [asdict(sound) for sound in self.sounds], "values": dict(self.values)}
        return {"type": self.type, **place, **told}


def asked(command: Command, world: World) -> Iterator[Event]:
    """Tell what a command does, where that is known before its result."""
    told: dict[str, Any]
    match command:
        case Answer():
            yield Event("picked_up", N_("The call is answered."))
        case Play():
            sounds = heard_of(command.sounds, world)
            told = {"words": words(sounds), "heard": any(map(world.can_be_heard, command.sounds))}
            silent = N_("Nothing is said: there is no such prompt, or its text is empty.")
            yield Event("said", N_("The caller hears: {words}") if told["heard"] else silent, told, sounds)
        case Collect():
            sounds = heard_of(command.prompt, world)
            told = {"words": words(sounds), "min_digits": command.min_digits, "max_digits": command.max_digits}
            told |= {"terminators": command.terminators, "secret": command.secret}
            text = N_("The caller is asked: {words}") if sounds else N_("Keys are waited for.")
            yield Event("asked", text, told, sounds)
        case Listen():
            sounds = heard_of(command.prompt, world)
            told = {"words": words(sounds), "language": command.language, "phrases": list(command.phrases)}
            text = N_("The caller is asked: {words}") if sounds else N_("The caller is listened to.")
            yield Event("asked", text, told | {"max_digits": command.max_digits}, sounds)
        case RecordMessage():
            sounds = heard_of(command.prompt, world)
            told = {"words": words(sounds), "longest": command.longest, "silence": command.silence}
            text = N_("A message is recorded after: {words}") if sounds else N_("A message is recorded.")
            yield Event("recording", text, told, sounds)
        case PlayMessage():
            yield Event("said", N_("The caller hears the message again."), {"message": command.message})
        case Dial():
            told = {"targets": [target.number for target in command.targets]}
            told |= {"strategy": command.strategy, "ring": command.ring, "presented": command.presented}
            told |= {"carried": dict(command.carried)}
            yield Event("dialled", N_("Ringing: {targets}"), told)
        case SendFax():
            told = {"document": command.file, "manner": command.rung, "start_page": command.start_page}
            yield Event("faxing", N_("A fax is sent: {document}"), told)
        case ReceiveFax():
            yield Event("faxing", N_("A fax is received."), {"ident": command.ident})
        case Request():
            told = {"method": command.method, "url": command.url}
            yield Event("requested", N_("A web request is sent: {method} {url}"), told)


def heard(command: Command, result: Result | HungUp) -> Iterator[Event]:
    """Tell what came of a command."""
    told: dict[str, Any]
    match command, result:
        case HangUp(), HungUp():
            told = {"by": "flow", "cause": command.cause}
            yield Event("hung_up", N_("The flow ends the call ({cause})."), told)
        case _, HungUp():
            yield Event("hung_up", N_("The caller hangs up."), {"by": "caller", "cause": result.cause})
        case Collect(), Digits():
            yield _pressed(command, result)
        case Listen(), Utterance():
            yield _spoke(command, result)
        case RecordMessage(), Recorded():
            text = N_("A message of {seconds} s is left.") if result.message else N_("No message is left.")
            yield Event("recorded", text, asdict(result))
        case Dial(), Dialled():
            told = {"by": result.by, "cause": result.cause, "rang": result.rang, "talked": result.talked}
            yield Event(result.outcome, DIALLED[result.outcome], told)
        case CheckHours(), Hours():
            told = {"schedule": command.schedule, **asdict(result)}
            yield Event("checked", HOURS[result.state], told)
        case CheckList(), Listed():
            told = {"list": command.list, "number": command.number, **asdict(result)}
            yield Event("checked", _listed(command, result.listed), told)
        case Count(), Counted():
            told = {"counter": command.counter, "period": command.period, "value": result.value}
            unknown = N_("The counter “{counter}” cannot be read.")
            yield Event("counted", unknown if result.value is None else N_("“{counter}” is now {value}."), told)
        case SendFax() | ReceiveFax(), Faxed():
            went = "ok" if result.ok else "partial" if result.pages else "failed"
            yield Event("faxed", FAXED[went], asdict(result))
        case Request(), Replied():
            told = {**asdict(result), "saved": dict(result.saved)}
            yield Event("http", REPLIED[result.outcome], told)


def heard_of(sounds: Iterable[Sound], world: World) -> tuple[Heard, ...]:
    """Say what sounds are."""
    return tuple(sound(one, world) for one in sounds)


def sound(played: Sound, world: World) -> Heard:
    """Say what a sound is: a text, or a prompt with its text in the language that the caller hears."""
    if isinstance(played, Prompt):
        return Heard(*world.prompt_text(played), played.name)
    return Heard(played.text, played.language)


def words(sounds: tuple[Heard, ...]) -> str:
    """Write what is heard one after the other."""
    return " ".join(filter(None, (sound.words for sound in sounds)))


def _pressed(command: Collect, digits: Digits) -> Event:
    keys = "*" * len(digits.digits) if command.secret else digits.digits
    if not keys and digits.ended == "terminator":
        keys = command.terminators[:1]
    text = N_("The caller presses {keys}.") if keys else N_("The caller presses nothing.")
    return Event("pressed", text, {"keys": keys, "ended": digits.ended})


def _spoke(command: Listen, utterance: Utterance) -> Event:
    told = {"words": utterance.text, "certainty": utterance.certainty, "seconds": utterance.seconds}
    match utterance.ended:
        case "speech":
            other = utterance.text == UNKNOWN
            text = N_("The caller says something else.") if other else N_("The caller says: {words}")
            return Event("spoke", text, told)
        case "keys":
            keys = utterance.digits or command.terminators[:1]
            return Event("pressed", N_("The caller presses {keys}."), {"keys": keys, "ended": "keys"})
        case "beep":
            return Event("beep", N_("The tone of an answering machine is heard."))
        case "silence":
            return Event("waited", N_("The caller says nothing."))
        case "deaf":
            nobody = N_("Nobody listens: no recogniser of this language is free.")
            return Event("deaf", nobody, {"language": command.language})


def _listed(command: CheckList, listed: bool) -> str:
    if not command.number:
        withheld = N_("A withheld number is not on the list “{list}”.")
        return N_("A withheld number is on the list “{list}”.") if listed else withheld
    return N_("{number} is on the list “{list}”.") if listed else N_("{number} is not on the list “{list}”.")


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
