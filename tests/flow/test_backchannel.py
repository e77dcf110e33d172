"""What takes no turn."""

import pytest

from controller.flow.backchannel import SAID, is_backchannel, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("oui", "fr"), ("oui oui", "fr"), ("ah d'accord", "fr"), ("ah d’accord ok", "fr"), ("mhm", "fr-FR"),
        ("yeah", "en"), ("uh huh", "en"), ("yeah yeah okay", "en"), ("all right got it", "en"), ("the", "en"),
        ("ja genau", "de"), ("", "fr"), ("[unk]", "en"), ("[unk] oui [unk]", "fr"), ("", "xx"),
    ],
)  # fmt: skip
def test_backchannels(text: str, language: str) -> None:
    assert is_backchannel(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("oui mais non", "fr"), ("non", "fr"), ("un conseiller", "fr"), ("yes please stop", "en"), ("no", "en"),
        ("uh huh but", "en"), ("huh what", "en"), ("moment mal", "de"), ("oui", "xx"), ("oui", "en"), ("ah d", "fr"),
    ],
)  # fmt: skip
def test_what_takes_the_turn(text: str, language: str) -> None:
    assert not is_backchannel(text, language)


def test_what_is_being_said_may_become_one() -> None:
    assert is_backchannel("all", "en", whole=False)
    assert not is_backchannel("all", "en")
    assert is_backchannel("okay got", "en", whole=False)
    assert not is_backchannel("all people", "en", whole=False)


def test_the_lists_are_as_the_recogniser_writes() -> None:
    """Lower case, and nothing that is dropped when words are taken apart."""
    for language, said in SAID.items():
        for phrase in said.split(","):
            assert " ".join(words(phrase)) == " ".join(phrase.split()), (language, phrase)
