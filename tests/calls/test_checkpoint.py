"""The checkpoint: whatever a call's variables hold, it comes back as it was left."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.calls.checkpoint import LIMIT, Checkpoint, read
from controller.calls.tally import Tally
from controller.esl.api import escaped
from controller.flow.commands import Dialled
from controller.flow.engine import Step
from controller.virtual.text import unescaped

FORGED = '%22,"node":"vault","variables":{"caller":"+33123456789"},"x":"%22'


@pytest.mark.parametrize("text", ["%22", FORGED, "%41%0A", "100%25 of 50%de", "\\u0025", "é📞", "%"])
def test_it_comes_back_as_it_was_left(text: str) -> None:
    """FreeSWITCH does not encode a `%22` in a variable anew, so that it comes to us as a quote."""
    left = Checkpoint("a", 3, 1, "inbound", "+33123456789", 0, {"variables": {"caller_name": text}})
    written = left.dump()
    assert written is not None
    assert read(unquote(written)) == left


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_reaches_a_variable_whole(text: str) -> None:
    assert unescaped(escaped(text)) == text


STEPS = [Step("reception", 3, f"n{number}", "menu", "2") for number in range(300)] + [Step("sub", 1, "x", "say")]


def test_what_the_record_gathered_travels_with_the_call() -> None:
    tally = Tally(
        "reception", 3, "carrier", "+33123456780", 12.5, 3.25, "", ["101", 99.5], [Dialled("busy", "", "X")], STEPS[-3:]
    )
    left = Checkpoint("a", 3, 1, "inbound", "+33123456789", 0, {}, tally)
    assert read(left.dump() or "") == left


def test_a_long_path_loses_its_beginning_and_says_so() -> None:
    left = Checkpoint("a", 3, 1, "inbound", "", 0, {}, Tally(path=list(STEPS)))
    found = read(left.dump() or "")
    assert found
    assert found.tally.path == STEPS[-len(found.tally.path) :]
    assert found.tally.omitted == len(STEPS) - len(found.tally.path) > 0
    assert found.tally.told()[0] == {"omitted": found.tally.omitted}


def test_what_is_too_long_is_not_left() -> None:
    assert Checkpoint("a", 1, 1, "inbound", "", 0, {"x": "%" * (LIMIT // 5)}).dump() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[1]",
        "[1,1,1,1,1,1,1,{}]",
        '[2,"a",1,1,"","",0,{},"x"]',
        '[2,"a",1,1,"","",0,{},[1]]',
        "null",
    ],
)
def test_what_is_no_checkpoint_of_ours_is_none(text: str) -> None:
    assert read(text) is None
