"""Who picked up: a person says a word and waits; a machine talks on, and names a message or a tone.

The bounds were measured on greetings and answers of human speakers; docs/campaigns.md says which, and how many errors.
"""

from __future__ import annotations

from typing import Literal

from controller.flow.understanding.words import UNKNOWN, bare, words

Who = Literal["person", "machine", "nobody"]
LONG = 2.6  # seconds that a person rarely says anything for when the phone is picked up
MANY = 9  # words
# Words of machines, without accents: one of them is enough.
TELLING: dict[str, tuple[str, ...]] = {
    "en": (
        "leave a message",
        "leave your message",
        "leave me a message",
        "your message after",
        "after the tone",
        "after the beep",
        "at the tone",
        "voicemail",
        "voice mail",
        "mailbox",
        "answering machine",
        "not available",
        "is unavailable",
        "unable to take your call",
        "cannot take your call",
        "can not take your call",
        "is on the phone",
        "has been forwarded",
        "record your message",
        "person at extension",
    ),
    "fr": (
        "laissez un message",
        "laissez votre message",
        "laissez moi un message",
        "laisser un message",
        "apres le bip",
        "apres le signal",
        "signal sonore",
        "bip sonore",
        "repondeur",
        "messagerie",
        "boite vocale",
        "indisponible",
        "pas disponible",
        "pas joignable",
        "absent pour le moment",
        "votre correspondant",
    ),
    "de": (
        "hinterlassen sie",
        "nach dem signalton",
        "nach dem ton",
        "nach dem piepton",
        "mailbox",
        "anrufbeantworter",
        "nicht erreichbar",
        "zurzeit nicht",
    ),
}


def who(said: str, seconds: float, language: str) -> Who:
    """Tell who said the first words of a call that lasted some seconds; "nobody" when nothing was said."""
    spoken = [word for word in words(said) if word != UNKNOWN]
    if not spoken and seconds <= 0:
        return "nobody"
    text = f" {bare(said)} "
    telling = TELLING.get(language, ()) or TELLING["en"]
    if any(f" {phrase} " in text for phrase in telling):
        return "machine"
    return "machine" if seconds >= LONG or len(spoken) >= MANY else "person"
