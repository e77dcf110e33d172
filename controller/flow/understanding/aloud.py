"""How a value is said back to the caller: a date by its day, digits one by one."""

from __future__ import annotations

from datetime import date, time

from controller.flow.understanding.calendar import ENGLISH_ORDINALS, MONTHS, WEEKDAYS, ordinals

YES_NO = {"fr": ("oui", "non"), "en": ("yes", "no"), "de": ("ja", "nein")}


def aloud(kind: str, value: str, language: str, today: date | None = None) -> str:
    """Write a value as it is said; one of a language that is not known stays as it is."""
    try:
        match kind:
            case "digits" | "phone":
                return " ".join(value.replace("+", "+ ").split()) if kind == "phone" else " ".join(value)
            case "date":
                return _day(date.fromisoformat(value), language, today)
            case "time":
                return _time(time.fromisoformat(value), language)
            case "yes_no":
                return YES_NO.get(language, YES_NO["en"])[value != "yes"]
            case "number" | "amount":
                return value if language == "en" else value.replace(".", ",")
    except ValueError:
        return value
    return value


def _day(day: date, language: str, today: date | None) -> str:
    if language not in MONTHS:
        return day.isoformat()
    weekday, month = WEEKDAYS[language].split()[day.weekday()], MONTHS[language].split()[day.month - 1]
    year = "" if today and abs((day - today).days) < 300 else f" {day.year}"
    match language:
        case "fr":
            return f"{weekday} {'premier' if day.day == 1 else day.day} {month}{year}"
        case "de":
            return f"{weekday.capitalize()}, der {day.day}. {month.capitalize()}{year}"
    return f"{weekday.capitalize()}, {month.capitalize()} {_ordinal(day.day)}{year and ',' + year}"


def _ordinal(day: int) -> str:
    names = {number: " ".join(said) for said, number in ordinals("en").items()}
    return names.get(day, ENGLISH_ORDINALS.split()[0])


def _time(at: time, language: str) -> str:
    minutes = f" {at.minute}" if at.minute else ""
    match language:
        case "fr":
            return f"{at.hour} heure{'s' if at.hour > 1 else ''}{minutes}"
        case "de":
            return f"{at.hour} Uhr{minutes}"
    return f"{at.hour % 12 or 12}{f':{at.minute:02}' if at.minute else ''} {'am' if at.hour < 12 else 'pm'}"
