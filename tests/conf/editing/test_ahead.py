"""What takes long is done before anything is locked; what somebody changed meanwhile is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from admin_ui import flow_world
from conf.database import scoped
from conf.editing import documents, flows
from conf.flow_checks import Checks, Found
from conf.folder import Folder
from conf.models import Document
from conf.problems import ConfigurationError

LIST = {"name": "many", "entries": [{"number": f"+3312{place:06}"} for place in range(50)]}


class Looking:
    """Checks that count how often they are asked, and that somebody else can write meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.times = engine, 0
        real = flow_world.checks(engine)
        self.checks = Checks(lambda doc, folder: self._flow(real, doc, folder), number_list=self._list, form=real.form)

    def _list(self, _doc: Document) -> Iterable[Found]:
        self._somebody_writes()
        return ()

    def _flow(self, real: Checks, doc: Document, folder: Folder) -> Iterator[Found]:
        self._somebody_writes()
        yield from real.flow(doc, folder)

    def _somebody_writes(self) -> None:
        self.times += 1
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE controller SET freeswitch = ''"))


@pytest.fixture
def looking(engine: Engine) -> Looking:
    """The checks of a test."""
    return Looking(engine)


def entries(engine: Engine, martin: int, name: str = "many") -> list[Document]:
    """What a list has now."""
    with scoped(engine, martin, read_only=True) as session:
        found: list[Document] = documents.read(session, martin, "lists", name)["entries"]
        return found


def test_a_list_is_checked_before_it_is_written(engine: Engine, martin: int, looking: Looking) -> None:
    for name, doc in ((None, LIST), ("many", {**LIST, "entries": [*LIST["entries"][10:], {"anonymous": True}]})):
        with scoped(engine, martin, read_only=True) as session:
            ahead = documents.look_ahead(session, martin, "lists", name, doc, checks=looking.checks)
        assert looking.times
        looking.times = 0
        with scoped(engine, martin) as session:
            saved = documents.save(
                session, martin, "lists", name, doc, domain="x", checks=looking.checks, ahead=ahead
            )
            assert saved.change is not None
        assert looking.times == 0
        assert entries(engine, martin) == doc["entries"]


def test_who_was_faster_is_seen(engine: Engine, martin: int, looking: Looking) -> None:
    with scoped(engine, martin) as session:
        documents.save(session, martin, "lists", None, LIST, domain="x")
    mine = {**LIST, "entries": [*LIST["entries"], {"number": "+33899000001"}]}
    with scoped(engine, martin, read_only=True) as session:
        ahead = documents.look_ahead(session, martin, "lists", "many", mine, checks=looking.checks)
        tag = documents.etag(documents.read(session, martin, "lists", "many"))
    theirs = {**LIST, "entries": [{"number": "+33899000002"}, *LIST["entries"]]}
    with scoped(engine, martin) as session:
        documents.save(session, martin, "lists", "many", theirs, domain="x")
    with pytest.raises(documents.Stale), scoped(engine, martin) as session:
        documents.save(session, martin, "lists", "many", mine, domain="x", ahead=ahead, expected=tag)
    with scoped(engine, martin) as session:  # without a tag the last one wins, wholly
        documents.save(session, martin, "lists", "many", mine, domain="x", ahead=ahead)
    assert entries(engine, martin) == mine["entries"]


def test_what_is_wrong_is_said_before(engine: Engine, martin: int) -> None:
    wrong = {**LIST, "entries": [{"number": "nonsense"}]}
    with pytest.raises(ConfigurationError), scoped(engine, martin, read_only=True) as session:
        documents.look_ahead(session, martin, "lists", None, wrong, checks=flow_world.checks(engine))
    with pytest.raises(LookupError), scoped(engine, martin, read_only=True) as session:
        documents.look_ahead(session, martin, "lists", "none", LIST)


def test_a_flow_is_checked_before_it_is_published(engine: Engine, martin: int, looking: Looking) -> None:
    now = datetime.now(UTC)
    about = {"revision": 0, "checks": looking.checks}
    with scoped(engine, martin) as session:
        draft = flows.draft(session, martin, "reception")
        about["revision"] = flows.save_draft(
            session, martin, "reception", {**draft.doc, "note": "x"}, draft.revision, "eva"
        ).revision
    with scoped(engine, martin, read_only=True) as session:
        checked = flows.check_ahead(session, martin, "reception", **about)  # type: ignore[arg-type]
    assert looking.times == 1
    with scoped(engine, martin) as session:
        at = now + timedelta(days=1)
        flows.plan_publication(session, martin, "reception", at, "", "eva", **about, checked=checked)  # type: ignore[arg-type]
        flows.publish(session, martin, "reception", "", "eva", **about, checked=checked)  # type: ignore[arg-type]
    assert looking.times == 1
    assert [plan.state for plan in flows.publish_due(engine, at, checks=looking.checks)] == ["done"]
    assert looking.times == 2
    with scoped(engine, martin, read_only=True) as session:
        checked = flows.check_version_ahead(session, martin, "reception", 1, checks=looking.checks)
    with scoped(engine, martin) as session:
        flows.rollback(session, martin, "reception", 1, "", "eva", checks=looking.checks, checked=checked)
    assert looking.times == 3


def test_a_flow_is_checked_again_when_something_changed(engine: Engine, martin: int) -> None:
    checks = flow_world.checks(engine)
    with scoped(engine, martin, read_only=True) as session:
        revision = flows.draft(session, martin, "reception").revision
        checked = flows.check_ahead(session, martin, "reception", revision=revision, checks=checks)
    with scoped(engine, martin) as session:  # a schedule that the flow asks goes, by a way without checks
        session.query(documents.rows.ALL["schedules"].row).delete()
    with pytest.raises(ConfigurationError), scoped(engine, martin) as session:
        flows.publish(session, martin, "reception", "", "eva", revision=revision, checks=checks, checked=checked)
