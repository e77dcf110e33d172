"""Dates and times of day, in three languages, relative to a Monday in November."""

from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from num2words import num2words

from controller.flow.understanding import date as dates
from controller.flow.understanding import time as times
from controller.flow.understanding.calendar import MONTHS, WEEKDAYS
from controller.flow.understanding.words import spoken

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("le quatorze", "fr", "2026-12-14"),
        ("le vingt-trois", "fr", "2026-11-23"),
        ("le 15", "fr", "2026-12-15"),
        ("le premier", "fr", "2026-12-01"),
        ("le trente et un", "fr", "2026-12-31"),
        ("le 3 mars", "fr", "2027-03-03"),
        ("le premier mai deux mille vingt-sept", "fr", "2027-05-01"),
        ("le vingt-neuf février", "fr", "2028-02-29"),
        ("le trente et un février", "fr", None),
        ("lundi", "fr", "2026-11-30"),
        ("lundi prochain", "fr", "2026-11-30"),
        ("vendredi", "fr", "2026-11-27"),
        ("vendredi en huit", "fr", "2026-12-04"),
        ("vendredi dernier", "fr", "2026-11-20"),
        ("lundi quatorze décembre", "fr", "2026-12-14"),
        ("lundi quinze décembre", "fr", None),  # a Tuesday
        ("aujourd'hui", "fr", "2026-11-23"),
        ("demain", "fr", "2026-11-24"),
        ("après-demain", "fr", "2026-11-25"),
        ("hier", "fr", "2026-11-22"),
        ("dans trois jours", "fr", "2026-11-26"),
        ("dans une semaine", "fr", "2026-11-30"),
        ("dans un mois", "fr", "2026-12-23"),
        ("il y a deux semaines", "fr", "2026-11-09"),
        ("le quinze ou le seize", "fr", None),
        ("un jour", "fr", None),
        ("je ne sais pas", "fr", None),
        ("next Friday", "en", "2026-11-27"),
        ("on Friday", "en", "2026-11-27"),
        ("last Friday", "en", "2026-11-20"),
        ("the third of March", "en", "2027-03-03"),
        ("March third", "en", "2027-03-03"),
        ("March third twenty twenty-seven", "en", "2027-03-03"),
        ("the twenty-first", "en", "2026-12-21"),
        ("tomorrow", "en", "2026-11-24"),
        ("the day after tomorrow", "en", "2026-11-25"),
        ("in two weeks", "en", "2026-12-07"),
        ("two weeks ago", "en", "2026-11-09"),
        ("may second nineteen eighty-four", "en", "1984-05-02"),
        ("am vierzehnten", "de", "2026-12-14"),
        ("der dritte März", "de", "2027-03-03"),
        ("nächsten Freitag", "de", "2026-11-27"),
        ("übermorgen", "de", "2026-11-25"),
        ("in drei Tagen", "de", "2026-11-26"),
        ("15/12/2026", "fr", "2026-12-15"),
        ("demain", "xx", None),
        ("", "fr", None),
        ("[unk]", "en", None),
    ],
)
def test_days(said, language, day):
    assert dates.read(spoken(said), language, MONDAY) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("le quatorze", "fr", "2026-11-14"),
        ("le trois mars", "fr", "2026-03-03"),
        ("lundi", "fr", "2026-11-16"),
        ("Friday the thirteenth", "en", "2026-11-13"),
        ("mardi quinze décembre", "fr", None),
    ],
)
def test_days_that_are_past(said, language, day):
    assert dates.read(spoken(said), language, MONDAY, "past") == (date.fromisoformat(day) if day else None)


days = st.dates(date(2000, 1, 1), date(2098, 12, 31))


@given(days, st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.booleans())
def test_a_whole_date_is_read_back(today, day, weekday):
    number = "premier" if day.day == 1 else num2words(day.day, lang="fr")
    said = f"le {number} {MONTHS['fr'].split()[day.month - 1]} {num2words(day.year, lang='fr')}"
    said = f"{WEEKDAYS['fr'].split()[day.weekday()]} {said}" if weekday else said
    assert dates.read(spoken(said), "fr", today) == day


@given(days, st.integers(0, 364))
def test_a_date_without_its_year_is_the_next_one(today, away):
    day = today + timedelta(away)
    assume((day.month, day.day) != (2, 29))
    said = f"the {num2words(day.day, to='ordinal')} of {MONTHS['en'].split()[day.month - 1]}"
    assert dates.read(spoken(said), "en", today) == day


@given(days, st.integers(0, 6), st.sampled_from(["fr", "en", "de"]))
def test_a_weekday_is_within_a_week(today, weekday, language):
    named = WEEKDAYS[language].split()[weekday]
    ahead, behind = dates.read(named, language, today), dates.read(named, language, today, "past")
    assert 1 <= (ahead - today).days <= 7
    assert 1 <= (today - behind).days <= 7
    assert ahead.weekday() == behind.weekday() == weekday


@pytest.mark.parametrize(
    ("said", "language", "at"),
    [
        ("quinze heures trente", "fr", "15:30"),
        ("à quinze heures", "fr", "15:00"),
        ("quinze heures moins dix", "fr", "14:50"),
        ("huit heures", "fr", "08:00"),
        ("huit heures et demie", "fr", "08:30"),
        ("huit heures moins le quart", "fr", "07:45"),
        ("huit heures du soir", "fr", "20:00"),
        ("trois heures", "fr", "15:00"),
        ("trois heures du matin", "fr", "03:00"),
        ("trois heures et demie de l' après-midi", "fr", "15:30"),
        ("midi", "fr", "12:00"),
        ("midi et quart", "fr", "12:15"),
        ("minuit et demi", "fr", "00:30"),
        ("15h30", "fr", "15:30"),
        ("trente heures", "fr", None),
        ("neuf ou dix heures", "fr", None),
        ("bientôt", "fr", None),
        ("half past three", "en", "15:30"),
        ("quarter to nine", "en", "08:45"),
        ("ten past eight in the evening", "en", "20:10"),
        ("three thirty pm", "en", "15:30"),
        ("fifteen thirty", "en", "15:30"),
        ("nine o'clock", "en", "09:00"),
        ("nine am", "en", "09:00"),
        ("seven oh five", "en", "07:05"),
        ("noon", "en", "12:00"),
        ("halb vier", "de", "15:30"),
        ("viertel nach drei", "de", "15:15"),
        ("fünfzehn Uhr dreißig", "de", "15:30"),
        ("midi", "xx", None),
        ("", "en", None),
    ],
)
def test_times(said, language, at):
    assert times.read(spoken(said), language) == (time.fromisoformat(at) if at else None)


def test_bounds_say_which_half_of_the_day():
    assert times.read("half past eight", "en", time(12), time(23)) == time(20, 30)
    assert times.read("three o'clock", "en", time(0), time(6)) == time(3)
    assert times.read("vingt heures", "fr", time(8), time(18)) == time(20)  # clear, and out of bounds


@given(st.integers(7, 23), st.integers(0, 59))
def test_a_french_time_is_read_back(hour, minute):
    said = f"{num2words(hour, lang='fr')} heures {num2words(minute, lang='fr') if minute else ''}"
    assert times.read(spoken(said), "fr") == time(hour, minute)


@given(st.integers(13, 23), st.integers(10, 59))
def test_an_english_time_is_read_back(hour, minute):
    assert times.read(spoken(f"{num2words(hour)} {num2words(minute)}"), "en") == time(hour, minute)


@given(st.text(max_size=40), st.sampled_from(["fr", "en", "de"]), days)
def test_any_words_give_a_day_or_none(said, language, today):
    assert isinstance(dates.read(said, language, today), date | None)
    assert isinstance(times.read(said, language), time | None)
