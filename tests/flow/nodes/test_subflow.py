from controller.flow.node import Enter
from tests.flow.talk import node, talk


def test_enters_the_pinned_version():
    assert talk(node("subflow", flow="survey", version=3)) == ([], Enter("survey", 3))


def test_its_exits_are_the_other_flows():
    assert node("subflow", {"done": "x"}, flow="survey").open_exits
