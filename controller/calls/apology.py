"""What a caller hears when a call cannot be handled."""

from __future__ import annotations

from typing import Any

SORRY = {
    "fr": "Nous sommes désolés, votre appel ne peut pas aboutir pour le moment. Merci de rappeler plus tard.",
    "en": "We are sorry, your call cannot be completed at the moment. Please call again later.",
    "de": "Es tut uns leid, Ihr Anruf kann im Moment nicht verbunden werden. Bitte rufen Sie später noch einmal an.",
}


APOLOGY = "apology:"  # flows of our own begin so; no file can name one like this


def apology(language: str, cause: str) -> str:
    """The name of the flow that says sorry in a language (English when it is not known) and hangs up with a cause."""
    return f"{APOLOGY}{language if language in SORRY else 'en'}:{cause}"


def apology_flow(name: str) -> dict[str, Any]:
    """The flow of such a name: another controller finds the same."""
    language, _, cause = name.removeprefix(APOLOGY).partition(":")
    return {
        "name": name,
        "start": "sorry",
        "nodes": {
            "sorry": {"kind": "say", "text": {language: SORRY[language]}, "exits": {"next": "end"}},
            "end": {"kind": "hang_up", "cause": cause},
        },
    }
