"""A fax that comes in: what is asked for, and by which exit the call leaves."""

import pytest

from controller.flow.call import Call
from controller.flow.commands import Faxed, ReceiveFax
from tests.flow.talk import node, talk


def test_the_machine_is_told_our_number():
    call = Call({"called": "+33123456789"})
    came = Faxed(True, 0, pages=1, remote_id="+49 30 1234", seconds=40.0)
    assert talk(node("receive_fax"), came, call=call) == ([ReceiveFax("+33123456789")], "received")
    assert {"fax_pages": "1", "fax_code": "0", "fax_from": "+49 30 1234"}.items() <= call.variables.items()
    assert talk(node("receive_fax", ident="Martin"), came, call=call)[0] == [ReceiveFax("Martin")]


@pytest.mark.parametrize(("faxed", "exit_"), [(Faxed(False, 49, pages=1), "partial"), (Faxed(False, 3), "failed")])
def test_it_leaves_by_how_far_the_fax_came(faxed, exit_):
    assert talk(node("receive_fax"), faxed, call=Call({}))[1] == exit_
