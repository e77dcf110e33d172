"""What people say to show that they listen: it takes no turn, so it does not stop a prompt.

With it stand the words that a recogniser hears in a cough or a door. Source: the first hundred seconds of telephone
talk in any corpus; the lists are short on purpose, since a word that is missing here only stops a prompt.
"""

from __future__ import annotations

import re

SAID = {
    "fr": """oui, ouais, mhm, mmh, hm, hum, hmm, ok, okay, d'accord, d' accord, ah, ah oui, ah bon, oh, eh, euh, bien,
        très bien, bon, entendu, voilà, je vois, je comprends, c'est ça, tout à fait, exactement, le, de""",
    "en": """yes, yeah, yep, yup, mhm, mm, mm hm, hm, hmm, huh, uh, uh huh, um, ah, oh, ok, okay, all right, alright,
        right, sure, i see, got it, good, fine, the, a""",
    "de": """ja, jaja, mhm, hm, hmm, ok, okay, ach, ach so, aha, ah, oh, äh, gut, alles klar, genau, klar, verstehe,
        stimmt, richtig, die, der""",
}
UNKNOWN = "[unk]"
WORD = re.compile(r"\[unk\]|[^\W_]+(?:['’][^\W_]*)*")


def words(text: str) -> list[str]:
    """The words of what was heard, without those that nobody understood."""
    return [word.replace("’", "'") for word in WORD.findall(text.lower()) if word != UNKNOWN]


PHRASES = {
    language: tuple(tuple(words(phrase)) for phrase in text.split(",")) for language, text in SAID.items()
}


def is_backchannel(text: str, language: str, *, whole: bool = True) -> bool:
    """Whether a text is nothing but backchannels, one or several; what is not `whole` may yet become one.

    Nothing said, or nothing understood, is one too. Of an unknown language only nothing is.
    """
    phrases = PHRASES.get(language.partition("-")[0].lower(), ())
    return _made_of(tuple(words(text)), phrases, whole)


def _made_of(said: tuple[str, ...], phrases: tuple[tuple[str, ...], ...], whole: bool) -> bool:
    if not said:
        return True
    for phrase in phrases:
        if said[: len(phrase)] == phrase and _made_of(said[len(phrase) :], phrases, whole):
            return True
        if not whole and len(said) < len(phrase) and phrase[: len(said)] == said:
            return True
    return False
