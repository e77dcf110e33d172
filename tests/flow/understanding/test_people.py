"""Yes and no, and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.understanding import name, text, yes_no
from controller.flow.understanding.words import spoken


@pytest.mark.parametrize(
    ("said", "language", "answer"),
    [
        ("oui", "fr", True),
        ("oui oui", "fr", True),
        ("Bien sûr !", "fr", True),
        ("c'est ça", "fr", True),
        ("pas de problème", "fr", True),
        ("[unk] oui", "fr", True),
        ("non", "fr", False),
        ("bien sûr que non", "fr", False),
        ("pas d'accord", "fr", False),
        ("c'est pas ça", "fr", False),
        ("non merci", "fr", False),
        ("oui et non", "fr", None),
        ("ok non", "fr", None),
        ("oui je ne veux pas", "fr", None),
        ("je ne sais pas", "fr", None),
        ("peut-être", "fr", None),
        ("[unk]", "fr", None),
        ("", "fr", None),
        ("yes please", "en", True),
        ("no problem", "en", True),
        ("nope", "en", False),
        ("that's not right", "en", False),
        ("not really", "en", False),
        ("maybe", "en", None),
        ("ja genau", "de", True),
        ("das stimmt nicht", "de", False),
        ("vielleicht", "de", None),
    ],
)
def test_yes_and_no(said, language, answer):
    assert yes_no.read(spoken(said), language) is answer


@given(st.sampled_from(["fr", "en", "de"]), st.booleans(), st.data())
def test_every_phrase_answers(language, answer, data):
    phrase = data.draw(st.sampled_from((yes_no.YES if answer else yes_no.NO)[language].split("|")))
    assert yes_no.read(spoken(phrase), language) is answer


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("je m'appelle Claire Martin", "fr", "Claire Martin"),
        ("madame Petit s'il vous plaît", "fr", "Petit"),
        ("m a r t i n", "fr", "Martin"),
        ("emme a erre té i enne", "fr", "Martin"),
        ("Martin m a r t i n", "fr", "Martin"),
        ("Martin m a r t y n", "fr", "Martyn"),
        ("m comme Marie a r t i n comme Nicolas", "fr", "Martin"),
        ("d'Alembert", "fr", "D'Alembert"),
        ("Jean de La Fontaine", "fr", "Jean de la Fontaine"),
        ("double vé a deux l i", "fr", "Walli"),
        ("[unk] martin", "fr", None),
        ("un deux 3", "fr", None),
        ("je voudrais parler à quelqu'un du service", "fr", None),
        ("my name is John Smith", "en", "John Smith"),
        ("double l o y d", "en", "Lloyd"),
        ("m for Mike a x", "en", "Max"),
        ("mein Name ist Müller", "de", "Müller"),
        ("", "fr", None),
    ],
)
def test_names(said, language, read):
    assert name.read(spoken(said), language) == read


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12), st.sampled_from(["fr", "en", "de"]))
def test_a_spelled_name_is_read_back(written, language):
    assert name.read(" ".join(written), language) == written.capitalize()


@given(st.text(max_size=40), st.sampled_from(["fr", "en", "xx"]))
def test_any_words(said, language):
    assert yes_no.read(said, language) in (True, False, None)
    assert isinstance(name.read(said, language), str | None)
    assert text.read(said, language) != ""


def test_a_text_is_what_was_understood():
    assert text.read("ma [unk] est perdue", "fr") == "ma est perdue"
    assert text.read("[unk]", "fr") is None
