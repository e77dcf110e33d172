"""date: a day, said in any of the usual ways, counted from the day of the call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from controller.flow.understanding import calendar, digits
from controller.flow.understanding.numerals import group, tokens, vocabulary
from controller.flow.understanding.words import bare, words

Prefer = Literal["future", "past"]
YEARS = range(1900, 2100)
FARTHEST = 20_000  # days


def read(text: str, language: str, today: date, prefer: Prefer = "future") -> date | None:
    """Read a day. `prefer` says where a day without its year, or its month, lies; None for what is no day, or two.

    "Vendredi", "vendredi prochain" and "next Friday" are the first Friday after `today`.
    """
    if language not in calendar.MONTHS:
        return None
    said = [word for word in tokens(text, language) if word != "le"]
    found = {day for day in _ways(said, language, today, prefer) if day is not None}
    return found.pop() if len(found) == 1 else None


def day_of_month(text: str, language: str) -> int | None:
    """Read a day of the month that is said alone, as a correction often is: "le quinze"."""
    if language not in calendar.MONTHS:
        return None
    return _day([word for word in tokens(text, language) if word not in ("le", "the")], language)


def _ways(said: list[str], language: str, today: date, prefer: Prefer) -> Iterator[date | None]:
    plain = [bare(word) for word in said]
    relative = {tuple(words(phrase)): days for phrase, days in calendar.RELATIVE[language].items()}
    if " ".join(plain) and tuple(" ".join(plain).split()) in relative:
        yield today + timedelta(relative[tuple(" ".join(plain).split())])
        return
    yield _counted(said, plain, language, today)
    weekday, rest = _weekday(said, language)
    if weekday is not None:
        yield _on_weekday(weekday, rest, language, today, prefer)
    else:
        yield _named(said, language, today, prefer)


def _weekday(said: list[str], language: str) -> tuple[int | None, list[str]]:
    """Take the day of the week out of what was said."""
    known = calendar.weekdays(language)
    places = [place for place, word in enumerate(said) if bare(word) in known]
    if len(places) != 1:
        return None, said
    rest = [*said[: places[0]], *said[places[0] + 1 :]]
    return known[bare(said[places[0]])], [word for word in rest if bare(word) not in ("on", "am", "den", "of", "the")]


def _on_weekday(weekday: int, rest: list[str], language: str, today: date, prefer: Prefer) -> date | None:
    """A weekday alone, or with what says which one."""
    plain = " ".join(map(bare, rest))
    ahead = today + timedelta((weekday - today.weekday() - 1) % 7 + 1)
    behind = today - timedelta((today.weekday() - weekday - 1) % 7 + 1)

    def says(told: Mapping[str, tuple[str, ...]]) -> bool:
        return plain in {bare(word) for word in told[language]}

    if not rest:
        return ahead if prefer == "future" else behind
    if says(calendar.NEXT) or says(calendar.THIS):
        return ahead
    if says(calendar.LAST):
        return behind
    if says(calendar.WEEK_LATER):
        return ahead + timedelta(7)
    named = _named(rest, language, today, prefer)
    return named if named is not None and named.weekday() == weekday else None


def _named(said: list[str], language: str, today: date, prefer: Prefer) -> date | None:
    """A day of the month, its month and its year, as far as they are said."""
    known = calendar.months(language)
    said = [word for word in said if bare(word) not in ("of", "the", "de", "der", "den", "am", "on")]
    places = [place for place, word in enumerate(said) if bare(word) in known]
    if len(places) > 1:
        return None
    if not places:
        day = _day(said, language)
        return _nearest(day, None, None, today, prefer) if day else _numeric(said, today, prefer)
    month = known[bare(said[places[0]])]
    before, after = said[: places[0]], said[places[0] + 1 :]
    if before:
        day, year = _day(before, language), _year(after, language) if after else None
        return None if day is None or (after and year is None) else _nearest(day, month, year, today, prefer)
    for length in range(len(after), 0, -1):  # March third, twenty twenty six
        day = _day(after[:length], language)
        year = _year(after[length:], language) if after[length:] else None
        if day and (year or not after[length:]):
            return _nearest(day, month, year, today, prefer)
    return None


def _day(said: Sequence[str], language: str) -> int | None:
    ordinal = calendar.ordinals(language).get(tuple(word for part in said for word in words(part)))
    if ordinal:
        return ordinal
    found = group(said, language)
    return int(found) if found and len(found) <= 2 and 1 <= int(found) <= 31 else None


def _year(said: Sequence[str], language: str) -> int | None:
    found = group(said, language) or digits.read(" ".join(said), language, 4, 4) or ""
    return int(found) if len(found) == 4 and int(found) in YEARS else None


def _numeric(said: list[str], today: date, prefer: Prefer) -> date | None:
    """A date in figures, day first: what is typed in a test."""
    if not 2 <= len(said) <= 3 or not all(word.isascii() and word.isdecimal() and len(word) <= 4 for word in said):
        return None
    year = int(said[2]) if len(said) == 3 else None
    return _nearest(int(said[0]), int(said[1]), year, today, prefer) if year is None or year in YEARS else None


def _nearest(day: int, month: int | None, year: int | None, today: date, prefer: Prefer) -> date | None:
    """The first such day from today on, or the last one until today; None when there is none."""
    if year is not None:
        return _made(year, month or 0, day)
    step = 1 if prefer == "future" else -1
    for away in range(12 * 9):
        count = today.year * 12 + today.month - 1 + step * away
        found = _made(count // 12, count % 12 + 1, day)
        if found and (month is None or found.month == month) and (found - today).days * step >= 0:
            return found
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _counted(said: list[str], plain: list[str], language: str, today: date) -> date | None:
    """So many days, weeks or months from now: "dans trois jours", "two weeks ago"."""
    text = " ".join(plain)
    for told, sign in ((calendar.AHEAD, 1), (calendar.AGO, -1)):
        for marker in map(bare, told[language]):
            first = text.startswith(marker + " ")
            inner = text.removeprefix(marker + " ") if first else text.removesuffix(" " + marker)
            if inner == text:
                continue
            *count, unit = inner.split()
            kind = calendar.UNITS[language].get(unit)
            if not kind or not count:
                continue
            number = 1 if " ".join(count) in calendar.ONE[language] else int(group(count, language) or -1)
            return _away(today, sign * number, kind) if 0 <= number <= FARTHEST else None
    return None


def _away(today: date, number: int, kind: str) -> date | None:
    if kind == "month":
        count = today.year * 12 + today.month - 1 + number
        return _made(count // 12, count % 12 + 1, today.day) if count // 12 in YEARS else None
    try:
        return today + timedelta(number * (7 if kind == "week" else 1))
    except OverflowError:
        return None


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    if language not in calendar.MONTHS:
        return ()
    which = (calendar.NEXT, calendar.LAST, calendar.THIS, calendar.WEEK_LATER)
    others = [phrase for each in (*which, calendar.AHEAD, calendar.AGO, calendar.ONE) for phrase in each[language]]
    ordinal = [" ".join(said) for said in calendar.ordinals(language)] if language != "de" else _german_ordinals()
    return tuple(
        dict.fromkeys(
            [
                *vocabulary(language),
                *calendar.MONTHS[language].split(),
                *calendar.WEEKDAYS[language].split(),
                *calendar.RELATIVE[language],
                *calendar.UNITS[language],
                *others,
                *ordinal,
                *{"fr": ["le"], "en": ["the", "of", "on"], "de": ["der", "am", "den"]}[language],
            ]
        )
    )


def _german_ordinals() -> list[str]:
    return [stem + end for stem in calendar.GERMAN_ORDINALS.split() for end in ("en", "er")]
