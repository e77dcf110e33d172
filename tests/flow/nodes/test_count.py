import pytest

from controller.flow.call import Call
from controller.flow.commands import Count, Counted
from tests.flow.talk import node, talk


@pytest.mark.parametrize(("before", "leaves"), [("", "below"), ("1", "below"), ("2", "reached"), ("7", "reached")])
def test_counts_in_the_call(before, leaves):
    call = Call({"tries": before})
    assert talk(node("count", counter="tries", limit=3), call=call) == ([], leaves)
    assert call.variables["tries"] == str(int(before or 0) + 1)


@pytest.mark.parametrize(("scope", "counter"), [("subscriber", "calls"), ("caller", "calls:+331")])
@pytest.mark.parametrize(("value", "leaves"), [(2, "below"), (3, "reached"), (None, "unknown")])
def test_counts_over_calls(scope, counter, value, leaves):
    call = Call({"caller": "+331"})
    counting = node("count", counter="calls", scope=scope, period="day", limit=3)
    assert talk(counting, Counted(value), call=call) == ([Count(counter, "day")], leaves)
    assert call.variables["calls"] == ("" if value is None else str(value))


def test_exits_are_those_that_make_sense():
    assert node("count", counter="n").exits == ("next",)
    assert node("count", counter="n", limit=2).exits == ("below", "reached")
    assert node("count", counter="n", limit=2, scope="subscriber").exits == ("below", "reached", "unknown")
    assert talk(node("count", counter="n", scope="subscriber"), Counted(None))[1] == "next"
