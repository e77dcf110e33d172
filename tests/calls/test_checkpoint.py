"""The checkpoint: whatever a call's variables hold, it comes back as it was left."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.calls.checkpoint import LIMIT, Checkpoint, read
from controller.esl.api import escaped
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


def test_what_is_too_long_is_not_left() -> None:
    assert Checkpoint("a", 1, 1, "inbound", "", 0, {"x": "%" * (LIMIT // 5)}).dump() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", "[2,1,1,1,1,1,1,{}]", '[1,"a",1,1,"","",0,"x"]', "null"])
def test_what_is_no_checkpoint_of_ours_is_none(text: str) -> None:
    assert read(text) is None
