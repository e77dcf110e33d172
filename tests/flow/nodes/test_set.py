import pytest

from controller.flow.call import Call
from controller.flow.problem import FlowError
from tests.flow.talk import node, talk, wrong


def test_sets_one_after_the_other():
    call = Call({"caller": "+331"})
    assert talk(node("set", variables={"a": "{{caller}}!", "b": "{{a}}?", "c": "{{none}}"}), call=call) == ([], "next")
    assert call.variables == {"caller": "+331", "a": "+331!", "b": "+331!?", "c": ""}


def test_what_the_call_itself_says_cannot_be_changed():
    assert wrong("set", variables={"subscriber": "x"}) == [("variables.subscriber", "reserved")]
    assert wrong("set", variables={"language": "de"}) == []


def test_a_copy_of_a_secret_is_secret():
    call = Call({"pin": "1234"}, {"pin": "ask"})
    talk(node("set", variables={"copy": "x{{pin}}"}), call=call)
    assert call.secrets == {"pin": "ask", "copy": "here"}


def test_values_are_bounded():
    call = Call({"long": "x" * 200})
    talk(node("set", variables={"a": "{{long}}{{long}}"}), call=call)
    assert len(call.variables["a"]) == 200
    with pytest.raises(FlowError, match="too many variables"):
        talk(node("set", variables={f"v{n}": "{{long}}" for n in range(20)}), call=call)
