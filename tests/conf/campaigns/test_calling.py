"""Contacts are taken once, within the pace, whoever asks; calls are concluded once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from conf.campaigns import calling, editing
from conf.campaigns.calling import Taken
from conf.campaigns.contacts import Contact
from conf.campaigns.verdict import Consent
from conf.database import scoped
from conf.editing.stale import Stale
from conf.models import CampaignContact, DoNotCall
from conf.problems import ConfigurationError

Open = Callable[[], AbstractContextManager[Session]]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday, 11 in Paris
DOC: dict[str, Any] = {
    "name": "satisfaction",
    "flow": "reception",
    "number": "+33123456789",
    "purpose": "survey",
    "automatic": False,
    "ground": "consent",
    "ground_since": "2026-09-01",
    "pace": {"at_once": 3, "per_second": 2.0},
}


def contact(number: int, **more: Any) -> Contact:
    return Contact(f"+336000000{number:02}", f"Contact {number}", ("Europe/Paris",), "FR", **more)


def names() -> tuple[str, str]:
    return str(uuid4()), str(uuid4())


@pytest.fixture
def begun(opened: Open) -> None:
    """A campaign with ten contacts, which calls."""
    with opened() as session:
        campaign = editing.save(session, None, DOC)
        assert editing.bring_in(session, campaign, [contact(number) for number in range(10)], NOW) == 10
        editing.move(session, campaign, "running", NOW)


def take(opened: Open, now: datetime = NOW, name: str = "satisfaction") -> list[Taken]:
    with opened() as session:
        return calling.take(session, editing.read(session, name), "a", names, now)


def conclude(opened: Open, call: str, outcome: str, now: datetime = NOW) -> bool:
    with opened() as session:
        return calling.conclude(session, call, outcome, "", now)


def state(opened: Open, number: int) -> tuple[str, str, str]:
    with opened() as session:
        wanted = select(CampaignContact).where(CampaignContact.number == contact(number).number)
        found = session.scalars(wanted).one()
        return found.state, found.outcome, found.reason


@pytest.mark.usefixtures("begun")
def test_the_pace_is_kept_over_everybody(opened: Open) -> None:
    first = take(opened)
    assert [one.number for one in first] == ["+33600000000", "+33600000001"]  # two a second
    assert take(opened) == []
    second = take(opened, NOW + timedelta(seconds=2))
    assert [one.number for one in second] == ["+33600000002"]  # three at once
    assert conclude(opened, first[0].call, "reached")
    assert [one.number for one in take(opened, NOW + timedelta(seconds=4))] == ["+33600000003"]


@pytest.mark.usefixtures("begun")
def test_what_is_taken_tells_all_that_a_call_needs(opened: Open) -> None:
    one = take(opened)[0]
    assert (one.flow, one.presented, one.ring, one.campaign) == ("reception", "+33123456789", 25.0, "satisfaction")
    assert one.variables["contact_name"] == "Contact 0"


def test_two_controllers_never_take_the_same(engine: Engine, martin: int, opened: Open) -> None:
    with opened() as session:
        campaign = editing.save(session, None, DOC | {"pace": {"at_once": 40, "per_second": 50.0}})
        editing.bring_in(session, campaign, [contact(number) for number in range(40)], NOW)
        editing.move(session, campaign, "running", NOW)
    taken: list[str] = []

    def controller(name: str) -> None:
        for second in range(6):
            with scoped(engine, martin) as session:
                moment = NOW + timedelta(seconds=second)
                found = calling.take(session, editing.read(session, "satisfaction"), name, names, moment)
            taken.extend(one.number for one in found)

    threads = [threading.Thread(target=controller, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.usefixtures("begun")
def test_a_number_is_called_by_one_campaign_at_a_time(opened: Open) -> None:
    with opened() as session:
        other = editing.save(session, None, DOC | {"name": "other"})
        editing.bring_in(session, other, [contact(0), contact(50)], NOW)
        editing.move(session, other, "running", NOW)
    assert [one.number for one in take(opened)][0] == "+33600000000"
    assert [one.number for one in take(opened, name="other")] == ["+33600000050"]


@pytest.mark.usefixtures("begun")
def test_a_call_is_concluded_once(opened: Open) -> None:
    call = take(opened)[0].call
    assert conclude(opened, call, "busy")
    assert not conclude(opened, call, "reached")
    assert not conclude(opened, "another", "reached")
    assert state(opened, 0) == ("waiting", "busy", "")
    later = take(opened, NOW + timedelta(minutes=14))
    assert "+33600000000" not in [one.number for one in later]
    for one in later:
        conclude(opened, one.call, "reached", NOW + timedelta(minutes=14))
    everybody = []
    for minute in range(16, 30):
        found = take(opened, NOW + timedelta(minutes=minute))
        everybody += [one.number for one in found]
        for one in found:
            conclude(opened, one.call, "reached", NOW + timedelta(minutes=minute))
    assert everybody.count("+33600000000") == 1


@pytest.mark.usefixtures("begun")
def test_who_refuses_is_left_in_peace_by_every_campaign(opened: Open) -> None:
    conclude(opened, take(opened)[0].call, "refused")
    assert state(opened, 0) == ("done", "refused", "")
    with opened() as session:
        other = editing.save(session, None, DOC | {"name": "other"})
        editing.bring_in(session, other, [contact(0)], NOW)
        editing.move(session, other, "running", NOW)
        assert session.scalars(select(DoNotCall.kind)).all() == ["refused"]
    assert take(opened, name="other") == []
    with opened() as session:
        waiting = session.scalars(
            select(CampaignContact).where(CampaignContact.campaign_id == editing.read(session, "other").id)
        ).one()
        assert (waiting.state, waiting.reason) == ("waiting", "refused")
        assert waiting.due_at >= NOW + timedelta(days=60)


@pytest.mark.usefixtures("begun")
def test_who_may_never_be_called_is_done(opened: Open) -> None:
    with opened() as session:
        editing.never_call(session, "+33600000000", "letter", NOW)
        editing.never_call(session, "+33600000000", "satisfaction", NOW, "refused")  # for ever stays for ever
    assert "+33600000000" not in [one.number for one in take(opened)]
    assert state(opened, 0) == ("done", "not_allowed", "do_not_call")


@pytest.mark.usefixtures("begun")
def test_nobody_is_called_at_night_nor_by_a_paused_campaign(opened: Open) -> None:
    assert take(opened, NOW + timedelta(hours=12)) == []
    assert state(opened, 3) == ("waiting", "", "closed")
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        editing.move(session, campaign, "paused", NOW)
    assert take(opened, NOW + timedelta(days=1)) == []


def test_a_campaign_ends_when_nobody_is_left(opened: Open) -> None:
    with opened() as session:
        campaign = editing.save(session, None, DOC)
        editing.bring_in(session, campaign, [contact(0)], NOW)
        editing.move(session, campaign, "running", NOW)
        assert not calling.end_what_is_done(session, campaign, NOW)
    conclude(opened, take(opened)[0].call, "reached")
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        assert calling.end_what_is_done(session, campaign, NOW)
        assert campaign.state == "over"


def test_contacts_have_grounds_of_their_own(opened: Open) -> None:
    without = {name: value for name, value in DOC.items() if not name.startswith("ground")}
    agreed = Consent("consent", NOW - timedelta(days=1))
    with opened() as session:
        campaign = editing.save(session, None, without)
        editing.bring_in(session, campaign, [contact(0), contact(1, consent=agreed)], NOW)
        editing.move(session, campaign, "running", NOW)
    assert [one.number for one in take(opened)] == ["+33600000001"]
    assert state(opened, 0) == ("done", "not_allowed", "no_ground")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"flow": "nowhere"}, "flow"),
        ({"number": "+33999999999"}, "number"),
        ({"number": "12"}, "number"),
        ({"purpose": "fun"}, "purpose"),
        ({"pace": {"at_once": 0}}, "pace.at_once"),
        ({"hours": {"mon": ["8-9"]}}, "hours.mon[0]"),
        ({"ground": None}, "ground_since"),
        ({"opens": "2026-12-02", "ends": "2026-12-01"}, "ends"),
        ({"speed": 3}, "speed"),
    ],
)
def test_what_is_wrong_is_named(opened: Open, change: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as error, opened() as session:
        editing.save(session, None, DOC | change)
    assert [problem.field for problem in error.value.problems] == [field]


def test_two_people_change_one_campaign(opened: Open) -> None:
    with opened() as session:
        editing.save(session, None, DOC)
    with pytest.raises(ConfigurationError), opened() as session:
        editing.save(session, None, DOC)
    with opened() as session:
        assert editing.save(session, "satisfaction", DOC | {"ring": 20.0}, 1).revision == 2
    with pytest.raises(Stale), opened() as session:
        editing.save(session, "satisfaction", DOC | {"ring": 10.0}, 1)


def test_nobody_starts_what_has_no_contacts_or_is_over(opened: Open) -> None:
    with opened() as session:
        campaign = editing.save(session, None, DOC)
        with pytest.raises(ConfigurationError):
            editing.move(session, campaign, "running", NOW)
        editing.move(session, campaign, "over", NOW)
        with pytest.raises(ConfigurationError):
            editing.move(session, campaign, "running", NOW)
