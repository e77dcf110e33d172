import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.understanding.words import bare, heard_as, spoken, words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Je voudrais l'accueil, s'il vous plaît !", "je voudrais l' accueil s' il vous plaît"),
        ("Un rendez-vous aujourd’hui", "un rendez vous aujourd'hui"),
        ("It's five o'clock - don't", "it's five o'clock don't"),
        ("[unk] le service", "[unk] le service"),
        ("...", ""),
    ],
)
def test_what_is_typed_is_written_as_a_recogniser_does(text, written):
    assert spoken(text) == written


def test_words_are_compared_without_accents():
    assert words("Où est l'Hôtel ?") == words("ou est l hotel")


def test_a_recogniser_with_phrases_hears_only_their_words():
    phrases = ("le service commercial", "la comptabilité")
    assert heard_as("je voudrais le service commercial", phrases) == "[unk] le service commercial"
    assert heard_as("bonjour madame", phrases) == "[unk]"
    assert heard_as("bonjour madame", ()) == "bonjour madame"


@given(st.text())
def test_writing_twice_is_writing_once(text):
    assert spoken(spoken(text)) == spoken(text)
    assert bare(bare(text)) == bare(text)
