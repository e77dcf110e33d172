from controller.flow.node import Leave
from tests.flow.talk import node, talk


def test_leaves_by_name():
    assert talk(node("leave", exit="sold")) == ([], Leave("sold"))
