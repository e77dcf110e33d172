"""The words of a flow's tests: what is given, what the caller and the called do line by line, what is expected."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from controller.flow.fields import AnyVariable, wrong
from controller.flow.line import Line, Name, Reply, Text, Unfit, Variant, Written
from controller.flow.numbers import parse_target
from controller.flow.problem import N_
from controller.flow.values import LONGEST

MOST_LINES = 500
YEARS = range(2000, 2100)  # schedules and holidays are known in them


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


class Expect(Written):
    """What must come true; what is not said is not looked at. Texts are found anywhere in what was said.

    `within`: seconds that the call lasts at most. Only a call by sound takes time.
    """

    path: list[str] | None = None
    said: list[str] = []
    variables: dict[str, str] = {}
    hung_up: str | bool | None = None  # whether the call ended, or by which cause
    within: Annotated[float, Field(gt=0, le=3600)] | None = None


Script = Annotated[list[Line], Field(max_length=MOST_LINES)]


class Run(Written):
    """One run of a flow: the call as it begins, and what people do in it."""

    given: Given = Given()
    script: Script = []


class FlowTest(Written):
    """One test of a flow: a run, and what must come true. By sound it is played plainly, then as each of `variants`."""

    name: str = Field(min_length=1, max_length=LONGEST)
    given: Given = Given()
    script: Script = []
    variants: Annotated[list[Variant], Field(max_length=10)] = []
    expect: Expect = Expect()

    @property
    def by_sound(self) -> bool:
        """Whether the caller says what is in sound files."""
        return any(line.hear is not None for line in self.script)


__all__ = ["Expect", "FlowTest", "Given", "Line", "Reply", "Run", "Script", "Unfit", "Variant"]
