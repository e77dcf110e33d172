import pytest

from controller.flow.call import Call
from controller.flow.commands import Done, HangUp, HungUp
from tests.flow.talk import WAITING, node, talk, wrong


@pytest.mark.parametrize("cause", ["NORMAL_CLEARING", "USER_BUSY"])
def test_ends_the_call_with_its_cause(cause):
    assert talk(node("hang_up", cause=cause)) == ([HangUp(cause)], WAITING)


def test_it_says_what_came_of_the_call():
    call = Call()
    assert talk(node("hang_up", outcome="appointment"), call=call)[0] == [HangUp(outcome="appointment")]
    assert call.variables == {"outcome": "appointment"}


def test_nothing_comes_after():
    with pytest.raises(HungUp):
        talk(node("hang_up"), Done())
    assert node("hang_up").exits == ()


def test_only_causes_that_exist():
    assert wrong("hang_up", cause="BORED") == [("cause", "literal_error")]
