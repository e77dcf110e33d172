"""What a flow may ask of a call, and what it may hear back. Plain data; no I/O.

A command waits for exactly one result. Each command says how it is recovered when its controller died before the
result was known (`recovery`), and whether it takes the caller's time (`waits`: the loop guard counts the others).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal


class Recovery(StrEnum):
    """What another controller does with a command whose result is unknown."""

    REPEAT = "repeat"  # do it again: the caller hears a prompt twice
    OBSERVE = "observe"  # read the result that FreeSWITCH kept under the command's name; repeat if there is none
    KEYED = "keyed"  # an effect outside the call: only repeated when it is marked safe, else the result is unknown


# --- what is heard -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phrase:
    """A text to speak, in a language (`fr`, `en`, `de`)."""

    text: str
    language: str
    template: str = field(default="", compare=False)  # the text before variables were put in; "" when it is the same


@dataclass(frozen=True)
class Prompt:
    """A prompt of the subscriber's library, by name, in a language."""

    name: str
    language: str


Sound = Phrase | Prompt


# --- whom to ring --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extension:
    """A short number of the same subscriber."""

    number: str


@dataclass(frozen=True)
class External:
    """An E.164 number, reached through a trunk (any, when none is named)."""

    number: str
    trunk: str = ""


Target = Extension | External


# --- commands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Answer the call; an answered call stays as it is. Heard: Done."""

    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = False


@dataclass(frozen=True)
class Play:
    """Play sounds one after the other, answering first. Heard: Played."""

    sounds: tuple[Sound, ...]
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class Collect:
    """Play a prompt that the first key stops, and collect keys. Times in seconds. Heard: Digits.

    Collection ends at `max_digits`, at a terminator (not part of the digits), or when no key came in time.
    `secret` digits (a PIN) enter neither journal nor checkpoint.
    """

    prompt: tuple[Sound, ...] = ()
    min_digits: int = 1
    max_digits: int = 1
    terminators: str = "#"
    first_digit_timeout: float = 5.0
    digit_timeout: float = 2.0
    secret: bool = False
    recovery: ClassVar[Recovery] = Recovery.OBSERVE
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class Listen:
    """Play a prompt and hear what the caller says, or keys. Times in seconds. Heard: Utterance.

    With `phrases` only these are understood, anything else is heard as "[unk]"; without any the caller speaks freely.
    With `barge_in` words stop the prompt; a mere "mhm" does not. Keys stop it always, unless `max_digits` is 0.
    """

    prompt: tuple[Sound, ...] = ()
    language: str = ""
    phrases: tuple[str, ...] = ()
    barge_in: bool = True
    silence: float = 5.0  # until the caller begins, counted from the prompt's end
    pause: float = 0.8  # the silence that ends what is said
    longest: float = 20.0  # of what is said
    max_digits: int = 1
    terminators: str = "#"
    digit_timeout: float = 2.0
    until_beep: bool = False  # the tone of an answering machine ends it
    own: bool = field(default=False, compare=False)  # the phrases are the flow's: the journal may tell which was said
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class RecordMessage:
    """Play a prompt and a tone, and record what the caller says. Times in seconds. Heard: Recorded.

    It ends by a terminator, by `silence` (0: by none), after `longest`, or with the call. What is shorter than
    `shortest` is not kept; what is kept takes the place of the message `replaces`.
    """

    prompt: tuple[Sound, ...] = ()
    tone: bool = True
    longest: float = 120.0
    shortest: float = 1.0
    silence: float = 4.0
    terminators: str = "#"
    replaces: str = ""
    recovery: ClassVar[Recovery] = Recovery.OBSERVE
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class PlayMessage:
    """Play a message that the caller has just left, by its name. Heard: Played."""

    message: str
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class Dial:
    """Ring targets, at once or in turn, for `ring` seconds each round; talk until somebody leaves. Heard: Dialled.

    `carried` is told to who is rung, on the agent's page and (`headers`) as SIP headers X-Souffleur-NAME: pairs of a
    name of letters, digits and hyphens and a text of one line.
    """

    targets: tuple[Target, ...]
    strategy: Literal["at_once", "in_turn"] = "at_once"
    ring: float = 25.0
    presented: str = ""  # number shown to external targets; "" leaves it to the subscriber's rules
    carried: tuple[tuple[str, str], ...] = ()
    headers: bool = True
    recovery: ClassVar[Recovery] = Recovery.OBSERVE
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class CheckHours:
    """Ask whether a schedule is open now. Heard: Hours."""

    schedule: str
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = False


@dataclass(frozen=True)
class CheckList:
    """Ask whether a number stands on a list. Heard: Listed."""

    list: str
    number: str
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = False


@dataclass(frozen=True)
class Count:
    """Add one to a counter of the subscriber and read it. `period` starts it anew. Heard: Counted."""

    counter: str
    period: Literal["ever", "day", "hour"] = "ever"
    recovery: ClassVar[Recovery] = Recovery.KEYED
    waits: ClassVar[bool] = False


@dataclass(frozen=True)
class Request:
    """Send an HTTP request; `save` names variables and the JSONPath that fills each. Heard: Replied.

    `safe_to_repeat` lets another controller send it again when the outcome of the first is unknown.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    timeout: float = 5.0
    save: tuple[tuple[str, str], ...] = ()
    safe_to_repeat: bool = False
    template: str = field(default="", compare=False)  # the address before variables were put in; "" when it is the same
    recovery: ClassVar[Recovery] = Recovery.KEYED
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class SendFax:
    """Send a fax over the call, answering first; the call ends with it. Heard: Faxed.

    `file` names a document of the subscriber's, pages count from 0. `rung` is the manner: A asks for T.38 and takes
    audio where that is refused, B is audio, C audio without V.17, D without error correction too, E T.38 without V.17.
    """

    file: str
    start_page: int = 0
    rung: Literal["A", "B", "C", "D", "E"] = "A"
    ident: str = ""
    header: str = ""
    time_zone: str = ""
    recovery: ClassVar[Recovery] = Recovery.OBSERVE
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class ReceiveFax:
    """Receive a fax over the call, answering first; the call ends with it. Heard: Faxed."""

    ident: str = ""
    recovery: ClassVar[Recovery] = Recovery.OBSERVE
    waits: ClassVar[bool] = True


@dataclass(frozen=True)
class HangUp:
    """End the call with a Q.850 cause name. Nothing is heard after it but HungUp.

    `outcome` says in a word what came of the call, for campaigns and reports.
    """

    cause: str = "NORMAL_CLEARING"
    outcome: str = ""
    recovery: ClassVar[Recovery] = Recovery.REPEAT
    waits: ClassVar[bool] = True


Command = (
    Answer
    | Play
    | Collect
    | Listen
    | RecordMessage
    | PlayMessage
    | Dial
    | CheckHours
    | CheckList
    | Count
    | Request
    | SendFax
    | ReceiveFax
    | HangUp
)


# --- results -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """It is done."""


@dataclass(frozen=True)
class Played:
    """`heard` is False when there was nothing to play: a missing prompt, or speech that could not be made."""

    heard: bool = True


@dataclass(frozen=True)
class Digits:
    """The keys pressed, without the terminator; "" when none came."""

    digits: str = ""
    ended: Literal["length", "terminator", "timeout", "nothing"] = "nothing"
    prompt_heard: bool = True


@dataclass(frozen=True)
class Utterance:
    """What the caller said, in the recogniser's lower case, or the keys pressed.

    `deaf`: nobody listened (no model of the language, the speech process away or too busy), and no key came either.
    `at` is the moment it ended, in the subscriber's zone (ISO 8601): "next Friday" is counted from it.
    """

    text: str = ""
    digits: str = ""
    ended: Literal["speech", "keys", "silence", "deaf", "beep"] = "silence"
    certainty: float = 1.0
    seconds: float = 0.0  # that were spoken
    at: str = ""
    prompt_heard: bool = True


@dataclass(frozen=True)
class Recorded:
    """A message: seconds of it without the silence that ended it, and its name, "" for one that is not kept.

    `nothing`: it could not be recorded.
    """

    seconds: float = 0.0
    ended: Literal["key", "silence", "length", "hung_up", "nothing"] = "nothing"
    message: str = ""


@dataclass(frozen=True)
class Dialled:
    """How dialling went: who answered, the cause FreeSWITCH gave, seconds rung and talked."""

    outcome: Literal["answered", "busy", "no_answer", "failed"]
    by: str = ""
    cause: str = ""
    rang: float = 0.0
    talked: float = 0.0


@dataclass(frozen=True)
class Hours:
    """The schedule's state, and until when it lasts (ISO 8601, "" when unknown)."""

    state: Literal["open", "closed", "holiday"]
    until: str = ""


@dataclass(frozen=True)
class Listed:
    """Whether the number is listed, by which entry, and what the list's action is (`reject`, `busy`, ...; "" none)."""

    listed: bool
    entry: str = ""
    action: str = ""
    argument: str = ""


@dataclass(frozen=True)
class Counted:
    """The counter after this call; None when the count could not be known."""

    value: int | None


@dataclass(frozen=True)
class Replied:
    """`unknown`: the request may or may not have arrived. `saved` holds the variables that were found."""

    outcome: Literal["ok", "failed", "unknown"]
    status: int = 0
    saved: tuple[tuple[str, str], ...] = ()
    reason: str = field(default="")


@dataclass(frozen=True)
class Faxed:
    """How a fax went. `pages` were confirmed of `total` (0 when that is not known), in this call.

    `code` is the fax engine's (0: all went well), None when it said nothing; `rate` in bits a second, `seconds` from
    the answer on, `file` the name under which one that came in is kept.
    """

    ok: bool
    code: int | None = None
    pages: int = 0
    total: int = 0
    remote_id: str = ""
    rate: int = 0
    ecm: bool = False
    t38: bool = False
    bad_rows: int = 0
    seconds: float = 0.0
    file: str = ""


Result = Done | Played | Digits | Utterance | Recorded | Dialled | Hours | Listed | Counted | Replied | Faxed


class HungUp(Exception):
    """The caller (or the network) ended the call: the only exception sent into a flow."""

    def __init__(self, cause: str = "") -> None:
        super().__init__(cause or "hung up")
        self.cause = cause
