"""What of a text can be spoken: cleaned, bounded, in a language there is a voice for. Pure."""

from __future__ import annotations

import unicodedata
from typing import Any

LONGEST = 5000  # characters: about six minutes of speech
VOICES = {"fr": "roa/fr", "en": "gmw/en-us", "de": "gmw/de"}  # espeak-ng's names
RATES = (8000, 16000)  # Hz: G.711, and G.722 or Opus

_UNSPOKEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control, invisible, surrogate, private, unassigned


class VoiceError(Exception):
    """A text that cannot be spoken. `message` is a template for translation, `fields` fill it, `reason` is both."""

    def __init__(self, message: str, **fields: Any) -> None:
        self.message = message
        self.fields = fields
        self.reason = message.format(**fields)
        super().__init__(self.reason)


def spoken(text: str) -> str:
    """Return the text as it will be spoken: characters nobody hears removed, white space made single.

    Raises VoiceError when nothing is left, or more than LONGEST characters.
    """
    if len(text) > 4 * LONGEST:  # before any work is done on it
        raise VoiceError("The text is longer than {longest} characters.", longest=LONGEST)
    audible = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNSPOKEN)
    clean = unicodedata.normalize("NFC", " ".join(audible.split()))
    if len(clean) > LONGEST:
        raise VoiceError("The text is longer than {longest} characters.", longest=LONGEST)
    if not any(c.isalnum() or unicodedata.category(c).startswith("S") for c in clean):
        raise VoiceError("There is nothing to speak in this text.")
    return clean


def voice_for(language: str) -> str:
    """Return espeak-ng's voice of a language: `fr`, `en-GB` and the like. Raises VoiceError when there is none."""
    voice = VOICES.get(language.replace("_", "-").split("-")[0].lower())
    if voice is None:
        raise VoiceError("There is no voice for the language {language}.", language=language)
    return voice
