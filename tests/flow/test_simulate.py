import pytest

from controller.flow.commands import (
    CheckHours,
    Collect,
    Dial,
    Dialled,
    Digits,
    HangUp,
    Hours,
    HungUp,
    Listed,
    Play,
    Played,
)
from controller.flow.engine import Call, Flow
from controller.flow.problem import FlowError
from controller.flow.simulate import simulate
from tests.flow.martin import reception

FLOW = Flow.load(reception())
HISTORY = [Hours("open"), Listed(False), Digits("9"), Digits("1"), Dialled("no_answer", rang=25.0)]


def test_a_history_gives_commands_and_path():
    commands, path = simulate(FLOW, Call({"language": "fr"}), HISTORY)
    assert [type(command).__name__ for command in commands] == [
        *("CheckHours", "CheckList", "Collect", "Collect", "Dial", "Play")
    ]
    assert [(step.node, step.exit) for step in path][-2:] == [("shop", "no_answer"), ("night", "")]


@pytest.mark.parametrize(("undone", "kind"), [(0, Play), (1, Dial), (2, Collect), (3, Collect), (5, CheckHours)])
def test_undo_drops_the_last_results(undone, kind):
    commands, _ = simulate(FLOW, Call(), HISTORY[: len(HISTORY) - undone])
    assert isinstance(commands[-1], kind)


def test_the_same_history_gives_the_same():
    call = Call({"language": "fr"})
    assert simulate(FLOW, call, HISTORY) == simulate(FLOW, call, HISTORY)
    assert call == Call({"language": "fr"})


def test_the_caller_may_leave():
    commands, path = simulate(FLOW, Call(), [*HISTORY[:2], HungUp(), Digits("1")])
    assert isinstance(commands[-1], Collect)
    assert path[-1].node == "choose"


def test_nothing_comes_after_the_end():
    commands, _ = simulate(FLOW, Call(), [Hours("open"), Listed(True), *HISTORY])
    assert commands[-1] == HangUp()


def test_a_broken_flow_says_so():
    doc = reception(night={"exits": {}})
    with pytest.raises(FlowError, match="exit “next” of the node night"):
        simulate(Flow.load(doc), Call(), [Hours("closed"), Played()])
