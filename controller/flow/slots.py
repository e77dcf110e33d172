"""Slots: the values a robot asks for. What is said or keyed becomes a value, and a value is held against its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from controller.flow.patterns import matches
from controller.flow.understanding import amount, choice, digits, name, number, phone, text, yes_no
from controller.flow.understanding import date as dates
from controller.flow.understanding import time as times
from controller.flow.understanding.words import UNKNOWN, words

SlotType = Literal["yes_no", "choice", "digits", "number", "amount", "date", "time", "phone", "name", "text"]
Bound = str | int | float | None

FREE = ("name", "text")
KEYS: Mapping[str, int] = {"yes_no": 1, "choice": 1, "digits": 30, "number": 12, "amount": 12, "date": 8, "time": 4,
                           "phone": 17, "name": 0, "text": 0}  # fmt: skip
"""How many keys a value of each type has at most; 0: it cannot be keyed."""

INSTEAD = frozenset(words("non no nein nan pardon plutôt enfin rather sorry actually sondern lieber doch nope"))
NOT = frozenset(words("pas not nicht kein"))


@dataclass(frozen=True)
class Slot:
    """What is asked for. Bounds are a number, a count of digits, a date (or days from today), a time of day."""

    type: SlotType
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: Bound = None
    most: Bound = None
    pattern: str = ""
    prefer: Literal["future", "past"] = "future"
    country: str = ""

    def phrases(self, language: str) -> tuple[str, ...]:
        """The phrases a recogniser must know; none when anything may be said."""
        if self.type == "choice":
            return tuple(phrase for phrases in self.choices.values() for phrase in phrases)
        return READERS[self.type](language)

    def read(self, said: str, language: str, today: date | None) -> str | None:
        """Read a value as a variable holds it; a slip that is mended at once ("le 14, non, le 15") is its end."""
        found = self._read(said, language, today)
        if found is not None or self.type in FREE:
            return found
        return self._mended(said, language, today)

    def corrected(self, said: str, language: str, today: date | None, old: str) -> str | None:
        """Read what an answer to "is that right?" says anew: "non, le 15". None when it says nothing else."""
        if self.type == "date" and (new := self._same_month(said, language, old)):
            return new
        found = self.read(said, language, today)
        if self.type in FREE:
            rest = _after_no(said)
            found = self._read(rest, language, today) if rest else None
        return found if found != old else None

    def keyed(self, keys: str, today: date | None) -> str | None:
        """Read keys: 1 and 2 are yes and no, a choice goes by its place, a date is DDMMYYYY, a time HHMM, * a point."""
        match self.type:
            case "yes_no":
                return {"1": "yes", "2": "no"}.get(keys)
            case "choice":
                return dict(zip("123456789", self.choices, strict=False)).get(keys)
            case "digits":
                least, most = self.lengths
                return keys if keys.isdecimal() and least <= len(keys) <= most else None
            case "number" | "amount":
                found = _decimal(keys.replace("*", "."))
                return None if found is None or keys.startswith("*") else _number(found, self.type)
            case "date":
                return _keyed_date(keys, today)
            case "time":
                return _iso(lambda: time(int(keys[:2]), int(keys[2:])).strftime("%H:%M")) if len(keys) == 4 else None
            case "phone":
                return phone.read(keys, "fr", self.country)
        return None

    def fits(self, value: str, today: date | None) -> bool:
        """Whether a value is within its bounds and of its pattern."""
        if self.pattern and not matches(self.pattern, value):
            return False
        if self.type not in ("number", "amount", "date", "time"):
            return True
        found, least, most = (self._held(bound, today) for bound in (value, self.least, self.most))
        return found is None or ((least is None or least <= found) and (most is None or found <= most))

    @property
    def lengths(self) -> tuple[int, int]:
        """How many digits there may be."""
        least, most = (_decimal(bound) for bound in (self.least, self.most))
        return (int(least) if least else 1), (int(most) if most else 30)

    @property
    def most_keys(self) -> int:
        """How many keys are taken."""
        return min(self.lengths[1], 30) if self.type == "digits" else KEYS[self.type]

    def _read(self, said: str, language: str, today: date | None) -> str | None:
        match self.type:
            case "yes_no":
                answer = yes_no.read(said, language)
                return None if answer is None else ("yes" if answer else "no")
            case "choice":
                return choice.read(said, language, self.choices)
            case "digits":
                return digits.read(said, language, *self.lengths)
            case "number":
                found = number.read(said, language)
                return None if found is None else _number(found, "number")
            case "amount":
                found = amount.read(said, language)
                return None if found is None else _number(found, "amount")
            case "date":
                day = dates.read(said, language, today, self.prefer) if today else None
                return day.isoformat() if day else None
            case "time":
                at = times.read(said, language, *self._hours())
                return at.strftime("%H:%M") if at else None
            case "phone":
                return phone.read(said, language, self.country)
            case "name":
                return name.read(said, language)
        return text.read(said, language)

    def _hours(self) -> tuple[time, time]:
        least, most = _time(self.least), _time(self.most)
        return least or time.min, most or time.max

    def _mended(self, said: str, language: str, today: date | None) -> str | None:
        rest = _after_no(said)
        return self._read(rest, language, today) if rest and self.type != "yes_no" else None

    def _same_month(self, said: str, language: str, old: str) -> str | None:
        """A day that is said alone corrects the day only."""
        day = dates.day_of_month(_after_no(said) or said, language)
        if day is None:
            return None
        new = _iso(lambda: date.fromisoformat(old).replace(day=day).isoformat())
        return new if new != old else None

    def _held(self, value: Bound, today: date | None) -> Decimal | None:
        """Write a value or a bound as a number, so that they can be compared."""
        match self.type:
            case "date":
                day = day_of(value, today)
                return Decimal(day.toordinal()) if day else None
            case "time":
                at = _time(value)
                return Decimal(at.hour * 60 + at.minute) if at else None
        return _decimal(value)


def _after_no(said: str) -> str:
    """What comes after the last "no" of a sentence: "non, le 15"; nothing when a "not" stands right before it."""
    parts = said.split()
    places = [place for place, word in enumerate(parts) if set(words(word)) & INSTEAD]
    if not places:
        return ""
    rest = [word for word in parts[places[-1] + 1 :] if word != UNKNOWN]
    denied = [place for place, word in enumerate(rest) if set(words(word)) & NOT]
    return "" if denied else " ".join(rest)


def day_of(bound: Bound, today: date | None) -> date | None:
    """Read a bound of days: 2026-12-24, or days from today such as +30 or 0."""
    if isinstance(bound, str) and (found := _iso(lambda: date.fromisoformat(bound).isoformat())):
        return date.fromisoformat(found)
    days = _decimal(bound)
    try:
        return None if days is None or today is None else today + timedelta(int(days))
    except OverflowError:
        return None


def day_said(at: str) -> date | None:
    """The day of a moment (ISO 8601)."""
    try:
        return datetime.fromisoformat(at).date()
    except ValueError:
        return None


def bound_fits(kind: SlotType, bound: Bound) -> bool:
    """Whether a bound can be read."""
    if bound is None or bound == "":
        return True
    match kind:
        case "date":
            return day_of(bound, date(2026, 1, 1)) is not None
        case "time":
            return _time(bound) is not None
        case "number" | "amount":
            return _decimal(bound) is not None
        case "digits":
            count = _decimal(bound)
            return count is not None and 1 <= count <= 30 and count == count.to_integral_value()
    return False


def _time(bound: Bound) -> time | None:
    if isinstance(bound, int) and 0 <= bound < 24 * 60:
        return time(bound // 60, bound % 60)  # YAML reads an unquoted 14:00 as minutes
    try:
        return time.fromisoformat(str(bound))
    except ValueError:
        return None


def _decimal(value: Bound) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        found = Decimal(str(value).removeprefix("+"))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**15 else None


def _number(value: Decimal, kind: str) -> str:
    return f"{value:.2f}" if kind == "amount" else number.written(value)


def _keyed_date(keys: str, today: date | None) -> str | None:
    if len(keys) == 4 and today:
        day = dates.read(f"{keys[:2]} {keys[2:]}", "fr", today)
        return day.isoformat() if day else None
    if len(keys) != 8 or not keys.isdecimal():
        return None
    return _iso(lambda: date(int(keys[4:]), int(keys[2:4]), int(keys[:2])).isoformat())


def _iso(made: Callable[[], str]) -> str | None:
    try:
        return made()
    except ValueError:
        return None


READERS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "yes_no": yes_no.phrases,
    "digits": digits.phrases,
    "number": number.phrases,
    "amount": amount.phrases,
    "date": dates.phrases,
    "time": times.phrases,
    "phone": phone.phrases,
    "name": name.phrases,
    "text": text.phrases,
}
