"""What follows a campaign's call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conf.campaigns.retries import PLAN, again_at, outcome_of

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcomes", "after"),
    [
        (["busy"], 900),
        (["busy"] * 3, 900),
        (["busy", "no_answer"], 14400),
        (["machine"], 86400),
        (["unknown"], 86400),
    ],
)
def test_it_is_tried_again(outcomes: list[str], after: int) -> None:
    assert again_at(outcomes, NOW) == NOW + timedelta(seconds=after)


@pytest.mark.parametrize(
    "outcomes",
    [
        ["reached"],
        ["busy", "refused"],
        ["wrong_number"],
        ["busy"] * 4,
        ["machine", "machine"],
        ["machine", "message_left"],
        ["busy", "no_answer", "busy", "no_answer"],  # four calls are enough
        ["something else"],
    ],
)
def test_it_is_done(outcomes: list[str]) -> None:
    assert again_at(outcomes, NOW) is None


def test_causes_are_outcomes_that_have_a_plan() -> None:
    assert outcome_of("USER_BUSY") == "busy"
    assert outcome_of("UNALLOCATED_NUMBER") == "wrong_number"
    assert outcome_of("NORMAL_TEMPORARY_FAILURE") == "failed"
    assert outcome_of("") in PLAN
