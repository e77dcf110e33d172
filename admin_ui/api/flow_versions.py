"""Versions of flows: publishing now or later, comparing, going back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask_babel import gettext as _
from pydantic import AwareDatetime, BaseModel, Field

from admin_ui import flow_work
from admin_ui.api.flows import DOC, stale_draft
from admin_ui.api.parts import Answer, Body, Paging, Query, answer, asks, cut, listed, listing, problem, scope, takes
from admin_ui.api.parts.problems import told
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf.editing import flows
from conf.editing.diff import diff
from conf.editing.flows import FailingTests, Stale
from conf.models import Document

blueprint = APIBlueprint("api_flow_versions", __name__, url_prefix="/api/v1", tag="Flows")
MOST = 999_999_999  # versions: more fit in no column
END = r"^(draft|[1-9][0-9]{0,8})$"


class Publication(Body):
    """What to publish: the draft of a revision. With `at` it is planned, as the draft is now."""

    comment: str = Field("", max_length=2000, description="What changes for callers.")
    revision: int = Field(ge=0, le=2_000_000_000)
    at: AwareDatetime | None = None
    despite_failing_tests: bool = False


class Plan(BaseModel):
    """A publication to come (waiting), or one that could not be done (failed), and why."""

    at: datetime
    comment: str
    author: str
    state: str
    version: int | None
    problem: str


class Done(BaseModel):
    """The version that new calls walk now, or what is planned."""

    version: int | None = None
    planned: Plan | None = None


class Planned(BaseModel):
    """What is planned; null for nothing."""

    planned: Plan | None


class Version(BaseModel):
    """One published version; it never changes."""

    version: int
    comment: str
    author: str
    created_at: datetime
    published: bool = Field(description="Whether new calls walk it.")


class WholeVersion(Version):
    """A version with its document."""

    doc: dict[str, Any]


class Ends(Query):
    """What to compare: version numbers, or `draft`."""

    from_: str = Field(alias="from", pattern=END)
    to: str = Field("draft", pattern=END)


Difference = Annotated[list[Any], Field(min_length=3, max_length=3)]


class Diff(BaseModel):
    """What leads from one to the other. A difference is `[field, before, after]`; null is nothing at all."""

    added: list[str]
    removed: list[str]
    renamed: dict[str, str] = Field(description="New names of nodes, and the old ones.")
    changed: dict[str, list[Difference]]
    moved: list[str] = Field(description="Nodes that stand elsewhere on the canvas.")
    placed: list[str] = Field(description="Nodes that had no place of their own on the canvas before.")
    reordered: bool
    outline: list[Difference] = Field(description="Everything outside of nodes.")


class Back(Body):
    """Which version to publish anew."""

    version: int = Field(ge=1, le=1_000_000_000)
    comment: str = Field("", max_length=2000)


PLAN = {
    "at": "2026-12-24T11:00:00Z",
    "comment": "Closed for Christmas",
    "author": "claire@martin.example",
    "state": "waiting",
    "version": None,
    "problem": "",
}
VERSION = {
    "version": 3,
    "comment": "Ring longer",
    "author": "claire@martin.example",
    "created_at": "2026-11-20T16:00:00Z",
    "published": True,
}


@blueprint.post("/flows/<name>/publish")
@scope("flows:write")
@takes(Publication, example={"comment": "Ring longer", "revision": 12})
@blueprint.output(Done, example={"version": 4, "planned": None})
def publish(name: str, body: Publication) -> Answer:
    """Publish the draft.

    Calls in progress keep the version that they began with. 422 when something is wrong with the flow; 409 when only
    its own tests fail, and `despite_failing_tests` was not set; 412 when the draft is of another revision."""
    try:
        if body.at is not None:
            plan = flow_work.plan(name, body.at, body.comment, body.revision, body.despite_failing_tests)
            done: dict[str, Any] = {"version": None, "planned": flow_work.plan_shown(plan)}
        else:
            version = flow_work.publish(name, body.comment, body.revision, body.despite_failing_tests).version
            done = {"version": version, "planned": None}
    except Stale as stale:
        return stale_draft(stale)
    except FailingTests as failing:
        db.session.rollback()
        detail = _("The flow is right, but its own tests fail.")
        return problem(409, "", detail, errors=told(failing.problems))
    db.session.commit()
    return answer(done)


@blueprint.get("/flows/<name>/versions")
@scope("flows:read")
@asks(Paging)
@blueprint.output(listing(Version), example={"items": [VERSION], "next": None})
def versions(name: str, query: Paging) -> Answer:
    """List the versions, the newest first."""
    found = flows.versions(db.session(), subscriber_id(), name)
    return listed(cut(found, lambda version: str(version.version), query), vars)


@blueprint.get("/flows/<name>/versions/<int:number>")
@scope("flows:read")
@blueprint.output(WholeVersion, example={**VERSION, "doc": DOC})
def version(name: str, number: int) -> Answer:
    """Read a version."""
    if number > MOST:
        raise LookupError(number)
    doc = _document(name, str(number))
    about = next(one for one in flows.versions(db.session(), subscriber_id(), name) if one.version == number)
    return answer({**vars(about), "doc": doc}, etag=f"v{number}{'p' * about.published}")


@blueprint.get("/flows/<name>/diff")
@scope("flows:read")
@asks(Ends)
@blueprint.output(
    Diff,
    example={
        "added": ["night"],
        "removed": [],
        "renamed": {},
        "changed": {"greet": [["text.en", "Good morning.", "Welcome."]]},
        "moved": [],
        "placed": [],
        "reordered": False,
        "outline": [],
    },
)
def compare(name: str, query: Ends) -> Answer:
    """Compare two versions, or one with the draft."""
    return answer(vars(diff(_document(name, query.from_), _document(name, query.to))))


@blueprint.post("/flows/<name>/rollback")
@scope("flows:write")
@takes(Back, example={"version": 2, "comment": "As before"})
@blueprint.output(Done, example={"version": 5, "planned": None})
def roll_back(name: str, body: Back) -> Answer:
    """Go back to an old version.

    It becomes a new version, and history only grows. 422 when something that it names is no longer there."""
    done = flow_work.roll_back(name, body.version, body.comment)
    db.session.commit()
    return answer({"version": done.version, "planned": None})


@blueprint.get("/flows/<name>/planned")
@scope("flows:read")
@blueprint.output(Planned, example={"planned": PLAN})
def planned(name: str) -> Answer:
    """Read what is planned.

    A publication that failed is told until the flow is published again."""
    found = flows.planned(db.session(), subscriber_id(), name)
    return answer({"planned": flow_work.plan_shown(found) if found else None})


@blueprint.delete("/flows/<name>/planned")
@scope("flows:write")
@blueprint.output({}, status_code=204)
def cancel(name: str) -> Answer:
    """Cancel what is planned."""
    flow_work.cancel(name)
    db.session.commit()
    return answer("", 204)


def _document(name: str, end: str) -> Document:
    if end == "draft":
        return flows.draft(db.session(), subscriber_id(), name).doc
    return flows.version(db.session(), subscriber_id(), name, int(end))
