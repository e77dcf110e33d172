import pytest

from controller.flow.call import Call
from controller.flow.commands import Phrase, Play, Played, Prompt
from tests.flow.talk import node, talk, wrong

BOTH = {"fr": "Bonjour {{caller_name}}", "en": "Hello {{caller_name}}"}


@pytest.mark.parametrize(
    ("fields", "language", "sounds"),
    [
        ({"prompt": "welcome"}, "fr", (Prompt("welcome", "fr"),)),
        ({"text": BOTH}, "en", (Phrase("Hello Ada", "en"),)),
        ({"text": BOTH}, "fr", (Phrase("Bonjour Ada", "fr"),)),
        ({"text": BOTH}, "de", (Phrase("Bonjour Ada", "fr"),)),  # the first text, and it is spoken as French
        ({"prompt": "logo", "text": BOTH}, "en", (Prompt("logo", "en"), Phrase("Hello Ada", "en"))),
    ],
)
def test_says_it_in_the_callers_language(fields, language, sounds):
    call = Call({"language": language, "caller_name": "Ada"})
    assert talk(node("say", **fields), Played(), call=call) == ([Play(sounds)], "next")


@pytest.mark.parametrize("heard", [True, False])
def test_goes_on_even_when_nothing_could_be_played(heard):
    assert talk(node("say", prompt="gone"), Played(heard))[1] == "next"


def test_must_say_something():
    assert wrong("say") == [("", "silent")]
    assert wrong("say", text={"en": ""}) == [("", "silent")]
    assert wrong("say", text={"english": "x"}) == [("text.english", "string_pattern_mismatch")]
