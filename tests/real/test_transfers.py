"""A phone transfers with the whole controller: whose rights, whose number, whose record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.calls.live import Live
from tests.calls.test_bad_days import die
from tests.outside.real import RealPhone
from tests.real.test_calls import live, outside  # noqa: F401

NUMBER, PREMIUM = "+33123456789", "+33899000000"
CLAIRE, PAUL = "claire@martin.example", "paul@martin.example"


def refer(phone: RealPhone, call: Any, target: str) -> None:
    call.send("REFER", f"Refer-To: <sip:{target}@martin.pbx.localhost>", f"Contact: {phone.agent.contact}")
    assert call.response("REFER").status == 202


def answered_by(live: Live, phone: RealPhone) -> Any:  # noqa: F811
    """A caller from outside whom this phone has answered."""
    caller = live.outside.from_trunk(NUMBER)
    assert caller.hears_something()
    live.until(lambda: live.reaches("choose")["doing"] == "Collect")
    caller.presses("1#")
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    return caller


def test_a_caller_from_outside_is_sent_out_at_the_cost_of_who_sends(live: Live) -> None:  # noqa: F811
    far = live.outside.trunk(PREMIUM, talks=0.3)
    claire = live.outside.phone("101")
    caller = answered_by(live, claire)
    refer(claire, claire.calls[0], PREMIUM)
    assert caller.has_ended(30)
    record = live.record()
    assert (far.rung, far.shown) == (1, ["+33123456789"])  # Claire's own number, not the caller's
    assert (record.direction, record.transferred_by) == ("outbound", CLAIRE)
    assert (record.caller, record.called, record.presented) == ("+33611111111", PREMIUM, "+33123456789")
    assert live.controller
    assert record.subscriber_id == live.controller.configuration.by_slug("martin").subscriber_id  # type: ignore[union-attr]


def test_a_colleague_is_sent_out_at_the_cost_of_who_sends(live: Live) -> None:  # noqa: F811
    """101 calls 102, who sends 101 to a number outside: Paul pays."""
    far = live.outside.trunk("+33612345678", talks=0.3)
    paul = live.outside.phone("102")
    claire = live.outside.from_phone("101", "102")
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    refer(paul, paul.calls[0], "199")
    assert claire.has_ended(30)
    record = live.record()
    assert far.rung == 1
    assert (record.direction, record.transferred_by) == ("outbound", PAUL)


def test_a_callee_outside_is_sent_on_at_the_cost_of_who_called(live: Live) -> None:  # noqa: F811
    far = live.outside.trunk("+33612345679")
    paul = live.outside.phone("102", talks=0.3)
    claire = live.outside.from_phone("101", "0612345679")
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    claire.call.send("REFER", "Refer-To: <sip:102@martin.pbx.localhost>", f"Contact: {claire.agent.contact}")
    assert claire.call.response("REFER").status == 202
    live.until(lambda: paul.rung == 1)
    live.until(lambda: len(live.records()) == 2)
    assert sorted(record.transferred_by for record in live.records()) == ["", CLAIRE]
    assert far.rung == 1


def test_a_callee_outside_transfers_nobody(live: Live) -> None:  # noqa: F811
    far = live.outside.trunk("*")
    claire = live.outside.from_phone("101", "0612345679")
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    far.calls[0].send("REFER", f"Refer-To: <sip:{PREMIUM}@127.0.0.1>", f"Contact: {far.agent.contact}")
    assert far.calls[0].response("REFER").status in (403, 405)
    claire.hangs_up()
    assert live.record().transferred_by == ""
    assert far.rung == 1


def test_a_transfer_to_no_number_apologises_and_dials_nobody(live: Live) -> None:  # noqa: F811
    far = live.outside.trunk("*")
    claire = live.outside.phone("101")
    caller = answered_by(live, claire)
    refer(claire, claire.calls[0], "nobody")
    assert caller.has_ended(30)
    assert "neither an extension nor a number" in live.record().problem
    assert far.rung == 0


def test_a_transferred_call_outlives_its_controller_where_it_is(live: Live) -> None:  # noqa: F811
    """It goes on in the step it had come to, and is not transferred again."""
    claire = live.outside.phone("101")
    caller = answered_by(live, claire)
    refer(claire, claire.calls[0], "1000")
    live.until(lambda: live.reaches("choose")["doing"] == "Collect")
    assert live.controller
    die(live.controller)
    live.start()
    assert live.until(lambda: live.events("adopted"), 15)
    live.until(lambda: live.reaches("choose", 15)["doing"] == "Collect")
    caller.presses("2#")
    assert caller.has_ended(30)
    record = live.record()
    assert (record.transferred_by, record.problem) == (CLAIRE, "")
    assert live.path(record)[-2:] == ["thank", "end"]


@pytest.fixture(autouse=True)
def nobody_is_left(live: Live) -> Iterator[None]:  # noqa: F811
    yield
    live.until(lambda: live.outside.switch.api("show channels count") == "0 total.", 20)  # type: ignore[attr-defined]


def test_a_caller_is_sent_from_phone_to_phone(live: Live) -> None:  # noqa: F811
    claire, paul = live.outside.phone("101"), live.outside.phone("102", talks=0.3)
    caller = answered_by(live, claire)
    refer(claire, claire.calls[0], "102")
    live.until(lambda: paul.rung == 2)
    assert caller.has_ended(30)
    assert live.record().transferred_by == CLAIRE
