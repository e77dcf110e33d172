"""The prompter's rules and checklists over the API, as documents of `prompter/*.yaml`; what became of the cards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Flask
from pydantic import BaseModel, Field

from admin_ui import worker
from admin_ui.api.parts import (
    Answer,
    Body,
    Paging,
    Query,
    answer,
    asks,
    cut,
    gives,
    listed,
    listing,
    matched,
    scope,
    takes,
    takes_document,
)
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf.difference import Change
from conf.editing.documents import Saved
from conf.models import Document
from conf.prompter import editing, retention, shown
from conf.prompter.editing import KINDS, MOST, Check, etag
from speech.hints import checklist_problems, rule_problems
from speech.replay import precision

blueprint = APIBlueprint("api_prompter", __name__, url_prefix="/api/v1", tag="Prompter")
TIDY = 3600.0  # seconds
CHECKS: dict[str, Check] = {"rules": rule_problems, "checklists": checklist_problems}
TITLES = {"rules": ("a rule", "the rules"), "checklists": ("a checklist", "the checklists")}
RULE: dict[str, Any] = {
    "name": "refund",
    "title": {"fr": "Remboursement", "en": "Refund"},
    "text": {"fr": "Sous 7 jours, avec le ticket.", "en": "Within 7 days, with the receipt."},
    "category": "complaints",
    "priority": 70,
    "when": {"said": {"by": "customer", "phrases": {"fr": ["rembours*"], "en": ["refund*"]}}},
    "cooldown": 60,
}
CHECKLIST: dict[str, Any] = {
    "name": "order",
    "title": {"fr": "Commande", "en": "Order"},
    "steps": [{"name": "greeting", "title": {"fr": "Saluer", "en": "Greet"}, "phrases": {"fr": ["bonjour"]}}],
}
EXAMPLES = {"rules": RULE, "checklists": CHECKLIST}


class Place(Body):
    """Where a rule or a checklist goes."""

    place: int = Field(ge=0, lt=MOST, description="Counted from 0; past the end is the end.")


class Days(Query):
    """Of which time."""

    days: int = Field(30, ge=1, le=3650, description="The cards of so many days back from now.")


class RuleMarks(BaseModel):
    """How often a rule's card was shown, and what the agents said of it."""

    rule: str
    shown: int
    used: int
    wrong: int
    dismissed: int
    precision: float | None = Field(description="Of the cards marked used or wrong, the share that was used; or null.")


class Marks(BaseModel):
    """All rules that there are, in their order."""

    items: list[RuleMarks]


MARKS = {"rule": "refund", "shown": 14, "used": 9, "wrong": 1, "dismissed": 3, "precision": 0.9}


def init_app(app: Flask) -> None:
    """Forget by the clock what the prompter kept long enough."""
    worker.register(app, "forgetting transcripts and hints", tidy, TIDY, "prompter")


def tidy() -> int:
    """Delete the transcripts and the cards whose time is over; how many rows."""
    return retention.forget_old(db.engine, _now())


def _operations(kind: str) -> None:
    """The operations of a kind: list, make, read, write over, remove, move."""
    example, (one, many) = EXAMPLES[kind], TITLES[kind]

    def name_it(view: Callable[..., Any], action: str, summary: str) -> None:
        view.__name__, view.__doc__ = f"{action}_{kind}", summary

    def read_all(query: Paging) -> Answer:
        found = editing.read_all(db.session(), subscriber_id(), kind)
        return listed(cut(found, lambda doc: str(doc["name"]), query))

    def make(doc: Document) -> Answer:
        return _told(save(kind, None, doc), kind, 201)

    def read(name: str) -> Answer:
        doc = editing.read(db.session(), subscriber_id(), kind, name)
        return answer(doc, etag=etag(doc))

    def write(name: str, expected: str | None, doc: Document) -> Answer:
        return _told(save(kind, name, doc, expected), kind)

    def remove(name: str) -> Answer:
        drop(kind, name)
        db.session.commit()
        return "", 204, {}

    def move(name: str, body: Place) -> Answer:
        return _told(put_at(kind, name, body.place), kind)

    for view, action, summary in (
        (read_all, "all", f"List {many}.\n\nIn their order."),
        (make, "make", f"Make {one}.\n\nIt comes last."),
        (read, "read", f"Read {one}."),
        (write, "write", f"Write over {one}.\n\nWith another name it is renamed."),
        (remove, "remove", f"Remove {one}.\n\nWhat it showed in past calls stays."),
        (move, "move", f"Give {one} another place.\n\nOf equal priority, the first rule is shown."),
    ):
        name_it(view, action, summary)
    shape = KINDS[kind].model
    reads, writes = scope("prompter:read"), scope("prompter:write")
    path, told = f"/prompter/{kind}", partial(gives, shape, example=example)
    page = {"items": [example], "next": None}
    blueprint.get(path)(reads(asks(Paging)(gives(listing(shape), example=page)(read_all))))
    blueprint.post(path)(writes(takes_document(shape, example=example)(told(status=201)(make))))
    blueprint.get(f"{path}/<name>")(reads(told()(read)))
    blueprint.put(f"{path}/<name>")(writes(matched(takes_document(shape, example=example)(told()(write)))))
    blueprint.delete(f"{path}/<name>")(writes(blueprint.output({}, status_code=204)(remove)))
    blueprint.post(f"{path}/<name>/move")(writes(takes(Place, example={"place": 0})(told()(move))))


for _kind in KINDS:
    _operations(_kind)


@blueprint.get("/prompter/marks")
@scope("prompter:read")
@asks(Days)
@blueprint.output(Marks, example={"items": [MARKS]})
def marks(query: Days) -> Answer:
    """Tell what the agents said of the cards.

    By rule: how often it was shown, used, wrong, dismissed; and its precision."""
    return answer({"items": counted(query.days)})


# --- what the page does too; the caller commits ----------------------------------------------------------------------


def save(kind: str, name: str | None, doc: Document, expected: str | None = None) -> Saved:
    """Make a rule or a checklist, or write over one; `expected` is the ETag that it was changed on."""
    saved = editing.save(db.session(), subscriber_id(), kind, name, doc, check=CHECKS[kind], expected=expected)
    _note(saved.change)
    return saved


def drop(kind: str, name: str) -> None:
    """Remove a rule or a checklist. LookupError when there is none."""
    _note(editing.remove(db.session(), subscriber_id(), kind, name).change)


def put_at(kind: str, name: str, place: int) -> Saved:
    """Give a rule or a checklist another place."""
    saved = editing.move(db.session(), subscriber_id(), kind, name, place)
    _note(saved.change)
    return saved


def note_all(changes: list[Change]) -> None:
    """Say in the audit log what changed."""
    for change in changes:
        _note(change)


def counted(days: int) -> list[dict[str, Any]]:
    """What was said of the cards of each rule, in the order of the rules."""
    found = shown.marks(db.session(), subscriber_id(), since=_now() - timedelta(days=days))
    nothing = {"shown": 0, "used": 0, "wrong": 0, "dismissed": 0}
    told = []
    for doc in editing.read_all(db.session(), subscriber_id(), "rules"):
        counts = found.get(doc["name"], nothing)
        told.append({"rule": doc["name"], **counts, "precision": precision(counts["used"], counts["wrong"])})
    return told


def _note(change: Change | None) -> None:
    actions = {"added": "created"}
    if change is not None:
        noted(actions.get(change.what, change.what), change.kind, change.name, change)


def _told(saved: Saved, kind: str, status: int = 200) -> Answer:
    db.session.commit()
    doc: Document = saved.doc or {}
    place = f"/api/v1/prompter/{kind}/{quote(doc['name'], safe='')}" if status == 201 else ""
    return answer(doc, status, etag=etag(doc), location=place)


def _now() -> datetime:
    return datetime.now(UTC)
