"""Folding, numbers, and phrases that are near enough."""

from __future__ import annotations

import pytest

from speech.prompter.folding import fold, fold_text
from speech.prompter.phrases import PhraseBook, Wanted


@pytest.mark.parametrize(
    ("text", "language", "folded"),
    [
        ("L’ÉTÉ, c'est ça !", "fr", "l ete c est ca"),
        ("Œuvre straße", "fr", "oeuvre strasse"),
        ("quatre-vingt-douze et soixante et onze", "fr", "92 et 71"),
        ("soixante dix sept puis quatre vingts et deux cent un", "fr", "77 puis 80 et 201"),
        ("deux mille vingt six", "fr", "2026"),
        ("cent mille trois cent", "fr", "100300"),
        ("mille neuf cent quatre-vingt-dix-neuf", "fr", "1999"),
        ("un remboursement", "fr", "un remboursement"),  # an article, no number
        ("zero six douze trente-quatre", "fr", "0 6 12 34"),
        ("nonante et un", "fr", "91"),
        ("I don't owe twenty-one dollars", "en", "i don t owe 21 dollars"),
        ("two thousand and five", "en", "2005"),
        ("one hundred and twenty three thousand four hundred", "en", "123400"),
        ("zweihundertdrei und einundzwanzig", "de", "203 und 21"),
        ("six", "it", "six"),
        ("[unk] oui <unk>", "fr", "oui"),
        ("\ud800 \x00 -- ...", "fr", ""),
    ],
)
def test_folding(text: str, language: str, folded: str) -> None:
    assert fold_text(text, language) == folded


def test_each_token_knows_its_words() -> None:
    folded = fold(["il", "doit", "quatre", "vingt", "douze", "euros", "à", "l'agent"], "fr")
    assert dict(zip(folded.tokens, folded.places, strict=True))["92"] == (2, 4)
    assert dict(zip(folded.tokens, folded.places, strict=True))["agent"] == (7, 7)


def found(text: str, *phrases: str, similarity: int = 85, language: str = "fr") -> list[str]:
    book = PhraseBook([Wanted(phrase, phrase, similarity) for phrase in phrases], language)
    return [str(match.wanted.owner) for match in book.find(fold(text.split(), language).tokens, 0)]


@pytest.mark.parametrize(
    ("text", "phrase", "fits"),
    [
        ("alors je voudrais un remboursement s'il vous plaît", "remboursement", True),
        ("mes remboursements", "remboursement", True),
        ("je veux euh résilié", "je veux résilier", True),  # a filler, and what a recogniser makes of an ending
        ("je veux pas résilier", "je veux résilier", False),  # the contrary, by one word
        ("je suis content", "pas content", False),
        ("je suis vraiment pas contente", "pas content", True),
        ("paiement en quatre fois", "paiement en trois fois", False),
        ("paiement en 3 fois", "paiement en trois fois", True),
        ("bon jour madame", "bonjour", True),
        ("c'est marqué annoncer", "annuler", False),
        ("on va le remettre", "rembours*", False),
        ("il sera remboursée demain", "rembours*", True),
        ("oui", "non", False),
        ("je suis mécontente", "content", False),
        ("c'est impossible", "c'est possible", False),
        ("je suis mécontente", "mécontent", True),
        ("", "non", False),
    ],
)
def test_near_phrases(text: str, phrase: str, fits: bool) -> None:
    assert bool(found(text, phrase)) is fits


def test_a_hundred_means_word_for_word() -> None:
    assert found("les colis", "le colis") == ["le colis"]
    assert found("les colis", "le colis", similarity=100) == []
    assert found("le colis", "le colis", similarity=100) == ["le colis"]


def test_patterns_stand_over_folded_text() -> None:
    book = PhraseBook([Wanted(r"commande (numéro )?\d+", "order", pattern=True)], "fr")
    folded = fold(["ma", "commande", "numéro", "quarante", "deux"], "fr")
    (match,) = book.find(folded.tokens, 0)
    assert folded.tokens[match.first : match.last + 1] == ["commande", "numero", "42"]


def test_only_what_is_new_is_looked_at() -> None:
    book = PhraseBook([Wanted("bonjour", 1), Wanted("bonjour madame", 2), Wanted("au revoir", 3)], "fr")
    tokens = ["bonjour", "madame"]
    assert {match.wanted.owner for match in book.find(tokens, 0)} == {1, 2}
    assert {match.wanted.owner for match in book.find(tokens, 1)} == {2}
    assert list(book.find(tokens, 2)) == []
