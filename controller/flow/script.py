"""The words of a flow's tests: what is given, what the caller and the called do line by line, what is expected."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from controller.flow.commands import Collect, Dial, Dialled, Digits, Replied, Request
from controller.flow.fields import AnyVariable, wrong
from controller.flow.numbers import parse_target
from controller.flow.problem import N_
from controller.flow.values import LONGEST, extract

RANG = 3.0  # seconds a scripted phone rings before it is answered
TALKED = 60.0
MOST_LINES = 500
YEARS = range(2000, 2100)  # schedules and holidays are known in them

Text = Annotated[str, Field(max_length=LONGEST)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]


def _moment(value: object) -> object:
    """Let a moment be written as a text, as JSON must."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise wrong("wrong_moment", N_("{field} is not a moment such as 2026-11-23T09:00.")) from None
    return value


def _near(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        message = N_("{field} must be a moment of the years {first} to {last}.")
        raise wrong("wrong_year", message, first=str(YEARS[0]), last=str(YEARS[-1]))
    return moment


def _number(text: str) -> str:
    """Write a number as a dial's target has it."""
    try:
        return parse_target(text).number
    except ValueError:
        message = N_("{field}: “{number}” is neither a short number nor an international one such as +33123456789.")
        raise wrong("wrong_number", message, number=text) from None


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


class Given(Written):
    """The call as it begins. `at` is local time unless it names a zone; counters start where they are said to.

    `lists` says of a list whether the number looked up is on it, whatever its entries say; `busy` names the phones that
    are busy whenever they are rung.
    """

    caller: Text = ""
    called: Text = ""
    caller_name: Text = ""
    language: Text = ""
    at: Annotated[datetime, BeforeValidator(_moment), AfterValidator(_near)] = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001  a Monday morning
    variables: Annotated[dict[AnyVariable, Text], Field(max_length=100)] = {}
    counters: Annotated[dict[Name, Annotated[int, Field(ge=0, le=1_000_000_000)]], Field(max_length=100)] = {}
    lists: Annotated[dict[Name, bool], Field(max_length=100)] = {}
    busy: Annotated[list[Annotated[str, AfterValidator(_number)]], Field(max_length=100)] = []

    def moment(self, zone: ZoneInfo) -> datetime:
        """Say when the call comes in, in the subscriber's zone."""
        return self.at.astimezone(zone) if self.at.tzinfo else self.at.replace(tzinfo=zone)

    def call(self, language: str, country: str, time_zone: str) -> dict[str, str]:
        """Write the variables the call begins with."""
        return {
            "call": "rehearsal",
            "caller": self.caller,
            "called": self.called,
            "caller_name": self.caller_name,
            "language": self.language or language,
            "country": country,
            "time_zone": time_zone,
            **self.variables,
        }


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


class Line(Written):
    """One line of a script: exactly one thing somebody does.

    `press` keys, or `wait` for the end of the time; a called phone is `answer`ed (by a number, or true), or `busy`,
    `no_answer`, `failed`; a web service replies with `http`; the caller may `hang_up` at the next thing heard (true) or
    in a node (its name).
    """

    press: Annotated[str, Field(pattern=r"^[0-9*#]{1,30}$")] | None = None
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
            raise wrong("wrong_line", N_("A line says one thing, such as press, wait, answer, busy or hang_up."))
        return self

    def __str__(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self._said().items())

    def _said(self) -> dict[str, Any]:
        written = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in written.items() if value is not None}

    def leaves(self, flow: str, node: str, heard: bool) -> bool:
        """Whether the caller hangs up here; a subflow's node may be named as `flow/node`."""
        return self.hang_up in (node, f"{flow}/{node}") or (self.hang_up is True and heard)

    def act(self, command: Collect | Dial | Request) -> Digits | Dialled | Replied:
        """Do it. Raises Unfit when the command asks for something else."""
        match command:
            case Collect():
                return self.keys(command)
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
        digits = ""
        for place, key in enumerate(self.press, 1):
            terminated = key in command.terminators
            digits += "" if terminated else key
            if terminated or len(digits) == command.max_digits:
                if place < len(self.press):
                    message = N_("{keys} comes after the last key that is taken here; write it as its own line.")
                    raise Unfit(message, keys=self.press[place:])
                return Digits(digits, "terminator" if terminated else "length")
        return Digits(digits, "timeout")

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


class Expect(Written):
    """What must come true; what is not said is not looked at. Texts are found anywhere in what was said."""

    path: list[str] | None = None
    said: list[str] = []
    variables: dict[str, str] = {}
    hung_up: str | bool | None = None  # whether the call ended, or by which cause


Script = Annotated[list[Line], Field(max_length=MOST_LINES)]


class Run(Written):
    """One run of a flow: the call as it begins, and what people do in it."""

    given: Given = Given()
    script: Script = []


class FlowTest(Written):
    """One test of a flow: a run, and what must come true."""

    name: str = Field(min_length=1, max_length=LONGEST)
    given: Given = Given()
    script: Script = []
    expect: Expect = Expect()
