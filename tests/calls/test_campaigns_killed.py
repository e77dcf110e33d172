"""Controllers of a campaign are killed with kill -9 at every stage of its calls: nobody is rung twice."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest
from sqlalchemy import select

from conf.campaigns import editing
from conf.campaigns.contacts import Contact
from conf.database import operator, scoped
from conf.models import CampaignCall, Subscriber
from tests.calls.controller_that_dials import TUESDAY
from tests.calls.processes import Process, Processes
from tests.calls.test_campaigns import DOC

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]
SOON = 60.0  # seconds


class Dialled:
    """A campaign on its Tuesday, which processes of their own work on."""

    def __init__(self, site: Processes, count: int, flow: str, pace: dict[str, Any], **manner: Any) -> None:
        self.site = site
        self.phones = {f"+3361234570{n}": site.outside.trunk(f"+3361234570{n}", **manner) for n in range(count)}
        began = str(time.time())
        for process in site.named.values():
            process.program = "tests.calls.controller_that_dials"
            process.environ["BEGAN"] = began
        with operator(site.engine, read_only=True) as session:
            slugs = {row.slug: row.id for row in session.scalars(select(Subscriber))}
        with scoped(site.engine, slugs["martin"]) as session:
            campaign = editing.save(session, None, DOC | {"flow": flow, "pace": pace, "ring": 30.0})
            contacts = [Contact(number, "Anne", ("Europe/Paris",), "FR") for number in self.phones]
            editing.bring_in(session, campaign, contacts, TUESDAY)
            editing.move(session, campaign, "running", TUESDAY)

    def start(self, name: str, dies_at: str = "") -> Process:
        process = self.site[name]
        process.environ["DIES_AT"] = dies_at
        return process.start()

    @property
    def rung(self) -> dict[str, int]:
        return {number: phone.rung for number, phone in self.phones.items()}

    def calls(self) -> list[CampaignCall]:
        with operator(self.site.engine, read_only=True) as session:
            found = list(session.scalars(select(CampaignCall).order_by(CampaignCall.id)))
            session.expunge_all()
            return found

    def outcomes(self) -> dict[str, str]:
        """What came of everybody's call, once all are over. Each was called once: what is `unknown` waits for a day."""

        def over() -> list[CampaignCall]:
            calls = self.calls()
            return calls if len(calls) >= len(self.phones) and all(call.state == "ended" for call in calls) else []

        calls = self.site.until(over, SOON)
        assert sorted(call.number for call in calls) == sorted(self.phones)
        return {call.number: call.outcome for call in calls}


@pytest.mark.parametrize("point", ["written", "asked", "hangs"])
def test_a_call_that_was_written_and_not_placed_is_never_placed(site: Processes, point: str) -> None:
    dialled = Dialled(site, 4, "survey", {"at_once": 2, "per_second": 2.0}, talks=1.0)
    site["a"].environ["DIES_AT"] = point
    site["a"].begin()
    site.until(dialled.calls, SOON)
    if point != "hangs":
        site["a"].wait()
    lost = {call.number for call in dialled.calls()}
    dialled.start("b")
    outcomes = dialled.outcomes()
    assert {number for number, outcome in outcomes.items() if outcome == "unknown"} == lost
    if point == "hangs":
        site["a"].signal(signal.SIGCONT)
        site.until(lambda: site["a"].log.read_text().count("was given up") == len(lost), SOON)
    assert dialled.rung == {number: 0 if number in lost else 1 for number in dialled.phones}


def test_calls_that_ring_and_talk_are_taken_over_by_another_controller(site: Processes) -> None:
    """Two controllers share a campaign; one is killed while phones ring, its calls are answered by the other."""
    dialled = Dialled(site, 9, "survey", {"at_once": 3, "per_second": 1.0}, rings=2.0, talks=9.0)
    dialled.start("a")
    dialled.start("b")
    site.until(lambda: {call.controller for call in dialled.calls()} == {"a", "b"}, SOON)
    site.until(lambda: any(call.controller == "a" and call.state == "placed" for call in dialled.calls()), SOON)
    site["a"].kill()
    assert set(dialled.outcomes().values()) == {"reached"}
    assert set(dialled.rung.values()) == {1}
