"""Two people talk on the virtual switch: the agent sees the right card meanwhile, uses it, and writes the call up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.database import scoped
from conf.prompter import shown
from conf.wrap_up import notes, of_call
from tests.browser.seat import Seat
from tests.calls.live import Live, free_port, running
from tests.calls.prompted import AGENT, ANNE, CUSTOMER, NUMBER, SLUG, make, says
from tests.calls.speech_stand_in import StandIn
from tests.outside.virtual import VirtualOutside


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A controller with a subscriber whose calls the prompter listens to."""
    if shutil.which("chromium") is None:
        reason = "no chromium on this machine: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(reason)
    offer = free_port()
    with running(VirtualOutside(offer), tmp_path, offer, free_port()) as here:
        here.load(make(tmp_path / "houses"))
        yield here


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    """A speech process that hears what the test says."""
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


@pytest.fixture
def seat(live: Live) -> Iterator[Seat]:
    """Anne at her desk."""
    made = Seat(live.environ, live.engine, live.settings.web_secret, ANNE, free_port())
    yield made
    made.close()


def test_an_agent_sees_the_right_card_while_the_call_runs_and_marks_it_used(
    live: Live, speech: StandIn, seat: Seat
) -> None:
    live.outside.phone("201", SLUG)
    customer = live.outside.from_trunk(NUMBER)
    heard = speech.next()
    call = live.until(live.calls)[0]["call"]
    says(heard, AGENT, "good morning")
    says(heard, CUSTOMER, "I want a refund please", 4.0, final=False)
    seen = seat.do("see", "Refund")
    assert "The customer said “want a refund”." in seen
    assert "They said: want a refund" in seen
    assert not customer.has_ended(0)
    says(heard, CUSTOMER, "I want a refund please", 4.0)
    assert seat.do("marked") == "want a refund"
    seat.do("use", "Refund")
    seat.do("tick", "Thank")
    customer.hangs_up()
    draft = seat.do("wrap_up", "She gets her money back.")
    assert "Cards used: Refund" in draft
    assert "Manners: 100 %" in draft
    assert live.controller
    subscriber = live.controller.configuration.by_slug(SLUG)
    assert subscriber
    mine = subscriber.subscriber_id
    with scoped(live.engine, mine, read_only=True) as session:
        [card] = [row for row in shown.of_call(session, mine, call) if row.rule == "refund"]
        assert (card.mark, card.marked_by, card.agent) == ("used", ANNE, ANNE)
        [written] = of_call(session, mine, call)
        assert (notes(written), written.outcome, written.adherence) == ("She gets her money back.", "resolved", 1.0)
