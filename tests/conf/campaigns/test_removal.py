"""Campaigns and contacts are removed with what belongs to them; who was held up is judged anew when that may help."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conf.campaigns import again, calling, editing, removal
from conf.models import CampaignCall, CampaignContact, PastCall
from conf.problems import ConfigurationError
from tests.conf.campaigns.test_calling import (  # noqa: F401  a fixture
    DOC,
    NOW,
    Open,
    begun,
    conclude,
    contact,
    state,
    take,
)

WRONG = DOC | {"automatic": True}  # its number may not be shown by an automatic call


def begin(opened: Open, doc: dict[str, object], count: int = 2) -> None:
    with opened() as session:
        campaign = editing.save(session, None, doc)
        editing.bring_in(session, campaign, [contact(number) for number in range(count)], NOW)
        editing.move(session, campaign, "running", NOW)


@pytest.mark.usefixtures("begun")
def test_a_campaign_goes_with_its_contacts_and_calls_and_the_law_counts_on(opened: Open) -> None:
    moment = NOW
    for _ in range(4):
        (first, *others) = take(opened, moment)
        for one in [first, *others]:
            conclude(opened, one.call, "busy", moment)
        with opened() as session:
            for row in session.scalars(select(CampaignContact)):
                row.due_at = NOW if row.number == contact(0).number else NOW + timedelta(days=9)
        moment += timedelta(minutes=1)
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        with pytest.raises(ConfigurationError):
            removal.remove(session, campaign, moment)
        editing.move(session, campaign, "paused", moment)
        assert removal.remove(session, campaign, moment) == 10
        for table in (CampaignContact, CampaignCall):
            assert session.scalars(select(func.count()).select_from(table)).one() == 0
        kept = session.scalars(select(PastCall.number)).all()
    assert kept.count(contact(0).number) == 4
    begin(opened, DOC, 1)
    assert take(opened, moment) == []
    assert state(opened, 0) == ("waiting", "", "too_often")


@pytest.mark.usefixtures("begun")
def test_what_is_being_called_is_not_removed(opened: Open) -> None:
    one = take(opened)[0]
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        editing.move(session, campaign, "paused", NOW)
        row = session.scalars(select(CampaignContact).where(CampaignContact.number == one.number)).one()
        for act in (lambda: removal.remove(session, campaign, NOW), lambda: removal.forget(session, row, NOW)):
            with pytest.raises(ConfigurationError):
                act()
    conclude(opened, one.call, "busy")
    with opened() as session:
        row = session.scalars(select(CampaignContact).where(CampaignContact.number == one.number)).one()
        removal.forget(session, row, NOW)
        assert one.number not in session.scalars(select(CampaignContact.number)).all()
        assert one.number not in session.scalars(select(CampaignCall.number)).all()
        assert session.scalars(select(PastCall.number)).all() == [one.number]


def test_calls_that_no_rule_counts_are_forgotten(opened: Open) -> None:
    with opened() as session:
        session.add(PastCall(number="+33600000000", placed_at=NOW - timedelta(days=31)))
        removal.remove(session, editing.save(session, None, DOC), NOW)
        assert session.scalars(select(PastCall)).all() == []


def test_a_wrong_setting_pauses_the_campaign_and_its_mending_brings_everybody_back(opened: Open) -> None:
    begin(opened, WRONG)
    assert take(opened) == []
    assert state(opened, 0) == ("done", "not_allowed", "wrong_number_shown")
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        assert calling.end_what_is_done(session, campaign, NOW)
        assert (campaign.state, campaign.problem) == ("paused", calling.NOBODY)
        assert again.changed(session, campaign, campaign.doc | {"ring": 9.0}, NOW) == 0
        editing.save(session, "satisfaction", DOC)
        assert again.changed(session, campaign, WRONG, NOW) == 2
        editing.move(session, campaign, "running", NOW)
    assert len(take(opened)) == 2


@pytest.mark.usefixtures("begun")
def test_who_is_off_the_list_is_judged_anew_and_nobody_else(opened: Open) -> None:
    with opened() as session:
        for number in (0, 1):
            editing.never_call(session, contact(number).number, "letter", NOW)
    called = [one.number for one in take(opened)]
    assert state(opened, 0) == ("done", "not_allowed", "do_not_call")
    with opened() as session:
        assert again.off_the_list(session, contact(0).number, NOW) == 1
        assert again.off_the_list(session, called[0], NOW) == 0
    assert state(opened, 0) == ("waiting", "", "")
    assert state(opened, 1) == ("done", "not_allowed", "do_not_call")


@pytest.mark.usefixtures("begun")
def test_longer_hours_count_at_once(opened: Open) -> None:
    with opened() as session:
        editing.save(session, "satisfaction", DOC | {"hours": {"mon": ["10:00-11:00"]}})
    assert take(opened) == []
    assert state(opened, 0) == ("waiting", "", "closed")
    with opened() as session:
        campaign = editing.save(session, "satisfaction", DOC)
        assert again.look_again(session, campaign, NOW) == 10
    assert len(take(opened)) == 2
