"""A menu that is spoken to, in a call: by words, by keys, and where nobody listens. tests/real runs the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.listening_node import menu
from tests.calls.live import Live
from tests.calls.speech_stand_in import StandIn

NUMBER = "+33987100002"


@pytest.fixture
def speech(live: Live, tmp_path: Path) -> Iterator[StandIn]:
    live.load(menu(tmp_path / "houses", NUMBER, "long"))
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


def path(live: Live) -> list[str]:
    record = live.record(within=20)
    assert record.problem == ""
    return live.path(record)


def test_a_word_chooses(live: Live, speech: StandIn) -> None:
    caller = live.outside.from_trunk(NUMBER)
    stream = speech.next()
    assert stream.request["sides"][0]["grammar"] == ["sales", "the sales team", "accounts"]
    assert caller.hears_something()
    stream.partial("the sales team")
    assert caller.hears_nothing()
    stream.final("the sales team")
    assert caller.has_ended()
    assert path(live) == ["choose", "sales"]


def test_a_key_chooses_as_well(live: Live, speech: StandIn) -> None:
    caller = live.outside.from_trunk(NUMBER)
    speech.next()
    assert caller.hears_something()
    caller.presses("2")
    assert caller.has_ended()
    assert path(live) == ["choose", "accounts"]


def test_what_is_no_choice_is_asked_again(live: Live, speech: StandIn) -> None:
    caller = live.outside.from_trunk(NUMBER)
    first = speech.next()
    assert caller.hears_something()
    first.partial("[unk] accounts")
    first.final("[unk]")
    again = speech.next()
    again.final("accounts")
    assert caller.has_ended()
    assert path(live) == ["choose", "accounts"]


def test_keys_where_nobody_listens(live: Live, speech: StandIn) -> None:
    caller = live.outside.from_trunk(NUMBER)
    speech.next().degrades("no_model")
    assert caller.hears_something()
    caller.presses("9")  # no choice
    live.until(lambda: any(call["doing"] == "Listen" for call in live.calls()))
    speech.next().degrades("no_model")
    caller.presses("1")
    assert caller.has_ended()
    assert path(live) == ["choose", "sales"]


def test_the_keypad_prompt_follows_where_nobody_listens(live: Live, speech: StandIn, tmp_path: Path) -> None:
    live.load(menu(tmp_path / "other", NUMBER, "short"))
    caller = live.outside.from_trunk(NUMBER)
    speech.next().degrades("too_busy")
    live.until(lambda: any(call["doing"] == "Collect" for call in live.calls()))
    assert caller.hears_something()
    caller.presses("1")
    assert caller.has_ended()
    assert path(live) == ["choose", "sales"]
