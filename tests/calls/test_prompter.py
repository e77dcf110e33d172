"""The prompter on live calls: what is said becomes cards on the page of who talks. tests/real runs some of the same.

The speech process is a stand-in that hears what a test says; tests/calls/test_prompter_recognised.py has the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.live import Live
from tests.calls.prompted import AGENT, ANNE, CUSTOMER, NUMBER, SLUG, Page, make, says
from tests.calls.speech_stand_in import StandIn, Stream
from tests.outside import Person, Phone


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


class Talk:
    """A customer who talks with Anne."""

    def __init__(self, live: Live, speech: StandIn, caller: Person, phone: Phone) -> None:
        self.live, self.caller, self.phone = live, caller, phone
        self.page = Page(live)
        self.stream: Stream = speech.next()


@pytest.fixture
def talk(live: Live, speech: StandIn, tmp_path: Path) -> Callable[..., Talk]:
    def begin(**policy: Any) -> Talk:
        live.load(make(tmp_path / "houses", **policy))
        phone = live.outside.phone("201", SLUG)
        return Talk(live, speech, live.outside.from_trunk(NUMBER), phone)

    return begin


def test_what_is_said_becomes_a_card_while_they_talk(talk: Callable[..., Talk]) -> None:
    here = talk()
    assert here.stream.request["channels"] == 2
    assert [side["language"] for side in here.stream.request["sides"]] == ["en", "en"]
    call = here.page.until("call", state="talking")
    assert (call["user"], call["direction"], call["caller"]) == (ANNE, "inbound", "+33611111111")
    assert (call["flow"], call["node"], call["degraded"]) == ("ring", "ring", "")
    says(here.stream, CUSTOMER, "I want a refund please", final=False)
    card = here.page.until("card", rule="refund")
    assert (card["text"], card["why"]["seen"]["key"]) == ("They said: want a refund", "customer-0")
    said = here.page.until("said", key="customer-0")
    assert (said["text"], said["final"], said["side"]) == ("I want a refund please", False, "customer")
    says(here.stream, CUSTOMER, "I want a refund please")
    says(here.stream, AGENT, "good morning", 3.0)
    assert here.page.until("said", key="customer-0", final=True)["text"] == "I want a refund please"
    assert here.page.until("said", key="agent-0")["side"] == "agent"
    steps = here.live.until(lambda: [step for one in here.page.of("checklist") for step in one["steps"] if step["at"]])
    assert [step["name"] for step in steps] == ["greet"]
    here.caller.hangs_up()
    here.page.until("call", state="over")
