import pytest

from controller.flow.call import Call
from controller.flow.commands import Collect, Digits, Listen, Phrase, Utterance
from tests.flow.talk import NOTHING, WAITING, node, pressed, talk, wrong

ASK = {"prompt": {"text": {"en": "Your number?"}}, "save": "number", "min_digits": 4, "max_digits": 6}
SHORT = Digits("12", "timeout")
CONFIRM = {"confirm": {"text": {"en": "You keyed {{number}}."}}}


@pytest.mark.parametrize(
    ("heard", "leaves", "saved"),
    [
        ([pressed("123456")], "ok", "123456"),
        ([Digits("1234", "terminator")], "ok", "1234"),
        ([SHORT, pressed("123456")], "ok", "123456"),
        ([SHORT, SHORT], WAITING, ""),
        ([SHORT, SHORT, SHORT], "invalid", ""),
        ([SHORT, SHORT, NOTHING], "no_input", ""),
        ([NOTHING, NOTHING, Digits("", "terminator")], "invalid", ""),
    ],
)
def test_digits_are_kept(heard, leaves, saved):
    call = Call({"language": "en"})
    assert talk(node("collect", **ASK), *heard, call=call)[1] == leaves
    assert call.variables.get("number", "") == saved


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([pressed("1234"), pressed("1")], "ok"),
        ([pressed("1234"), pressed("2"), pressed("5678"), pressed("1")], "ok"),
        ([pressed("1234"), NOTHING] * 3, "invalid"),
    ],
)
def test_the_caller_confirms(heard, leaves):
    asked, left = talk(node("collect", **ASK, **CONFIRM), *heard)
    assert left == leaves
    assert asked[1].prompt == (Phrase("You keyed 1234.", "en"),)


def test_asks_with_its_limits_and_again():
    fields = ASK | {"again": {"text": {"en": "Again."}}, "secret": True, "digit_timeout": 4.0}
    asked, _ = talk(node("collect", **fields), SHORT)
    assert asked[0] == Collect((Phrase("Your number?", "en"),), 4, 6, "#", 5.0, 4.0, secret=True)
    assert asked[1].prompt == (Phrase("Again.", "en"), Phrase("Your number?", "en"))


def test_a_secret_is_remembered_as_one():
    call = Call()
    talk(node("collect", **ASK, secret=True), pressed("123456"), call=call)
    assert call.secrets == {"number": "here"}


def test_wrong_fields_are_named():
    assert wrong("collect", **ASK | {"min_digits": 9}) == [("", "min_over_max")]
    assert wrong("collect", **ASK, **CONFIRM, secret=True) == [("", "secret_spoken")]
    assert wrong("collect", **ASK | {"save": "caller"}) == [("save", "reserved")]


# --- by voice ---------------------------------------------------------------------------------------------------------


def says(text):
    return Utterance(text, ended="speech")


DEAF = Utterance(ended="deaf")


@pytest.mark.parametrize(
    ("heard", "leaves", "saved"),
    [
        ([says("double four six seven")], "ok", "4467"),
        ([Utterance(digits="123456", ended="keys")], "ok", "123456"),
        ([says("one two"), says("one two three four")], "ok", "1234"),
        ([says("[unk]")] * 3, "invalid", ""),
        ([Utterance()] * 3, "no_input", ""),
        ([DEAF, pressed("123456")], "ok", "123456"),
    ],
)
def test_digits_may_be_said(heard, leaves, saved):
    call = Call({"language": "en"})
    asked, left = talk(node("collect", **ASK, spoken=True), *heard, call=call)
    assert (left, call.variables.get("number", "")) == (leaves, saved)
    assert isinstance(asked[0], Listen)
    assert asked[0].max_digits == 6


@pytest.mark.parametrize(
    ("answer", "leaves"),
    [(says("yes"), "ok"), (Utterance(digits="1", ended="keys"), "ok"), (says("no"), WAITING), (Utterance(), WAITING)],
)
def test_yes_may_be_said(answer, leaves):
    assert talk(node("collect", **ASK, **CONFIRM, spoken=True), says("one two three four"), answer)[1] == leaves


def test_a_secret_is_never_spoken():
    assert wrong("collect", **ASK, spoken=True, secret=True) == [("", "secret_said")]
