import pytest

from controller.flow.commands import CheckHours, Hours
from tests.flow.talk import node, talk


@pytest.mark.parametrize(
    ("state", "exits", "leaves"),
    [
        ("open", {}, "open"),
        ("closed", {}, "closed"),
        ("holiday", {"holiday": "x"}, "holiday"),
        ("holiday", {}, "closed"),
    ],
)
def test_leaves_by_the_state(state, exits, leaves):
    assert talk(node("hours", exits, schedule="office"), Hours(state)) == ([CheckHours("office")], leaves)


def test_holiday_need_not_be_wired():
    assert node("hours", schedule="office").required == ("open", "closed")
