"""Flows and their drafts: what an editor reads, saves, checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui import flow_work
from admin_ui.api.parts import (
    Answer,
    Body,
    Paging,
    answer,
    asks,
    cut,
    listed,
    listing,
    matched,
    problem,
    scope,
    takes,
    takes_document,
)
from admin_ui.database import confine, db
from admin_ui.person import me, subscriber_id
from conf.editing import flows
from conf.editing.flows import Draft, Listed, Stale

blueprint = APIBlueprint("api_flows", __name__, url_prefix="/api/v1", tag="Flows")

DOC: dict[str, Any] = {
    "name": "hello",
    "start": "greet",
    "nodes": {
        "greet": {"kind": "say", "text": {"en": "Good morning."}, "exits": {"next": "end"}},
        "end": {"kind": "hang_up"},
    },
}
FLOW_DOC: dict[str, Any] = {
    "type": "object",
    "title": "FlowDoc",
    "description": "A flow, as in a file of flows/ that `apply` reads. A draft may be unfinished.",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 64},
        "start": {"type": "string"},
        "nodes": {"type": "object", "additionalProperties": {"type": "object"}},
        "tests": {"type": "array", "items": {"type": "object"}},
        "note": {"type": "string"},
    },
}


class FlowProblem(BaseModel):
    """One thing wrong. `where` is a node, "" for the whole flow; `field` a dotted path inside it."""

    where: str
    field: str
    code: str
    text: str
    severity: str = Field(description="error or warning")


class Summary(BaseModel):
    """A flow in a list."""

    name: str
    published: int | None = Field(description="The version that new calls walk.")
    published_at: datetime | None
    changed: bool = Field(description="Whether the draft is not what is published.")
    revision: int
    saved_at: datetime | None
    saved_by: str
    nodes: int
    tests: int
    planned_at: datetime | None


class Flow(BaseModel):
    """A flow as an editor opens it. Its ETag is its revision."""

    name: str
    published: int | None
    revision: int
    changed: bool
    draft: dict[str, Any]
    saved_at: datetime | None
    saved_by: str
    problems: list[FlowProblem]


class FlowIn(Body):
    """A new flow: `doc`, or made from a `template`, or a `copy_of` another; else empty."""

    name: str = Field(max_length=64)
    doc: dict[str, Any] | None = None
    template: str = Field("", max_length=64, description="A key of GET /flow-templates.")
    copy_of: str = Field("", max_length=64, description="The name of a flow.")


class Renaming(Body):
    """A draft's other name; `carry` writes it into other drafts that enter it."""

    name: str = Field(max_length=64)
    carry: bool = False


class Saved(BaseModel):
    """A draft that was saved."""

    revision: int
    saved_at: datetime | None
    problems: list[FlowProblem]


class DocIn(Body):
    """A document to look at."""

    doc: dict[str, Any]


class Problems(BaseModel):
    """Everything wrong with a document."""

    problems: list[FlowProblem]


PROBLEM = {
    "where": "greet",
    "field": "exits.next",
    "code": "unwired_exit",
    "text": "The exit “Next” leads nowhere.",
    "severity": "error",
}
SUMMARY = {
    "name": "hello",
    "published": 3,
    "published_at": "2026-11-20T16:00:00Z",
    "changed": True,
    "revision": 12,
    "saved_at": "2026-11-23T09:00:00Z",
    "saved_by": "claire@martin.example",
    "nodes": 2,
    "tests": 0,
    "planned_at": None,
}
FLOW = {
    "name": "hello",
    "published": 3,
    "revision": 12,
    "changed": True,
    "draft": DOC,
    "saved_at": "2026-11-23T09:00:00Z",
    "saved_by": "claire@martin.example",
    "problems": [],
}


@blueprint.get("/flows")
@scope("flows:read")
@asks(Paging)
@blueprint.output(listing(Summary), example={"items": [SUMMARY], "next": None})
def all_of_them(query: Paging) -> Answer:
    """List the flows.

    By name, those that are published and those that are only drafts."""
    found = flows.listed(db.session(), subscriber_id())
    return listed(cut(found, lambda flow: flow.name, query), summary)


@blueprint.post("/flows")
@scope("flows:write")
@takes(FlowIn, example={"name": "hello", "template": "reception"})
@blueprint.output(Flow, status_code=201, example=FLOW)
def create(body: FlowIn) -> Answer:
    """Make a flow.

    It is a draft until it is published; a draft may be unfinished."""
    try:
        made = flow_work.create(body.name, doc=body.doc, template=body.template, copy_of=body.copy_of)
    except LookupError:
        return problem(404)
    keep()
    return answer(whole(made), 201, etag=tag(made), location=f"/api/v1/flows/{made.name}")


@blueprint.get("/flows/<name>")
@scope("flows:read")
@blueprint.output(Flow, example=FLOW)
def one(name: str) -> Answer:
    """Read a flow.

    Its draft, or what is published when nobody edited it since, and what is wrong with it."""
    draft = flows.draft(db.session(), subscriber_id(), name)
    return answer(whole(draft), etag=tag(draft))


@blueprint.delete("/flows/<name>")
@scope("flows:write")
@blueprint.output({}, status_code=204)
def remove(name: str) -> Answer:
    """Take a flow out of use.

    Refused while a number, a short number, a list or another flow leads there. Its versions stay for calls that walk
    them, and a new flow of the name goes on counting them."""
    flow_work.remove(name)
    db.session.commit()
    return answer("", 204)


@blueprint.post("/flows/<name>/rename")
@scope("flows:write")
@takes(Renaming, example={"name": "good morning"})
@blueprint.output(Flow, example=FLOW)
def rename(name: str, body: Renaming) -> Answer:
    """Rename a draft.

    A flow that was published keeps its name."""
    done = flow_work.rename(name, body.name, body.carry)
    keep()
    return answer(whole(done), etag=tag(done), location=f"/api/v1/flows/{done.name}")


@blueprint.put("/flows/<name>/draft")
@scope("flows:write")
@matched
@takes_document(FLOW_DOC, example=DOC)
@blueprint.output(Saved, example={"revision": 13, "saved_at": "2026-11-23T09:01:00Z", "problems": [PROBLEM]})
def save(name: str, expected: str | None, doc: dict[str, Any]) -> Answer:
    """Save a draft.

    It may be unfinished; `problems` says what keeps it from being published. 412 when somebody else saved meanwhile,
    with their draft as `current`."""
    sid = subscriber_id()
    present = flows.draft(db.session(), sid, name)
    revision = present.revision if expected is None else revision_of(expected)
    try:
        saved = flows.save_draft(db.session(), sid, name, doc, revision, me().login)
    except Stale as stale:
        return stale_draft(stale)
    keep()
    found = flow_work.problems(saved.doc)
    return answer({"revision": saved.revision, "saved_at": saved.saved_at, "problems": found}, etag=tag(saved))


@blueprint.post("/flows/<name>/check")
@scope("flows:read")
@takes(DocIn, example={"doc": DOC})
@blueprint.output(Problems, example={"problems": [PROBLEM]})
def check(name: str, body: DocIn) -> Answer:
    """Check a document.

    As if it were this flow's draft; nothing is saved."""
    confine(subscriber_id(), read_only=True)
    flows.draft(db.session(), subscriber_id(), name)
    return answer({"problems": flow_work.problems({**body.doc, "name": name})})


def keep() -> None:
    """Commit. What is looked at afterwards, such as what is wrong with a flow, keeps nobody from writing."""
    db.session.commit()
    confine(subscriber_id(), read_only=True)


def whole(draft: Draft) -> dict[str, Any]:
    """A draft as the API tells it."""
    told = {name: getattr(draft, name) for name in ("name", "published", "revision", "changed", "saved_at", "saved_by")}
    return {**told, "draft": draft.doc, "problems": flow_work.problems(draft.doc)}


def summary(flow: Listed) -> dict[str, Any]:
    """A flow as a list tells it."""
    return {name: getattr(flow, name) for name in Summary.model_fields}


def tag(draft: Draft) -> str:
    """A draft's ETag."""
    return f"r{draft.revision}"


def revision_of(expected: str) -> int:
    """The revision that an ETag names; one that never is for what is no ETag of a draft."""
    number = expected.removeprefix("r")
    return int(number) if expected.startswith("r") and number.isascii() and number.isdecimal() else -1


def stale_draft(stale: Stale) -> Response:
    """Say that somebody else saved, and what they saved."""
    db.session.rollback()
    present: Draft = stale.present
    current = {"revision": present.revision, "draft": present.doc, "saved_by": present.saved_by}
    if present.saved_at:
        current["saved_at"] = present.saved_at.isoformat()
    detail = _("%(person)s saved this flow meanwhile.", person=present.saved_by or _("Somebody else"))
    response = problem(412, "", detail, current=current)
    response.headers["ETag"] = f'"{tag(present)}"'
    return response
