"""record_message: a tone, a message, its review; too short, silent, hung up."""

import pytest

from controller.flow.call import Call
from controller.flow.commands import Collect, Digits, HungUp, Phrase, Played, PlayMessage, Recorded, RecordMessage
from tests.flow.talk import WAITING, node, talk, wrong

SPEAK = {"prompt": {"text": {"en": "Speak."}}}
SHORT = {"too_short": {"text": {"en": "We heard nothing."}}}
REVIEW = {"review": {"text": {"en": "1, 2 or 3?"}}}
LEFT = Recorded(12.3, "key", "c-1")
AGAIN = Recorded(7.0, "silence", "c-5")
NOTHING = Recorded(0.0, "silence")


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([LEFT], "recorded"),
        ([Recorded(12.3, "hung_up", "c-1")], "recorded"),
        ([Recorded(0.3, "hung_up")], "no_message"),
        ([Recorded()], "no_message"),
        ([NOTHING], WAITING),
        ([NOTHING, LEFT], "recorded"),
        ([NOTHING, NOTHING], "no_message"),
    ],
)
def test_a_message_is_taken(heard, leaves):
    call = Call({"language": "en"})
    assert talk(node("record_message", **SPEAK), *heard, call=call)[1] == leaves
    assert call.variables.get("message_seconds", "") == ("12" if leaves == "recorded" else "")


def test_what_is_too_short_is_asked_for_again():
    asked, _ = talk(node("record_message", **SPEAK, **SHORT, shortest=3), NOTHING, LEFT)
    assert asked == [
        RecordMessage((Phrase("Speak.", "en"),), shortest=3),
        RecordMessage((Phrase("We heard nothing.", "en"),), shortest=3),
    ]


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([LEFT, Digits("3", "length")], "recorded"),
        ([LEFT, Digits()], "recorded"),
        ([LEFT, HungUp()], "recorded"),
        ([LEFT, Digits("1", "length"), Played(), Digits()], "recorded"),
        ([LEFT, Digits("1", "length"), HungUp()], "recorded"),
        ([LEFT, Digits("2", "length")], WAITING),
        ([LEFT, Digits("2", "length"), AGAIN, Digits()], "recorded"),
        ([LEFT, Digits("2", "length"), NOTHING, NOTHING], "recorded"),  # the one before is kept
    ],
)
def test_the_caller_hears_it_again_or_records_it_anew(heard, leaves):
    assert talk(node("record_message", **REVIEW), *heard)[1] == leaves


def test_a_new_recording_takes_the_place_of_the_one_before():
    asked, _ = talk(
        node("record_message", **REVIEW), LEFT, Digits("1", "length"), Played(), Digits("2", "length"), AGAIN, Digits()
    )
    question = Collect((Phrase("1, 2 or 3?", "en"),), first_digit_timeout=4.0)
    first, again = RecordMessage(shortest=1.5), RecordMessage(shortest=1.5, replaces="c-1")
    assert asked == [first, question, PlayMessage("c-1"), question, again, question]


def test_the_shortest_is_not_longer_than_the_longest():
    assert wrong("record_message", longest=10, shortest=11, exits={"recorded": "a", "no_message": "a"}) == [
        ("", "shortest_over_longest")
    ]
