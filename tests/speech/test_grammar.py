"""What a recogniser may be held to: libvosk ends the process on anything else."""

from __future__ import annotations

import json

import pytest

from speech.recognition.grammar import check

KNOWN = {"oui", "non", "quatre", "vingt", "douze", "l'accueil", "peut-être", "yes", "i", "would", "like"}


def knows(word: str) -> bool:
    return word in KNOWN


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("oui", "oui"),
        ("  Oui ! ", "oui"),
        ("Yes, I would like...", "yes i would like"),
        ("quatre-vingt-douze", "quatre vingt douze"),
        ("peut-être", "peut-être"),
        ("L’accueil", "l'accueil"),
        ("peut-e\u0302tre", "peut-être"),  # typed as two characters
    ],
)
def test_a_phrase_in_the_words_of_the_model(phrase: str, said: str) -> None:
    grammar = check([phrase], knows)
    assert grammar.phrases == (said,)
    assert json.loads(grammar.wanted) == [said, "[unk]"]


@pytest.mark.parametrize("phrase", ["", " ", "42", "oui xylophone", "\0", '"]', "x" * 100_000, "-", "_", "oui" * 200])
def test_what_no_model_knows_is_dropped(phrase: str) -> None:
    grammar = check(["oui", phrase], knows)
    assert grammar.phrases == ("oui",)
    assert grammar.dropped == (phrase,)


@pytest.mark.parametrize("phrases", [[], ["[unk]"], ["xylophone"]])
def test_held_to_nothing_it_hears_freely(phrases: list[str]) -> None:
    assert check(phrases, knows).wanted == ""


def test_each_phrase_once_and_never_too_many() -> None:
    assert check(["oui", "Oui", "[unk]", "non"], knows).phrases == ("oui", "non")
    many = [f"oui{' oui' * (number % 50)}{' non' * (number // 50)}" for number in range(2000)]
    assert len(check(many, knows).phrases) <= 5000
