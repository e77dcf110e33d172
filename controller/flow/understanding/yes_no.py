"""yes_no: yes, no, or neither. Two answers in one are none, and so is a doubt."""

from __future__ import annotations

from functools import cache

from controller.flow.understanding.words import words

YES = {
    "fr": "oui|ouais|ouaip|mouais oui|ok|okay|d'accord|exact|exactement|c'est ça|c'est exact|c'est bon|c'est juste|"
    "tout à fait|absolument|bien sûr|bien sûr que oui|volontiers|parfait|correct|affirmatif|je confirme|je veux bien|"
    "pas de problème|pas de souci|avec plaisir|pourquoi pas|certainement|évidemment|entendu|si",
    "en": "yes|yeah|yep|yup|sure|ok|okay|right|that's right|that is right|correct|that's correct|exactly|of course|"
    "absolutely|certainly|definitely|please do|yes please|no problem|no worries|why not|fine|that's fine|indeed|"
    "i do|i am",
    "de": "ja|jawohl|jo|genau|richtig|das stimmt|stimmt|korrekt|natürlich|klar|gerne|gern|ok|okay|in ordnung|"
    "auf jeden fall|selbstverständlich|kein problem|warum nicht|einverstanden",
}
NO = {
    "fr": "non|nan|pas du tout|absolument pas|jamais|négatif|surtout pas|pas question|c'est faux|faux|ce n'est pas ça|"
    "c'est pas ça|pas d'accord|je ne crois pas|je crois pas|je ne pense pas|je pense pas|pas vraiment|non merci|"
    "bien sûr que non|je ne veux pas|je veux pas|ce n'est pas bon|c'est pas bon|ce n'est pas correct|certainement pas|"
    "pas exactement|pas tout à fait|pas correct|pas bon|incorrect|pas maintenant",
    "en": "no|nope|nah|not at all|never|wrong|that's wrong|incorrect|that's not right|that is not right|not right|"
    "not really|no thanks|no thank you|of course not|absolutely not|certainly not|definitely not|i don't think so|"
    "i do not think so|not now|not correct|that's not correct|i don't|i'm not|i am not",
    "de": "nein|nee|ne|nö|auf keinen fall|niemals|falsch|das stimmt nicht|stimmt nicht|nicht richtig|nein danke|"
    "ich glaube nicht|natürlich nicht|nicht wirklich|überhaupt nicht|keinesfalls|das ist falsch",
}
DOUBT = {
    "fr": "peut être|je ne sais pas|je sais pas|sais pas|aucune idée|ça dépend|comment|pardon|répétez|oui et non",
    "en": "maybe|perhaps|i don't know|i do not know|not sure|i'm not sure|it depends|pardon|what|yes and no|repeat",
    "de": "vielleicht|ich weiß nicht|weiß nicht|keine ahnung|kommt darauf an|wie bitte|jein",
}
NOT = frozenset({"pas", "ni", "not", "t", "nicht", "kein", "keine"})


def read(text: str, language: str) -> bool | None:
    """Read yes (True) or no (False); None for neither, both, or a doubt."""
    known = _known(language)
    said = words(text.replace("[unk]", " "))
    found: set[bool | None] = set()
    place = 0
    while place < len(said):
        lengths = range(min(6, len(said) - place), 0, -1)
        length = next((n for n in lengths if tuple(said[place : place + n]) in known), 0)
        if length:
            found.add(known[tuple(said[place : place + length])])
        elif said[place] in NOT:
            found.add(None)
        place += length or 1
    return found.pop() if len(found) == 1 else None


def phrases(language: str) -> tuple[str, ...]:
    """The phrases a recogniser must know."""
    return tuple(phrase for told in (YES, NO, DOUBT) for phrase in told.get(language, "").split("|") if phrase)


@cache
def _known(language: str) -> dict[tuple[str, ...], bool | None]:
    """Every phrase and what it says; a language that is not known is understood as English."""
    chosen = language if language in YES else "en"
    answers: tuple[tuple[dict[str, str], bool | None], ...] = ((DOUBT, None), (YES, True), (NO, False))
    return {tuple(words(phrase)): said for told, said in answers for phrase in told[chosen].split("|")}
