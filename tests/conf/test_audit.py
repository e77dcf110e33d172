"""The audit log: what is kept, and how it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from conf import audit
from conf.audit import Wanted
from conf.database import Crossing, operator, scoped
from conf.difference import Change
from conf.models import Subscriber

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def two(engine: Engine) -> tuple[int, int]:
    """Two subscribers."""
    with operator(engine) as session:
        rows = [Subscriber(doc={"slug": slug, "name": slug}) for slug in ("one", "other")]
        session.add_all(rows)
        session.flush()
        return rows[0].id, rows[1].id


def test_secrets_are_never_kept(engine: Engine, two: tuple[int, int]) -> None:
    before = {"login": "a@b", "sip_password": "old one", "headers": {"Authorization": "Bearer x"}, "name": "A"}
    after = {"login": "a@b", "sip_password": "new one", "headers": {"Authorization": "Bearer y"}, "name": "B"}
    with scoped(engine, two[0]) as session:
        change = Change("user", "a@b", "changed", before, after)
        entry = audit.record(session, "me", "192.0.2.1", "changed", "users", "a@b", change)
        audit.record(session, "me", "", "changed", "trunks", "t", [("trunk", {"password": "p"}, {"web_secret": "q"})])
        assert ["name", "A", "B"] in entry.changes
    with scoped(engine, two[0], read_only=True) as session:
        written = repr([one.changes for one in audit.read(session).entries])
    assert "***" in written
    assert not any(secret in written for secret in ("old one", "new one", "Bearer", "'p'", "'q'"))


def test_a_new_document_is_kept_with_its_fields(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[0]) as session:
        change = Change("list", "vip", "added", None, {"name": "vip", "entries": ["+33612345678"]})
        entry = audit.record(session, "me", "", "created", "lists", "vip", change)
        long = audit.record(session, "me", "", "changed", "prompts", "p", [("text", "a" * 5000, None)])
        assert entry.changes == [["name", None, "vip"], ["entries", None, ["+33612345678"]]]
        assert len(long.changes[0][1]) == audit.LONGEST


def test_each_reads_their_own(engine: Engine, two: tuple[int, int]) -> None:
    for subscriber in two:
        with scoped(engine, subscriber) as session:
            audit.record(session, f"somebody of {subscriber}", "", "logged_in")
    with operator(engine) as session:
        audit.record(session, "the operator", "", "created", "trunks", "t")
    with scoped(engine, two[1], read_only=True) as session:
        assert [one.actor for one in audit.read(session).entries] == [f"somebody of {two[1]}"]
    with operator(engine, read_only=True) as session:
        assert [one.actor for one in audit.read(session).entries] == ["the operator"]
    with pytest.raises(Crossing), scoped(engine, two[0]) as session:
        audit.record(session, "me", "", "logged_in", subscriber_id=two[1])


def test_it_is_read_page_after_page(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[0]) as session:
        for number in range(120):  # several at one moment
            audit.record(session, "me", "", "changed", "lists", f"l{number}", at=NOON + timedelta(seconds=number // 7))
    with scoped(engine, two[0], read_only=True) as session:
        pages, place = [], ""
        while not pages or place:
            page = audit.read(session, after=place)
            pages.append([one.name for one in page.entries])
            place = page.older
    assert [len(page) for page in pages] == [50, 50, 20]
    assert sum(pages, []) == [f"l{number}" for number in reversed(range(120))]


def test_it_is_filtered(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[0]) as session:
        audit.record(session, "anna@x", "192.0.2.1", "created", "lists", "50%", at=NOON)
        audit.record(session, "ben@x", "192.0.2.2", "removed", "flows", "night", at=NOON + timedelta(hours=1))
    with scoped(engine, two[0], read_only=True) as session:

        def names(**wanted: object) -> list[str]:
            return [one.name for one in audit.read(session, Wanted(**wanted)).entries]  # type: ignore[arg-type]

        assert names(actor="anna@x") == ["50%"]
        assert names(action="removed") == ["night"]
        assert names(kind="lists") == ["50%"]
        assert names(text="192.0.2.2") == ["night"]
        assert names(text="NIGHT") == ["night"]
        assert names(text="%") == ["50%"]
        assert names(since=NOON + timedelta(minutes=1)) == ["night"]
        assert names(until=NOON + timedelta(minutes=1)) == ["50%"]


@pytest.mark.parametrize("place", ["x", "2026-01-01", "2026-01-01~1", f"2026-01-01T00:00:00+00:00~{10**20}"])
def test_a_place_that_nobody_gave_out_begins_at_the_newest(engine: Engine, two: tuple[int, int], place: str) -> None:
    with scoped(engine, two[0]) as session:
        audit.record(session, "me", "", "logged_in")
        session.flush()
        assert len(audit.read(session, after=place).entries) == 1
