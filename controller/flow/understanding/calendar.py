"""The words of the calendar: months, days of the week, days of the month, and how far away a day is."""

from __future__ import annotations

from functools import cache

from controller.flow.understanding.words import bare, words

Phrases = dict[str, tuple[str, ...]]

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
}
WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
}
ALSO = {"sonnabend": 5, "jänner": 1, "feber": 2}

# Days from today, by phrase; the longest phrase wins.
RELATIVE = {
    "fr": {"aujourd'hui": 0, "ce jour": 0, "demain": 1, "après demain": 2, "hier": -1, "avant hier": -2,
           "dans une semaine": 7, "en huit": 7, "dans quinze jours": 14},
    "en": {"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2, "yesterday": -1,
           "the day before yesterday": -2, "day before yesterday": -2, "in a week": 7, "a week from today": 7},
    "de": {"heute": 0, "morgen": 1, "übermorgen": 2, "gestern": -1, "vorgestern": -2, "in einer woche": 7},
}  # fmt: skip
NEXT: Phrases = {"fr": ("prochain", "prochaine"), "en": ("next", "coming"), "de": ("nächsten", "nächster", "kommenden")}
LAST: Phrases = {"fr": ("dernier", "dernière", "passé"), "en": ("last",), "de": ("letzten", "letzter", "vergangenen")}
THIS: Phrases = {"fr": ("ce",), "en": ("this",), "de": ("diesen", "dieser")}
WEEK_LATER: Phrases = {"fr": ("en huit",), "en": ("week",), "de": ("in einer woche",)}
AHEAD: Phrases = {"fr": ("dans",), "en": ("in",), "de": ("in",)}
AGO: Phrases = {"fr": ("il y a", "y a"), "en": ("ago",), "de": ("vor",)}
UNITS = {
    "fr": {"jour": "day", "jours": "day", "semaine": "week", "semaines": "week", "mois": "month"},
    "en": {"day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month"},
    "de": {"tag": "day", "tage": "day", "tagen": "day", "woche": "week", "wochen": "week", "monat": "month",
           "monate": "month", "monaten": "month"},
}  # fmt: skip
ONE: Phrases = {"fr": ("un", "une"), "en": ("a", "an", "one"), "de": ("einem", "einer", "ein", "eine")}

ENGLISH_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
GERMAN_ORDINALS = (
    "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt fünfzehnt sechzehnt "
    "siebzehnt achtzehnt neunzehnt zwanzigst einundzwanzigst zweiundzwanzigst dreiundzwanzigst vierundzwanzigst "
    "fünfundzwanzigst sechsundzwanzigst siebenundzwanzigst achtundzwanzigst neunundzwanzigst dreißigst einunddreißigst"
)


@cache
def ordinals(language: str) -> dict[tuple[str, ...], int]:
    """The days of the month that are said as ordinals: "premier", "twenty first", "vierzehnten"."""
    match language:
        case "fr":
            return {("premier",): 1, ("1er",): 1}
        case "en":
            low = ENGLISH_ORDINALS.split()
            high = {f"{tens} {ones}": base + n for tens, base in (("twenty", 20), ("thirty", 30))
                    for n, ones in enumerate(low[:9], 1) if base + n <= 31}  # fmt: skip
            told = {**{word: n for n, word in enumerate(low, 1)}, **high, "thirtieth": 30}
        case "de":
            told = {stem + end: n for n, stem in enumerate(GERMAN_ORDINALS.split(), 1) for end in ("en", "er", "e")}
        case _:
            return {}
    return {tuple(words(said)): day for said, day in told.items()}


@cache
def months(language: str) -> dict[str, int]:
    """The months by name, without accents."""
    named = {bare(name): month for month, name in enumerate(MONTHS.get(language, "").split(), 1)}
    return named | {bare(name): month for name, month in ALSO.items() if month < 3 and language == "de"}


@cache
def weekdays(language: str) -> dict[str, int]:
    """The days of the week by name, Monday is 0."""
    named = {bare(name): day for day, name in enumerate(WEEKDAYS.get(language, "").split())}
    return named | ({"sonnabend": 5} if language == "de" else {})
