import pytest

from controller.flow.call import Call
from controller.flow.commands import Dial, Dialled, Extension, External
from tests.flow.talk import node, talk, wrong


@pytest.mark.parametrize("outcome", ["answered", "busy", "no_answer", "failed"])
def test_leaves_by_the_outcome(outcome):
    assert talk(node("dial", to=["101"]), Dialled(outcome))[1] == outcome


def test_rings_who_is_named():
    fields = {"to": ["101", "+33 6 12 34 56 78", "{{extension}}"], "strategy": "in_turn", "ring": 20}
    (asked,), _ = talk(node("dial", **fields, trunk="carrier", presented="{{called}}"), extension="105", called="+331")
    targets = (Extension("101"), External("+33612345678", "carrier"), Extension("105"))
    assert asked == Dial(targets, "in_turn", 20.0, "+331")


@pytest.mark.parametrize("extension", ["", "abc", "1", "${system(x)}", "00441234567890123"])
def test_a_variable_that_is_no_number_rings_nobody(extension):
    assert talk(node("dial", to=["{{extension}}"]), extension=extension) == ([], "failed")
    (asked,), _ = talk(node("dial", to=["{{extension}}", "101"]), extension=extension)
    assert asked.targets == (Extension("101"),)


def test_says_who_answered():
    call = Call()
    talk(node("dial", to=["101"]), Dialled("answered", by="101"), call=call)
    assert call.variables == {"answered_by": "101"}


def test_wrong_fields_are_named():
    assert wrong("dial", to=["0612345678999"]) == [("to.0", "wrong_number")]
    assert wrong("dial", to="101", strategy="loud") == [("to", "tuple_type"), ("strategy", "literal_error")]
