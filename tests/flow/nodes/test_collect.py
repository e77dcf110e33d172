import pytest

from controller.flow.call import Call
from controller.flow.commands import Collect, Digits, Phrase
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
