"""The journal: everything is written, followers get what they can take."""

from __future__ import annotations

import gevent

from controller.calls.journal import Journal, Log


def journal() -> tuple[Journal, list[dict]]:
    facts: list[dict] = []
    return Journal(facts.append, now=lambda: 5.0), facts


def test_a_calls_entries_are_numbered_and_written() -> None:
    book, facts = journal()
    log = Log(book, "c1")
    log.subscriber = 3
    log.note("offered", caller="x")
    log.note("ended")
    assert [(fact["call"], fact["sequence"], fact["kind"], fact["subscriber"]) for fact in facts] == [
        ("c1", 1, "offered", 3),
        ("c1", 2, "ended", 3),
    ]


def test_a_second_controller_uses_other_numbers() -> None:
    book, facts = journal()
    Log(book, "c1").note("offered")
    Log(book, "c1", epoch=1).note("adopted")
    assert len({fact["sequence"] for fact in facts}) == 2


def test_a_follower_gets_what_it_wants_from_where_it_left() -> None:
    book, _ = journal()
    for call in ("a", "b", "a"):
        Log(book, call).note(call)
    follower = book.follow(lambda entry: entry.call == "a", after=1)
    Log(book, "a").note("later")
    assert [follower.next(0.1).kind for _ in range(2)] == ["a", "later"]
    assert follower.next(0.0) is None


def test_a_slow_follower_loses_entries_and_knows_how_many() -> None:
    book, facts = journal()
    follower = book.follow(limit=3)
    log = Log(book, "c")
    for number in range(10):
        log.note(str(number))
    assert follower.dropped == 7
    assert [follower.next(0.0).kind for _ in range(3)] == ["7", "8", "9"]
    assert len(facts) == 10  # the database gets all


def test_a_waiting_follower_wakes() -> None:
    book, _ = journal()
    follower = book.follow()
    waiting = gevent.spawn(follower.next, 5.0)
    gevent.idle()
    Log(book, "c").note("now")
    assert waiting.get(timeout=1).kind == "now"


def test_nothing_comes_after_leaving() -> None:
    book, _ = journal()
    follower = book.follow()
    book.leave(follower)
    Log(book, "c").note("late")
    assert follower.next(0.0) is None
