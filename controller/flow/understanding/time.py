"""time: a time of day, on the 24-hour clock or with its part of the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from controller.flow.understanding.numerals import group, tokens, vocabulary
from controller.flow.understanding.words import spoken

WORKING_DAY = (time(7, 0), time(18, 59))
"""Where an hour of the 12-hour clock lies when nobody says: "half past three" is 15:30."""

FIXED = {
    "fr": {"midi": 12, "minuit": 0},
    "en": {"noon": 12, "midday": 12, "midnight": 0, "twelve noon": 12, "twelve midnight": 0},
    "de": {"mittag": 12, "mitternacht": 0},
}
MORNING = {"fr": ("du matin",), "en": ("in the morning", "am", "a m"), "de": ("morgens", "vormittags", "früh")}
EVENING = {
    "fr": ("de l'après midi", "l'après midi", "du soir", "le soir"),
    "en": ("in the afternoon", "in the evening", "at night", "pm", "p m", "tonight"),
    "de": ("nachmittags", "abends", "am abend", "am nachmittag"),
}
HOUR = {"fr": ("heures", "heure", "h"), "en": ("o'clock", "hours", "hundred hours"), "de": ("uhr",)}
AFTER: dict[str, dict[str, int]] = {
    "fr": {"et quart": 15, "et demie": 30, "et demi": 30, "trois quarts": 45, "moins le quart": -15,
           "moins quart": -15},
    "en": {},
    "de": {},
}  # fmt: skip
BEFORE: dict[str, dict[str, int]] = {
    "fr": {},
    "en": {"half past": 30, "quarter past": 15, "a quarter past": 15, "quarter to": -15, "a quarter to": -15,
           "quarter after": 15, "half": 30},
    "de": {"viertel nach": 15, "viertel vor": -15, "halb": -30, "dreiviertel": -15},
}  # fmt: skip
PAST, TO = {"en": ("past", "after"), "de": ("nach",)}, {"en": ("to", "before"), "de": ("vor",)}
EXTRA = {"fr": "moins le du de l' soir", "en": "minutes", "de": "minuten am abend nachmittag"}


def read(text: str, language: str, earliest: time = time.min, latest: time = time.max) -> time | None:
    """Read a time of day; an hour that could be two is the one within the bounds. None for none, and for two."""
    if language not in FIXED:
        return None
    said = " ".join(tokens(text, language))
    said, part = _part(said, language)
    found = {at for hour, minute, sure in _ways(said, language) for at in _at(hour, minute, sure, part)}
    within = {at for at in found if earliest <= at <= latest}
    if len(within) > 1:
        within = {at for at in within if WORKING_DAY[0] <= at <= WORKING_DAY[1]}
    if not within and len(found) == 1:
        return found.pop()  # clear, though out of bounds: who asks can say so
    return within.pop() if len(within) == 1 else None


def _part(said: str, language: str) -> tuple[str, str]:
    """Take the part of the day out of what was said."""
    for name, told in (("am", MORNING), ("pm", EVENING)):
        for phrase in sorted(map(spoken, told[language]), key=len, reverse=True):
            if said.endswith(" " + phrase):
                return said.removesuffix(" " + phrase), name
    return said, ""


def _ways(said: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """Hours and minutes in which the words can be read, and whether the hour stood on a clock of 24."""
    for phrase, hour in FIXED[language].items():
        if said == phrase:
            yield hour, 0, True
        elif said.startswith(phrase + " "):
            after = _minutes(said.removeprefix(phrase + " "), language)
            if after is not None:
                yield hour, after, True
    for phrase, minutes in BEFORE[language].items():
        if said.startswith(phrase + " "):
            full = _hour(said.removeprefix(phrase + " "), language)
            if full is not None:
                yield full, minutes, False
    for told, sign in ((PAST, 1), (TO, -1)):
        for marker in told.get(language, ()):
            before, found, behind = said.partition(f" {marker} ")
            away, full = _count(before.removesuffix(" minutes"), language, 59), _hour(behind, language)
            if found and away and full is not None:
                yield full, sign * away, False
    yield from _plain(said, language)


def _plain(said: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """An hour, and its minutes when they are said: "quinze heures trente", "three thirty", "8h30"."""
    for marker in sorted(map(spoken, HOUR[language]), key=len, reverse=True):
        before, found, after = f"{said} ".partition(f" {marker} ")
        hour = _count(before, language, 23)
        if found and hour is not None:
            minutes = _minutes(after.strip(), language) if after.strip() else 0
            if minutes is not None:
                yield hour, minutes, language != "en" and not 1 <= hour <= 6  # "trois heures" is said of both
            return
    typed = said.replace("h", " ").split()
    if 1 <= len(typed) <= 2 and said[:1].isdecimal() and all(part.isdecimal() and len(part) < 3 for part in typed):
        yield int(typed[0]), int(typed[1]) if len(typed) == 2 else 0, len(typed) == 2
        return
    parts = said.split()
    if language == "en":
        for place in range(1, len(parts) + 1):
            hour, minutes = _count(" ".join(parts[:place]), language, 23), _minutes(" ".join(parts[place:]), language)
            if hour is not None and (place == len(parts) or (minutes is not None and (minutes > 9 or "oh" in parts))):
                yield hour, minutes or 0, False


def _minutes(said: str, language: str) -> int | None:
    """Minutes after the hour: "trente", "et quart", "moins dix"."""
    for phrase, minutes in AFTER[language].items():
        if said == spoken(phrase):
            return minutes
    if language == "fr" and said.startswith("moins "):
        found = _count(said.removeprefix("moins "), language, 30)
        return -found if found else None
    return _count(said.removesuffix(" minutes").removeprefix("et "), language, 59)


def _hour(said: str, language: str) -> int | None:
    for phrase, hour in FIXED[language].items():
        if said == phrase:
            return hour
    return _count(said.removesuffix(" o'clock").removesuffix(" uhr"), language, 23)


def _count(said: str, language: str, most: int) -> int | None:
    """A number of hours or minutes; "oh five" is five."""
    parts = said.split()
    if language == "en" and len(parts) == 2 and parts[0] in ("oh", "zero", "o"):
        parts = parts[1:]
    found = group(parts, language) if parts else ""
    return int(found) if found and len(found) <= 2 and int(found) <= most else None


def _at(hour: int, minute: int, clock_24: bool, part: str) -> Iterator[time]:
    """The times of day that an hour and its minutes can be."""
    hours = {hour}
    if part == "pm" and hour < 12:
        hours = {hour + 12}
    elif part == "am" and hour == 12:
        hours = {0}
    elif not part and not clock_24 and 1 <= hour <= 12:
        hours = {hour % 12, hour % 12 + 12}
    if part and hour > 12 and part == "am":
        return
    for each in hours:
        total = (each * 60 + minute) % (24 * 60)
        yield time(total // 60, total % 60)


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    if language not in FIXED:
        return ()
    told = [MORNING[language], EVENING[language], HOUR[language], PAST.get(language, ()), TO.get(language, ())]
    others = [phrase for each in told for phrase in each]
    fixed = [*FIXED[language], *AFTER[language], *BEFORE[language], *EXTRA[language].split()]
    return tuple(dict.fromkeys([*vocabulary(language), *fixed, *others]))
