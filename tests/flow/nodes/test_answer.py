from controller.flow.commands import Answer, Done
from tests.flow.talk import node, talk


def test_answers_and_goes_on():
    assert talk(node("answer"), Done()) == ([Answer()], "next")
