"""A fax on demand: what is asked for, and by which exit the call leaves."""

import pytest

from controller.flow import codec
from controller.flow.call import Call
from controller.flow.commands import Faxed, SendFax
from controller.flow.recorded import shown
from controller.flow.try_out import try_out
from tests.flow.martin import WORLD, flow
from tests.flow.talk import node, talk

KNOWN = {"called": "+33123456789", "time_zone": "Europe/Paris", "choice": "prices"}


def test_the_document_goes_under_our_number():
    call = Call(dict(KNOWN))
    sent = Faxed(True, 0, pages=2, total=2, seconds=50.0)
    made = node("send_fax", document="{{choice}}", header="Martin", start_page=1, manner="C")
    asked, left = talk(made, sent, call=call)
    assert asked == [SendFax("prices", 1, "C", "+33123456789", "Martin", "Europe/Paris")]
    assert (left, call.variables["fax_pages"], call.variables["fax_code"]) == ("sent", "2", "0")


@pytest.mark.parametrize(
    ("faxed", "exit_", "code"),
    [
        (Faxed(False, 49, pages=1, total=2), "partial", "49"),
        (Faxed(False, 2), "failed", "2"),
        (Faxed(False), "failed", ""),
    ],
)
def test_it_leaves_by_how_far_the_fax_came(faxed, exit_, code):
    call = Call(dict(KNOWN))
    assert talk(node("send_fax", document="prices"), faxed, call=call)[1] == exit_
    assert call.variables["fax_code"] == code


def test_the_journal_does_not_tell_the_header_line():
    assert "header" not in shown(SendFax("prices", header="Confidential"))


def test_a_checkpoint_carries_it():
    for told in (
        SendFax("prices", 3, "E"),
        Faxed(False, 49, 1, 2, "+49", 9600, True, False, 3, 20.5, "a.tif"),
        Faxed(False),
    ):
        assert codec.load(codec.dump(told)) == told


def test_it_is_tried_out():
    exits = dict.fromkeys(("sent", "partial", "failed"), "end")
    doc = flow(a={"kind": "send_fax", "document": "prices", "exits": exits}, end={"kind": "hang_up"})
    seen = try_out(doc, {}, [], WORLD)
    assert (seen.path, seen.problems) == (["a", "end"], ())
    assert [event.type for event in seen.events] == ["faxing", "faxed", "hung_up"]
