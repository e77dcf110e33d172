"""Transcripts and hints: kept once, read back, marked, counted, forgotten; never another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from conf.database import operator, scoped
from conf.models import ShownHint, Transcript
from conf.prompter import retention, shown, transcripts
from conf.prompter.shown import Hint

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HELLO = {"text": "bonjour", "start": 1.0, "end": 1.5, "words": [["bonjour", 1.0, 1.5]]}
BYE = {"text": "au revoir", "start": 60.0, "end": 61.0, "words": [["au", 60.0, 60.3], ["revoir", 60.4, 61.0]]}


def put(session: Any, owner: int, call: str, side: str = "agent", sequence: int = 1, *said: Any, **more: Any) -> bool:
    return transcripts.put(session, owner, call, side, sequence, said or [HELLO], **({"started_at": NOW} | more))


def hint(call: str = "a", card: int = 1, rule: str = "refund", **more: Any) -> Hint:
    given = {"etag": "e1", "audience": "agent", "agent": "claire", "at": NOW, "offset": 3.0, "why": {"kind": "said"}}
    return Hint(call, card, rule, **(given | more))


def test_a_transcript_is_put_in_parts_and_read_whole(engine: Engine, two: tuple[int, int]) -> None:
    mine, theirs = two
    with scoped(engine, mine) as session:
        assert put(session, mine, "a", "agent", 2, BYE, language="fr")
        assert put(session, mine, "a", "agent", 1, HELLO, language="fr")
        assert not put(session, mine, "a", "agent", 1, BYE)  # another controller took the call over
        assert not put(session, mine, "a", "nobody", 1)
        put(session, mine, "a", "call", 1, {"kind": "answer", "at": 0.5, "values": {}})
    with scoped(engine, mine, read_only=True) as session:
        kept = transcripts.read(session, mine, "a")
        assert (kept.call, kept.started_at, kept.languages) == ("a", NOW, {"agent": "fr"})
        assert (kept.agent, kept.customer) == ((HELLO, BYE), ())
        assert kept.events == ({"kind": "answer", "at": 0.5, "values": {}},)
        assert not kept.sealed
        (listed,) = transcripts.listed(session, mine)
        assert (listed.call, listed.started_at, listed.seconds) == ("a", NOW, 61.0)
    with scoped(engine, theirs) as session:
        assert transcripts.listed(session, theirs) == []
        with pytest.raises(LookupError):
            transcripts.read(session, theirs, "a")
        assert put(session, theirs, "a")


def test_the_newest_calls_come_first(engine: Engine, two: tuple[int, int]) -> None:
    mine = two[0]
    with scoped(engine, mine) as session:
        for day in range(25):
            put(session, mine, f"call-{day}", started_at=NOW - timedelta(days=day))
        assert [one.call for one in transcripts.listed(session, mine, most=2)] == ["call-0", "call-1"]
        week = transcripts.listed(session, mine, since=NOW - timedelta(days=7), until=NOW)
        assert [one.call for one in week] == [f"call-{day}" for day in range(1, 8)]
        assert [one.call for one in transcripts.every(session, mine, most=22)] == [f"call-{day}" for day in range(22)]


def test_what_was_said_stands_in_no_plain_column(sqlite: Engine) -> None:
    with operator(sqlite) as session:
        from conf.models import Subscriber

        session.add(Subscriber(doc={"slug": "a", "name": "a"}))
    with scoped(sqlite, 1) as session:
        put(session, 1, "a", "agent", 1, HELLO)
        shown.put(session, 1, hint(why={"kind": "said", "words": "bonjour"}))
    with sqlite.connect() as connection:
        for table in ("transcript", "shown_hint"):
            (row,) = connection.execute(text(f"SELECT * FROM {table}")).mappings()
            assert [name for name, value in row.items() if "bonjour" in str(value)] in (["body"], ["why"])


def test_hints_are_marked(engine: Engine, two: tuple[int, int]) -> None:
    mine, theirs = two
    with scoped(engine, mine) as session:
        assert shown.put(session, mine, hint())
        assert not shown.put(session, mine, hint())
        shown.put(session, mine, hint(card=2))
        shown.put(session, mine, hint("b", 1, etag="e2"))
        shown.put(session, mine, hint("b", 2, "other"))
        assert shown.mark(session, mine, "a", 1, "used", "claire", NOW).marked_by == "claire"
        shown.mark(session, mine, "a", 2, "used", "claire", NOW)
        assert shown.mark(session, mine, "a", 2, "wrong", "claire", NOW).mark == "wrong"
        shown.pin(session, mine, "a", 1, True)
        shown.misheard(session, mine, "a", 2)
        shown.misheard(session, mine, "a", 9)
        assert [(row.mark, row.pinned, row.misheard) for row in shown.of_call(session, mine, "a")] == [
            ("used", True, False),
            ("wrong", False, True),
        ]
        assert shown.why(shown.of_call(session, mine, "a")[0]) == {"kind": "said"}
        with pytest.raises(LookupError):
            shown.mark(session, mine, "a", 3, "used", "claire", NOW)
        with pytest.raises(ValueError, match="no mark"):
            shown.mark(session, mine, "a", 1, "splendid", "claire", NOW)
    with scoped(engine, theirs) as session, pytest.raises(LookupError):
        shown.mark(session, theirs, "a", 1, "used", "claire", NOW)
    with scoped(engine, mine) as session:
        refund = {"shown": 3, "used": 1, "wrong": 1, "dismissed": 0}
        other = {"shown": 1, "used": 0, "wrong": 0, "dismissed": 0}
        assert shown.marks(session, mine) == {"refund": refund, "other": other}
        assert shown.marks(session, mine, rule="refund", etag="e2")["refund"]["shown"] == 1
        assert shown.marks(session, mine, since=NOW + timedelta(days=1)) == {}


def test_all_is_forgotten_in_time(engine: Engine, two: tuple[int, int]) -> None:
    for owner in two:
        with scoped(engine, owner) as session:
            put(session, owner, "old", keep_days=30)
            put(session, owner, "new", keep_days=90)
            shown.put(session, owner, hint("old"), keep_days=30)
            shown.put(session, owner, hint("new"), keep_days=90)
    assert retention.forget_old(engine, NOW + timedelta(days=29)) == 0
    assert retention.forget_old(engine, NOW + timedelta(days=31)) == 4
    with operator(engine) as session:
        assert set(session.scalars(select(Transcript.call))) == {"new"}
    with scoped(engine, two[0]) as session:
        assert retention.forget_call(session, two[0], "new") == 2
    with operator(engine) as session:
        assert list(session.scalars(select(ShownHint.subscriber_id))) == [two[1]]
