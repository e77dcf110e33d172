import pytest

from controller.flow.call import Call
from controller.flow.commands import Dial, Dialled, Extension, Phrase, Play, Played
from controller.flow.recorded import shown
from controller.flow.try_out import try_out
from tests.flow.martin import WORLD, flow
from tests.flow.talk import node, talk

SLOTS = ["name", "day_spoken", "pin", "none"]
FIELDS = {"to": ["101", "{{nobody}}"], "summary": "{{name}} on\n{{day}}", "slots": SLOTS}
KNOWN = {"language": "fr", "name": "Claire", "day": "2026-12-15", "day_spoken": "mardi", "last_turns": "oui | non"}


def test_who_is_rung_is_told_what_the_robot_knows():
    call = Call(KNOWN | {"pin": "4711"}, {"pin": "ask"})
    asked, left = talk(node("hand_over", **FIELDS), Dialled("answered", by="101"), call=call)
    carried = (
        ("Summary", "Claire on 2026-12-15"),
        ("Slot-name", "Claire"),
        ("Slot-day-spoken", "mardi"),
        ("Turns", "oui | non"),
    )
    assert (asked, left) == ([Dial((Extension("101"),), carried=carried)], "answered")
    assert (call.variables["answered_by"], call.variables["summary"]) == ("101", "Claire on\n2026-12-15")


def test_a_secret_is_not_told():
    call = Call({"pin": "4711"}, {"pin": "ask"})
    (asked,), _ = talk(node("hand_over", to=["101"], summary="{{pin}}"), call=call)
    assert asked.carried == ()


def test_the_caller_hears_first_what_happens():
    asked, _ = talk(node("hand_over", to=["101"], prompt={"text": {"fr": "Un instant."}}), Played(), language="fr")
    assert asked[0] == Play((Phrase("Un instant.", "fr"),))
    assert isinstance(asked[1], Dial)


def test_the_simulator_shows_what_is_carried():
    hand_over = {"kind": "hand_over", "to": ["101"], "summary": "for {{caller}}", "exits": {"answered": "end"}}
    seen = try_out(flow(a=hand_over, end={"kind": "hang_up"}), {"caller": "+33611111111"}, [], WORLD)
    assert seen.events[-1].dump()["values"]["carried"] == {"Summary": "for +33611111111"}


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "failed"])
def test_it_leaves_by_what_came_of_it(outcome):
    assert talk(node("hand_over", to=["101"]), Dialled(outcome))[1] == outcome
    assert talk(node("hand_over", to=["{{nobody}}"]))[1] == "failed"


def test_the_journal_does_not_tell_what_is_carried():
    assert "carried" not in shown(Dial((Extension("101"),), carried=(("Summary", "Claire"),)))
