from controller.flow.call import Call
from controller.flow.check import check
from controller.flow.commands import Phrase, Play, Played
from tests.flow.martin import flow
from tests.flow.talk import node, talk

SAYS = {"text": {"en": "You are talking to a robot."}}
ASKS = {"kind": "ask_slot", "prompt": SAYS, "save": "x", "exits": {"ok": "end", "failed": "end"}}
END = {"kind": "hang_up"}


def test_it_says_so_and_sets_its_limits():
    call = Call({"language": "en", "robot_turns": "7"})
    asked, left = talk(node("robot", disclosure=SAYS, longest=60, turns=5), Played(), call=call)
    assert (asked, left) == ([Play((Phrase("You are talking to a robot.", "en"),))], "next")
    assert (call.variables["robot_limits"], call.variables["robot_turns"]) == ("60 5 4", "")


def warned(doc):
    return [problem.where for problem in check(doc) if problem.code == "undisclosed"]


def test_the_checker_warns_of_a_robot_that_does_not_say_that_it_is_one():
    robot = {"kind": "robot", "disclosure": SAYS, "exits": {"next": "ask"}}
    assert warned(flow("ask", ask=ASKS, end=END)) == ["ask"]
    assert warned(flow("robot", robot=robot, ask=ASKS, end=END)) == []
    menu = {"kind": "menu", "prompt": SAYS, "choices": {"1": "a"}, "exits": {"1": "robot", "too_many": "ask"}}
    assert warned(flow("menu", menu=menu, robot=robot, ask=ASKS, end=END)) == ["ask"]
    leave = {"kind": "leave", "exit": "done"}
    assert warned(flow("ask", ask=ASKS, end=leave)) == []
