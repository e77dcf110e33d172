"""The checkpoint: whatever a call's variables hold, it comes back as it was left."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.secret_files import change, forget, keep
from controller.calls.checkpoint import LIMIT, Checkpoint, main_flow, read
from controller.calls.sealed import Seal
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


# --- what only controllers read ---------------------------------------------------------------------------------------

GIVEN = {"caller": "+33611111111"}
WALK: dict[str, Any] = {
    "v": 1,
    "stack": [["reception", 3, "name", "ask_slot", 1]],
    "variables": {**GIVEN, "name": "Anna Müller", "_said": "ein Termin am Dienstag um drei"},
    "heard": [{"type": "utterance", "text": "ja bitte", "ended": "speech"}],
    "command": 4,
}


def left(secret: str, call: str = "one") -> str:
    checkpoint = Checkpoint("a", 3, 1, "inbound", "+33123456789", 2, WALK).sealed(Seal(secret, call))
    return checkpoint.dump() or ""


def taken(text: str, secret: str, call: str = "one") -> dict[str, Any]:
    saved = read(text)
    assert saved
    assert main_flow(saved) == "reception"
    assert saved.walk["command"] == 4  # FreeSWITCH's own account is read without a secret
    return saved.opened(Seal(secret, call), GIVEN)


STARTS_AGAIN = {**WALK, "variables": GIVEN, "heard": None}


def test_what_was_said_is_sealed_and_comes_back() -> None:
    text = left("secret of this house")
    assert taken(text, "secret of this house") == WALK
    for word in ("Anna", "Dienstag", "ja bitte", "variables", "utterance"):
        assert word not in text


def test_what_does_not_open_starts_its_node_again() -> None:
    text = left("secret of this house")
    assert taken(text, "another secret") == STARTS_AGAIN
    assert taken(text, "secret of this house", call="two") == STARTS_AGAIN  # and what another call carried
    saved = read(text)
    assert saved
    for broken in ("", "é", "====", "A" * 60, saved.walk["sealed"][:-4], 7, None):
        saved.walk["sealed"] = broken
        assert saved.opened(Seal("secret of this house", "one"), GIVEN) == STARTS_AGAIN


def test_both_values_of_a_secret_open_while_it_is_changed(tmp_path: Path) -> None:
    """Another process may have read the secret before or after the change."""
    before = keep(name="control_secret", folder=tmp_path)
    old = left(before)
    change(before)
    after = keep(name="control_secret", folder=tmp_path)
    new = left(before)
    assert [taken(text, secret) for text in (old, new) for secret in (before, after)] == [WALK] * 4
    forget(after)
    assert taken(new, before) == taken(new, after) == WALK
    assert taken(old, after) == STARTS_AGAIN


def test_what_the_version_before_left_is_still_read() -> None:
    text = Checkpoint("a", 3, 1, "inbound", "", 0, WALK).dump() or ""
    assert text.startswith("[3,")
    assert taken(text.replace("[3,", "[2,", 1), "any secret") == WALK


def test_as_much_as_a_call_may_carry_finds_room() -> None:
    many = {f"variable{number}": f"value {number} of the caller" for number in range(60)}
    checkpoint = Checkpoint(
        "a", 1, 1, "inbound", "+33123456789", 0, WALK | {"variables": many}, Tally(path=STEPS[-60:])
    )
    sealed = checkpoint.sealed(Seal("secret of this house", "one")).dump()
    assert sealed
    assert len(sealed) < LIMIT / 2
