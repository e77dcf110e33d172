"""A person says a word and waits; a machine talks on."""

import pytest

from controller.flow.call import Call
from controller.flow.commands import Listen, Utterance
from controller.flow.understanding.machine import who
from tests.flow.talk import node, talk


@pytest.mark.parametrize(
    ("said", "seconds", "language", "expected"),
    [
        ("", 0.0, "en", "nobody"),
        ("hello", 0.4, "en", "person"),
        ("yes this is anna", 1.2, "en", "person"),
        ("[unk]", 0.5, "en", "person"),
        ("allô oui", 0.8, "fr", "person"),
        ("boulangerie martin bonjour", 1.7, "fr", "person"),
        ("hello this is anna i am sorry that", 2.7, "en", "machine"),
        ("you have reached anna and tom please", 2.0, "en", "person"),
        ("one two three four five six seven eight nine", 2.2, "en", "machine"),
        ("please leave a message", 1.3, "en", "machine"),
        ("Après le bip", 1.0, "fr", "machine"),
        ("vous êtes sur la messagerie", 1.5, "fr", "machine"),
        ("nach dem signalton", 1.0, "de", "machine"),
        ("leave a message", 1.0, "nl", "machine"),
    ],
)
def test_words_and_length_tell(said: str, seconds: float, language: str, expected: str) -> None:
    assert who(said, seconds, language) == expected


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        (Utterance("hello", ended="speech", seconds=0.5), "person"),
        (Utterance(ended="silence"), "person"),
        (Utterance(ended="deaf"), "person"),
        (Utterance("please leave a message", ended="speech", seconds=1.5), "machine"),
        (Utterance("we are", ended="speech", seconds=4.0), "machine"),
    ],
)
def test_who_picked_up(heard: Utterance, leaves: str) -> None:
    asked, left = talk(node("who_answers"), heard, call=Call({"language": "en"}))
    assert left == leaves
    assert asked == [Listen(language="en", silence=2.5, pause=0.6, longest=4.0, max_digits=0, until_beep=True)]


def test_a_machine_is_heard_out_before_a_message_is_left() -> None:
    greeting = Utterance("you have reached the voicemail", ended="speech", seconds=3.0)
    asked, left = talk(
        node("who_answers", hear_out=True), greeting, Utterance(ended="silence"), call=Call({"language": "en"})
    )
    assert left == "machine"
    assert [(command.silence, command.until_beep) for command in asked if isinstance(command, Listen)] == [
        (2.5, True),
        (3.5, True),
    ]


def test_the_tone_tells_a_machine_and_when_to_speak() -> None:
    asked, left = talk(node("who_answers", hear_out=True), Utterance(ended="beep"), call=Call({"language": "en"}))
    assert (len(asked), left) == (1, "machine")
    plain = node("who_answers", hear_out=True, tone=False)
    greeting = Utterance("leave a message", ended="speech", seconds=1.0)
    asked, left = talk(plain, greeting, Utterance(ended="silence"), call=Call({"language": "en"}))
    assert [command.until_beep for command in asked if isinstance(command, Listen)] == [True, False]
