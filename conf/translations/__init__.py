"""Messages in the user's language: the catalogues are read as they are written, no compiling."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("en", "fr", "de")


def translator(language: str) -> Callable[[str], str]:
    """gettext's function for a language; English, and what has no translation, stays as it is written."""
    catalogue = _catalogue(language)
    return lambda message: catalogue.get(message) or message


def preferred(environ: Mapping[str, str] = os.environ) -> str:
    """The language that the environment asks for, the way gettext reads it: LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wish in environ.get(variable, "").split(":"):
            if wish[:2] in LANGUAGES:
                return wish[:2]
    return "en"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{language}.po")
    if language not in LANGUAGES or not path.exists():
        return {}
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
