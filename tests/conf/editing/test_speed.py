"""A large subscriber is edited as fast as a small one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time

from sqlalchemy import insert
from sqlalchemy.orm import Session

from admin_ui import flow_world
from conf.editing import documents, flows
from conf.models import Extension, ListEntry, NumberList, User
from tests.conf.editing.conftest import Open

USERS, ENTRIES = 2000, 50_000


def enlarge(session: Session, martin: int) -> None:
    """Two thousand users with telephones, and a list of fifty thousand numbers."""
    rows = []
    for number in range(10_000, 10_000 + USERS):
        forward = {"busy": {"to": "101"}, "no_answer": {"to": "102", "after": 20}}
        doc = {"login": f"u{number}@martin.example", "name": f"User {number}", "role": "agent", "forward": forward}
        rows.append(User(subscriber_id=martin, doc={**doc, "extension": str(number)}, position=number))
    session.add_all(rows)
    session.flush()
    for row in rows:
        doc = {"extension": row.doc["extension"], "user": row.login}
        session.add(Extension(subscriber_id=martin, doc=doc, user_id=row.id, position=row.position))
    numbers = NumberList(subscriber_id=martin, doc={"name": "many", "entries": []}, position=9)
    session.add(numbers)
    session.flush()
    entries = [
        {
            "subscriber_id": martin,
            "list_id": numbers.id,
            "kind": "number",
            "value": f"+3312{place:06}",
            "position": place,
            "doc": {"number": f"+3312{place:06}"},
        }
        for place in range(ENTRIES)
    ]
    session.execute(insert(ListEntry), entries)
    session.flush()
    session.expunge_all()


class Steps:
    """How long steps took, in seconds: of our own work, which other programs do not make longer, and of the clock."""

    def __init__(self) -> None:
        self.worked: dict[str, float] = {}
        self.lasted: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        worked, began = process_time(), perf_counter()
        yield
        self.worked[name], self.lasted[name] = process_time() - worked, perf_counter() - began


def test_saving_one_document_takes_well_under_a_second(opened: Open, martin: int, engine: object) -> None:
    checks = flow_world.checks(engine)  # type: ignore[arg-type]
    with opened() as session:
        enlarge(session, martin)
    step = Steps()
    with opened() as session:
        user = documents.read(session, martin, "users", "u10500@martin.example")
        with step("save"):
            documents.save(session, martin, "users", user["login"], {**user, "name": "Eva"}, domain="x", checks=checks)
        with step("remove"):
            documents.remove(session, martin, "users", "u10700@martin.example", checks=checks)
        with step("list"):
            assert len(flows.listed(session, martin)) == 3
        with step("draft"):
            draft = flows.draft(session, martin, "reception")
            flows.save_draft(session, martin, "reception", {**draft.doc, "note": "x"}, draft.revision, "eva")
        with step("publish"):
            flows.publish(session, martin, "reception", "", "eva", revision=draft.revision + 1, checks=checks)
        documents.read_all(session, martin, "lists")
        session.expunge_all()
        kept = documents.read(session, martin, "lists", "many")
        with step("the list itself"):
            documents.save(session, martin, "lists", "many", {**kept, "note": "x"}, domain="x", checks=checks)
    assert step.worked.pop("the list itself") < 15.0
    assert max(step.worked.values()) < 2.0, step.worked  # a tenth of it on a machine that is not busy
    step.lasted.pop("the list itself")
    assert max(step.lasted.values()) < 10.0, step.lasted  # a database that works long counts here only
