"""What a caller hears when a call cannot be handled."""

from __future__ import annotations

from typing import Any

SORRY = {
    "fr": "Nous sommes désolés, votre appel ne peut pas aboutir pour le moment. Merci de rappeler plus tard.",
    "en": "We are sorry, your call cannot be completed at the moment. Please call again later.",
    "de": "Es tut uns leid, Ihr Anruf kann im Moment nicht verbunden werden. Bitte rufen Sie später noch einmal an.",
}


def apology_flow(language: str, cause: str) -> dict[str, Any]:
    """A flow that says sorry in a language (English when it is not known) and hangs up with a cause."""
    text = SORRY.get(language, SORRY["en"])
    return {
        "name": "apology",
        "start": "sorry",
        "nodes": {
            "sorry": {"kind": "say", "text": {language if language in SORRY else "en": text}, "exits": {"next": "end"}},
            "end": {"kind": "hang_up", "cause": cause},
        },
    }
