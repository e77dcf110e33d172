"""How far a campaign is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conf.campaigns import editing, progress
from tests.conf.campaigns.test_calling import DOC, NOW, Open, begun, conclude, contact, take  # noqa: F401  a fixture


@pytest.mark.usefixtures("begun")
def test_contacts_and_calls_are_counted(opened: Open) -> None:
    first, second = take(opened)
    conclude(opened, first.call, "reached")
    conclude(opened, second.call, "busy")
    (third,) = take(opened, NOW + timedelta(seconds=2))[:1]
    with opened() as session:
        editing.never_call(session, contact(5).number, "letter", NOW)
    with opened() as session:
        found = progress.progress(session, editing.read(session, "satisfaction"))
    assert (found.contacts, found.done, found.waiting, found.calling) == (10, 1, 7, 2)
    assert (found.calls, found.under_way, found.outcomes) == (4, 2, {"reached": 1})
    assert found.share == 0.1
    assert found.next_at == NOW
    assert third.number == contact(2).number


@pytest.mark.usefixtures("begun")
def test_each_contact_has_its_result(opened: Open) -> None:
    (first, *_) = take(opened)
    conclude(opened, first.call, "busy")
    (again, *_) = take(opened, NOW + timedelta(minutes=20))
    with opened() as session:
        found = list(progress.results(session, editing.read(session, "satisfaction")))
    assert [result.number for result in found] == [contact(number).number for number in range(10)]
    assert (found[0].outcome, found[0].tries, found[0].call) == ("busy", 1, first.call)
    assert found[0].last_at == NOW
    assert (found[9].state, found[9].tries, found[9].call) == ("waiting", 0, "")
    assert again.number != first.number
    with opened() as session:
        campaign = editing.read(session, "satisfaction")
        assert [result.number for result in progress.results(session, campaign, "busy")] == [contact(0).number]
