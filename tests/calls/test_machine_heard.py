"""A campaign meets answering machines: what became of such a call, whoever hung up, and whatever word the flow has.

The speech process is a stand-in; tests/real/test_machine_heard.py hears a tone over RTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.calls.live import Live
from tests.calls.speech_stand_in import StandIn
from tests.calls.test_bad_days import break_flow
from tests.calls.test_campaigns import ANNE, NOW, begin, concluded, contact

GREETING = "please leave a message after the tone"


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


def ask_who(live: Live, **outcomes: str) -> None:
    """The campaign's flow asks who picked up; these are its words for a person and for a message left."""
    nodes: dict[str, Any] = {
        "english": {"kind": "set", "variables": {"language": "en"}, "exits": {"next": "who"}},
        "who": {"kind": "who_answers", "hear_out": True, "exits": {"person": "talk", "machine": "leave"}},
        "talk": {"kind": "hang_up", "outcome": outcomes.get("person", "")},
        "leave": {"kind": "say", "text": {"en": "Please call us back."}, "exits": {"next": "left"}},
        "left": {"kind": "hang_up", "outcome": outcomes.get("left", "")},
    }
    break_flow(live, "survey", lambda doc: doc | {"start": "english", "nodes": nodes})


def greet(speech: StandIn) -> None:
    """A machine says its words, and then its tone is heard."""
    first = speech.next()
    first.partial(GREETING)
    first.final(GREETING, 0.0, 3.0)
    rest = speech.next()
    assert first.closed.wait(5)
    rest.tells("beep", start=0.5, end=0.9, pitch=1000)


@pytest.mark.parametrize(
    ("word", "outcome", "again"),
    [
        ("message_left", "message_left", None),
        ("machine", "machine", timedelta(days=1)),
        ("called_back_later", "machine", timedelta(days=1)),  # a word of the flow's own
        ("", "machine", timedelta(days=1)),
    ],
)
def test_a_machine_is_nobody_who_was_reached(
    live: Live, speech: StandIn, word: str, outcome: str, again: timedelta | None
) -> None:
    live.outside.trunk(ANNE)
    ask_who(live, left=word)
    begin(live, ANNE)
    greet(speech)
    record = live.record()
    assert (live.path(record), record.outcome) == (["english", "who", "leave", "left"], word)
    assert [call.outcome for call in concluded(live)] == [outcome]
    called = contact(live, ANNE)
    assert (called.state, called.due_at) == (("done", NOW) if again is None else ("waiting", NOW + again))


def test_a_machine_that_hangs_up_has_not_been_reached_either(live: Live, speech: StandIn) -> None:
    machine: Any = live.outside.trunk(ANNE)
    ask_who(live, left="message_left")
    begin(live, ANNE)
    greet(speech)
    live.reaches("leave")
    machine.callee.calls[-1].hangs_up()
    record = live.record()
    assert (live.path(record)[-1], record.hung_up_by) == ("leave", "caller")
    assert [call.outcome for call in concluded(live)] == ["machine"]


def test_a_person_has_been_reached(live: Live, speech: StandIn) -> None:
    live.outside.trunk(ANNE)
    ask_who(live, person="sold")
    begin(live, ANNE)
    speech.next().final("hello", 0.0, 0.5)
    assert live.record().outcome == "sold"
    assert [call.outcome for call in concluded(live)] == ["reached"]
