"""What of a text can be spoken."""

import pytest

from speech.text import LONGEST, VoiceError, spoken, voice_for


def test_white_space_becomes_single_and_unheard_characters_go():
    assert spoken("  Bon\u200bjour,\r\n\tle\x00 \x1bmonde \ud800 \u202e ") == "Bonjour, le monde"


def test_accents_are_composed_so_that_the_same_words_are_the_same_sound():
    assert spoken("e\u0301te\u0301") == spoken("été")


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "...", "\u200b", "?!"])
def test_nothing_to_speak(text):
    with pytest.raises(VoiceError, match="nothing to speak"):
        spoken(text)


def test_longest_text():
    assert len(spoken("a" * LONGEST)) == LONGEST
    with pytest.raises(VoiceError) as refusal:
        spoken("a" * (LONGEST + 1))
    assert refusal.value.fields == {"longest": LONGEST}
    with pytest.raises(VoiceError):
        spoken(" " * 10_000_000)


def test_languages():
    assert [voice_for(name) for name in ("fr", "en-GB", "de_CH")] == ["roa/fr", "gmw/en-us", "gmw/de"]
    with pytest.raises(VoiceError, match="no voice for the language tlh"):
        voice_for("tlh")
