"""Campaigns call: each contact once, by a controller that may die; what came of it is on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conf.campaigns import editing
from conf.campaigns.contacts import Contact
from conf.database import operator, scoped
from conf.models import CampaignCall, CampaignContact, DoNotCall
from controller.calls import placed
from tests.calls.live import Live

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday, 11 in Paris
ANNE = "+33612345678"
DOC: dict[str, Any] = {
    "name": "satisfaction",
    "flow": "survey",
    "number": "+33123456789",
    "purpose": "survey",
    "automatic": False,
    "ground": "consent",
    "ground_since": "2026-09-01",
    "ring": 5.0,
    "pace": {"at_once": 5, "per_second": 5.0},
}


def begin(live: Live, *numbers: str, **changes: Any) -> None:
    """A campaign that calls some numbers, on a Tuesday."""
    assert live.controller
    live.controller.campaigns.now = lambda: NOW
    subscriber = live.controller.configuration.by_slug("martin")
    assert subscriber
    with scoped(live.engine, subscriber.subscriber_id) as session:
        campaign = editing.save(session, None, DOC | changes)
        contacts = [Contact(number, "Anne", ("Europe/Paris",), "FR") for number in numbers]
        editing.bring_in(session, campaign, contacts, NOW)
        editing.move(session, campaign, "running", NOW)


def calls(live: Live) -> list[CampaignCall]:
    with operator(live.engine, read_only=True) as session:
        found = list(session.scalars(select(CampaignCall).order_by(CampaignCall.id)))
        session.expunge_all()
        return found


def concluded(live: Live, number: int = 1) -> list[CampaignCall]:
    return live.until(lambda: (done := [call for call in calls(live) if call.state == "ended"])[number - 1 :] and done)


def contact(live: Live, number: str) -> CampaignContact:
    with operator(live.engine, read_only=True) as session:
        found = session.scalars(select(CampaignContact).where(CampaignContact.number == number)).one()
        session.expunge_all()
        return found


def test_who_answers_hears_the_flow_with_what_is_known_of_them(live: Live) -> None:
    phone = live.outside.trunk(ANNE)
    begin(live, ANNE)
    record = live.record()
    assert (record.direction, record.caller, record.called, record.flow) == ("outbound", "+33123456789", ANNE, "survey")
    assert (live.path(record), record.hung_up_by) == (["hello", "end"], "flow")
    (call,) = concluded(live)
    assert (call.call, call.outcome) == (record.call, "reached")
    assert contact(live, ANNE).state == "done"
    told = [event.data for event in live.events("command")]
    said = [one for one in told if one["type"] == "play"]
    assert said[0]["sounds"][0]["text"] == "Bonjour {{contact_name}}."  # the flow's words, not the name
    assert "Anne" not in str(told)
    assert (phone.rung, phone.shown) == (1, ["+33123456789"])


@pytest.mark.parametrize(
    ("manner", "outcome", "again"),
    [({"busy": True}, "busy", timedelta(minutes=15)), ({"no_answer": True}, "no_answer", timedelta(hours=4))],
)
def test_nobody_is_rung_twice_before_it_is_time(
    live: Live, manner: dict[str, bool], outcome: str, again: timedelta
) -> None:
    phone = live.outside.trunk(ANNE, **manner)
    begin(live, ANNE)
    (call,) = concluded(live)
    assert (call.outcome, phone.rung) == (outcome, 1)
    assert contact(live, ANNE).due_at == NOW + again
    assert [event.data["outcome"] for event in live.until(lambda: live.events("not_reached"))] == [outcome]
    assert live.controller
    live.controller.campaigns.now = lambda: NOW + again + timedelta(seconds=1)
    live.until(lambda: len(concluded(live)) == 2)
    assert phone.rung == 2


def test_the_flow_says_what_came_of_the_call(live: Live) -> None:
    live.outside.trunk(ANNE)
    begin(live, ANNE, flow="optout")
    assert live.record().outcome == "refused"
    (call,) = concluded(live)
    assert (call.outcome, contact(live, ANNE).state) == ("refused", "done")
    with operator(live.engine, read_only=True) as session:
        assert [(row.number, row.kind) for row in session.scalars(select(DoNotCall))] == [(ANNE, "refused")]


def test_a_trunk_that_does_not_carry_gives_way_to_the_next(live: Live, tmp_path: Any) -> None:
    from tests.calls.test_outbound_rules import BOTH, rules

    rules(live, tmp_path, BOTH)
    carrier, second = live.outside.trunk(ANNE, "carrier", status=503), live.outside.trunk(ANNE, "second")
    begin(live, ANNE)
    record = live.record()
    assert (carrier.rung, second.rung, record.trunk) == (1, 1, "second")
    (call,) = concluded(live)
    assert call.outcome == "reached"
    assert len(calls(live)) == 1


def test_outside_the_hours_nobody_is_called(live: Live) -> None:
    phone = live.outside.trunk(ANNE)
    begin(live, ANNE, hours={"mon": ["10:00-11:00"]})
    live.until(lambda: contact(live, ANNE).reason == "closed")
    assert (phone.rung, calls(live)) == (0, [])


def test_a_call_that_nobody_knows_of_is_given_up_and_not_repeated(live: Live) -> None:
    """Written by a controller that died before it asked FreeSWITCH."""
    phone = live.outside.trunk(ANNE)
    begin(live, ANNE)
    concluded(live)
    with operator(live.engine) as session:
        row = session.scalars(select(CampaignCall)).one()
        row.state, row.outcome, row.controller, row.call = "placed", "", "dead", "another"
        row.placed_at = NOW - timedelta(minutes=4)
        session.scalars(select(CampaignContact)).one().state = "calling"
    (call,) = concluded(live)
    assert call.outcome == "unknown"
    assert phone.rung == 1
    assert contact(live, ANNE).due_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "x", "e30", "bm9uc2Vuc2U", "W10"])
def test_a_leg_that_carries_nonsense_leads_nowhere(text: str) -> None:
    assert placed.read(text) is None


def test_what_a_leg_carries_comes_back_and_has_an_end() -> None:
    given = placed.Given("été", {"contact_name": "Zoë, “={}", "note": "x"})
    assert placed.read(placed.write(given)) == given
    long = placed.Given("survey", {"name": "Anne", "note": "x" * 5000})
    assert placed.read(placed.write(long)) == placed.Given("survey", {"name": "Anne"})
