"""The ladder: every row of the table, what is remembered, and that it always ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fax.ladder import CAUSES, KINDS, MOST_ANSWERED, RUNGS, Again, Done, Next, Outcome, Stop, after, first

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def answered(rung: str, code: int | None, **told: object) -> Outcome:
    return Outcome(rung, code, **told)  # type: ignore[arg-type]


def unanswered(rung: str, cause: str) -> Outcome:
    return Outcome(rung, None, cause, answered=False)


def follow(*history: Outcome) -> Next:
    return after(history, NOW, NOW)


ROWS: list[tuple[list[Outcome], Next]] = [
    ([answered("A", 0)], Done()),
    *[([answered("A", code)], Again("B", 300.0)) for code in (2, 3, 19)],
    *[([answered("A", 2), answered("B", code)], Stop("not_a_fax")) for code in (2, 3, 19)],
    *[([answered(rung, code)], Again("C", 60.0)) for rung in "ABE" for code in (5, 6, 14, 20)],
    *[([answered("A", code), answered("C", code)], Again("D", 60.0)) for code in (5, 6, 14, 20)],
    ([answered("A", 6), answered("C", 6), answered("D", 6)], Stop("training")),
    *[([answered("A", code, t38=True)], Again("E", 60.0)) for code in (15, 16, 18, 21, 22, 48)],
    *[([answered("A", code, t38=False)], Again("C", 60.0)) for code in (15, 16, 18, 21, 22, 48)],
    *[([answered("B", code)], Again("C", 60.0)) for code in (15, 16, 18, 21, 22, 48)],
    *[([answered("A", 6), answered("C", code)], Again("D", 60.0)) for code in (15, 16, 18, 21, 22, 48)],
    ([answered("A", 15, t38=True), answered("E", 15, t38=True)], Again("C", 60.0)),
    *[([answered("A", code)], Again("A", 60.0)) for code in (1, 4, 13, 17, 49)],
    *[([answered("A", code), answered("A", code)], Again("B", 60.0)) for code in (1, 4, 13, 17, 49)],
    ([answered("E", 13), answered("E", 13)], Again("C", 60.0)),
    *[([answered("A", code)], Again("A", 60.0)) for code in (7, 8, 9, 10)],
    *[([answered("A", code), answered("A", code)], Stop("incompatible")) for code in (7, 8, 9, 10)],
    *[([answered("A", code)], Again("A", 60.0, render=True)) for code in (11, 12)],
    *[([answered("A", 11), answered("A", code)], Stop("size")) for code in (11, 12)],
    *[([answered("A", code)], Stop("our_file")) for code in range(41, 48)],
    *[([answered("A", code)], Stop("refused")) for code in range(50, 62)],
    *[([answered("A", code)], Stop("receiving")) for code in range(23, 41)],
    ([unanswered("A", "USER_BUSY")] * 12, Again("A", 180.0)),
    ([unanswered("A", "USER_BUSY")] * 13, Stop("busy")),
    ([unanswered("A", "NO_ANSWER")] * 3, Again("A", 300.0)),
    ([unanswered("A", "NO_ANSWER")] * 4, Stop("no_answer")),
    ([unanswered("B", "NORMAL_TEMPORARY_FAILURE")] * 3, Again("B", 300.0)),
    ([unanswered("B", "NORMAL_TEMPORARY_FAILURE")] * 4, Stop("unavailable")),
    ([unanswered("A", "UNALLOCATED_NUMBER")], Stop("wrong_number")),
    ([unanswered("A", "OUTGOING_CALL_BARRED")], Stop("barred")),
    ([unanswered("A", "INCOMPATIBLE_DESTINATION")], Again("B", 0.0)),
    ([unanswered("E", "INCOMPATIBLE_DESTINATION")], Again("B", 0.0)),
    ([unanswered("B", "INCOMPATIBLE_DESTINATION")], Stop("no_t38")),
    ([answered("A", None)], Again("A", 60.0)),  # somebody picked up and hung up: a line that dropped
]


@pytest.mark.parametrize(("history", "expected"), ROWS)
def test_every_row_of_the_table(history: list[Outcome], expected: Next) -> None:
    assert follow(*history) == expected


def test_every_code_has_a_row() -> None:
    assert set(KINDS) == set(range(62))


def test_busy_and_no_answer_are_counted_apart() -> None:
    busy, silent = unanswered("A", "USER_BUSY"), unanswered("A", "NO_ANSWER")
    assert follow(*[busy] * 12, silent, silent, silent) == Again("A", 300.0)


def test_what_worked_comes_first() -> None:
    assert [first(rung) for rung in ("", "A", "D", "x")] == ["A", "A", "D", "A"]


def test_where_memory_was_wrong_the_ladder_is_climbed_from_its_top() -> None:
    assert follow(answered("D", 6)) == Again("A", 60.0)
    assert follow(answered("D", 6), answered("A", 6), answered("C", 6)) == Again("D", 60.0)


def test_the_last_rung_goes_on_while_pages_get_over() -> None:
    history = [answered("A", 6), answered("C", 6), answered("D", 21, pages=2)]
    assert follow(*history) == Again("D", 60.0)
    assert follow(*history, answered("D", 21)) == Stop("page")


def test_five_answered_calls_and_three_hours_are_enough() -> None:
    drops = [answered("A", 49), answered("A", 49), answered("B", 49), answered("B", 49)]
    assert follow(*drops) == Again("C", 60.0)
    assert follow(*drops, answered("C", 49)) == Stop("too_many_calls")
    busy = [unanswered("A", "USER_BUSY")]
    assert after(busy, NOW, NOW + timedelta(hours=2, minutes=57)) == Again("A", 180.0)
    assert after(busy, NOW, NOW + timedelta(hours=2, minutes=58)) == Stop("too_long")


OUTCOMES = st.one_of(
    st.builds(answered, st.sampled_from(RUNGS), st.integers(0, 61), t38=st.none() | st.booleans()),
    st.builds(unanswered, st.sampled_from(RUNGS), st.sampled_from([*CAUSES, "SOMETHING_ELSE"])),
)


@given(st.lists(OUTCOMES, min_size=60, max_size=60))
def test_it_always_ends(said: list[Outcome]) -> None:
    history: list[Outcome] = []
    now, rung = NOW, first("")
    for outcome in said:
        history.append(Outcome(rung, outcome.code, outcome.cause, outcome.answered, outcome.t38))
        following = after(history, NOW, now)
        if not isinstance(following, Again):
            break
        rung, now = following.rung, now + timedelta(seconds=following.after)
    else:
        pytest.fail("it goes on for ever")
    assert sum(one.answered for one in history) <= MOST_ANSWERED
    assert now <= NOW + timedelta(hours=3)
