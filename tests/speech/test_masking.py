"""Card numbers and what a subscriber names are masked before anything is kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.masking import MASK, Masker, mask, mask_text
from speech.prompter.heard import Word
from tests.speech.prompter.calls import words

CARD = "4970100000000055"  # its check digit is right


def test_written_and_spoken_cards_are_masked() -> None:
    assert mask_text(f"ma carte {CARD} merci", "fr") == f"ma carte {MASK} merci"
    assert mask_text("4970 1000 0000 0055 voilà", "fr") == " ".join([MASK] * 4) + " voilà"
    assert mask_text("carte 4970-1000-0000-0055.", "fr") == f"carte {MASK}"
    spoken = "four nine seven oh one double oh triple oh oh double oh oh double five"
    masked = mask_text(f"it is {spoken} thanks", "en").split()
    assert masked[:2] + masked[-1:] == ["it", "is", "thanks"]
    assert {"four", "nine", "seven", "one", "five", "oh"}.isdisjoint(masked)


def test_groups_of_digits_as_the_french_say_them() -> None:
    said = "quarante-neuf soixante-dix mille zéro zéro zéro zéro euh et puis zéro zéro zéro zéro zéro cinquante-cinq"
    masked = mask_text(f"alors c'est le {said} voilà", "fr").split()
    assert masked[:3] + masked[-1:] == ["alors", "c'est", "le", "voilà"]
    assert {"quarante-neuf", "soixante-dix", "mille", "zéro", "cinquante-cinq"}.isdisjoint(masked)
    pairs = "quarante-neuf soixante dix zéro zéro zéro zéro zéro zéro zéro zéro zéro huit"  # 60 and 10, not 70
    assert set(mask_text(pairs, "fr").split()) == {MASK}
    separately = "quatre neuf sept zéro un zéro zéro zéro zéro zéro zéro zéro zéro zéro cinq cinq"
    assert set(mask_text(separately, "fr").split()) == {MASK}
    assert set(mask_text(separately).split()) == {MASK}  # whatever the language


def test_a_digit_that_was_misheard_does_not_save_a_card() -> None:
    assert mask_text("4970 1000 0000 0056", "fr") == " ".join([MASK] * 4)


@pytest.mark.parametrize(
    "text",
    [
        "rappelez le zéro six douze trente-quatre cinquante-six soixante-dix-huit",
        "rappelez le 01 23 45 67 89",
        "ça fait quatre-vingt-douze euros et cinquante centimes",
        "la commande deux mille vingt-six du vingt-trois novembre deux mille vingt-six",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_text(text, "fr") == text


def test_security_codes_are_masked() -> None:
    assert mask_text("et le cryptogramme c'est le un deux trois merci", "fr").split()[-4:] == [
        MASK,
        MASK,
        MASK,
        "merci",
    ]
    assert mask_text("the security code is 123", "en") == f"the security code is {MASK}"


def test_configured_patterns() -> None:
    text = "mon dossier AB-1234 et le mot de passe est tournesol"
    patterns = [r"dossier [a-z]{2} ?\d{4}", r"mot de passe est (\w+)"]
    assert mask_text(text, "fr", patterns).split() == [
        "mon", MASK, MASK, "et", "le", "mot", "de", "passe", "est", MASK,
    ]  # fmt: skip
    assert mask_text("dossier a b mille deux cent trente-quatre", "fr", [r"[a-z] [a-z] \d{4}"]).startswith(
        "dossier •••"
    )
    assert mask_text("rien", "fr", ["("]) == "rien"


def test_words_keep_their_times() -> None:
    given = words(f"carte {CARD} merci", 3.0)
    masked = mask(given, "fr")
    assert [(word.start, word.end) for word in masked] == [(word.start, word.end) for word in given]
    assert [word.word for word in masked] == ["carte", MASK, "merci"]


def test_a_number_in_several_utterances() -> None:
    masker = Masker("fr")
    assert texts(masker.put(words("je vous donne ma carte", 0))) == ["je vous donne ma carte"]
    assert masker.put(words("4970", 5)) == []
    assert masker.put(words("1000 0000", 8)) == []
    assert texts(masker.put(words("0055 c'est tout", 12))) == [MASK, f"{MASK} {MASK}", f"{MASK} c'est tout"]
    assert masker.put(words("il est 18", 20)) == []
    assert texts(masker.put(words("bonne soirée", 60))) == ["il est 18", "bonne soirée"]  # too long after
    assert masker.put(words("rue 12", 70)) == []
    assert texts(masker.flush()) == ["rue 12"]
    assert masker.flush() == []


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["quatre", "vingt", "double", "oh", "1234"]))))
@settings(deadline=None)
def test_any_text(said: list[str]) -> None:
    given = [Word(word, index, index) for index, word in enumerate(said)]
    for language in ("fr", "en", "de", ""):
        masked = mask(given, language, [r"\d+", "(a)|b"])
        assert [(word.start, word.end) for word in masked] == [(word.start, word.end) for word in given]
        masker = Masker(language)
        kept = [word for one in given for ready in masker.put([one]) for word in ready]
        assert len(kept) + sum(map(len, masker.flush())) == len(given)


def texts(utterances: list[list[Word]]) -> list[str]:
    return [" ".join(word.word for word in one) for one in utterances]


def said(text: str) -> list[Word]:
    return [Word(word, 0.0, 0.1) for word in text.split()]


def so_far(masker: Masker, text: str, final: bool = True) -> str:
    known, shown = masker.so_far(said(text), final)
    assert len(known) == len(shown)
    return " ".join(word.word for word in shown)


def test_digits_that_may_go_on_are_not_shown() -> None:
    masker = Masker("en")
    assert so_far(masker, "it is four one one", False) == "it is four one one"
    assert so_far(masker, "it is four one one one", False) == f"it is {' '.join([MASK] * 4)}"
    assert so_far(masker, "four one one one thanks") == "four one one one thanks"
    assert so_far(masker, "four one one one for", False) == f"{' '.join([MASK] * 4)} for"  # may become a four
    assert so_far(masker, "the security code is one two", False) == f"the security code is {MASK} {MASK}"
    masker.put(said("my card four one one"))
    assert so_far(masker, "one", False) == MASK
    known, _ = masker.so_far(said("one one one one one one one one one one one one one"))
    assert {word.word for word in known} == {MASK}


def test_what_is_known_to_be_harmless_is_heard() -> None:
    known, _ = Masker("en").so_far(said("order one two three four five"))
    assert [word.word for word in known] == ["order", "one", "two", "three", "four", "five"]
