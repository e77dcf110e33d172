"""The audit log over the API: a subscriber's own, or for an operator the operator's."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from admin_ui.api.parts import Answer, Moment, Page, Paging, asks, listed, listing, refuse, scope
from admin_ui.database import db
from conf import audit
from conf.problems import N_

blueprint = APIBlueprint("api_audit", __name__, url_prefix="/api/v1", tag="Audit")


class AuditWanted(Paging):
    """Which entries."""

    text: str = Field("", max_length=254, description="Looked for in names, actors and addresses.")
    actor: str = Field("", max_length=254, description="A login, or `token NAME`.")
    action: str = Field("", max_length=32, description="Such as created, changed, removed, published, logged_in.")
    kind: str = Field("", max_length=32, description="Such as flow, user, number, token, webhook.")
    since: Moment | None = None
    until: Moment | None = Field(None, description="Before this moment.")


class AuditEntry(BaseModel):
    """Who did what, when, from where."""

    id: int
    at: datetime
    actor: str
    address: str
    action: str
    kind: str
    name: str
    changes: list[list[Any]] = Field(description="`[field, before, after]` each; secrets are ***.")


EXAMPLE = {
    "id": 12,
    "at": "2026-11-23T09:00:00Z",
    "actor": "claire@martin.example",
    "address": "192.0.2.7",
    "action": "changed",
    "kind": "number",
    "name": "+33123456789",
    "changes": [["flow", "reception", "night"]],
}


@blueprint.get("/audit")
@scope("audit:read")
@asks(AuditWanted)
@blueprint.output(listing(AuditEntry), example={"items": [EXAMPLE], "next": None})
def entries(query: AuditWanted) -> Answer:
    """Read the audit log.

    The newest first."""
    wanted = audit.Wanted(query.text, query.actor, query.action, query.kind, query.since, query.until)
    page = audit.read(db.session(), wanted, _place(query.cursor), query.limit)
    return listed(Page(page.entries, _cursor(page.older)), shown)


def shown(entry: Any) -> dict[str, Any]:
    """An entry as the API tells it."""
    return {name: getattr(entry, name) for name in AuditEntry.model_fields}


def _cursor(older: str) -> str:
    return urlsafe_b64encode(older.encode()).decode() if older else ""


def _place(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        place = urlsafe_b64decode(cursor).decode()
        moment, _, number = place.partition("~")
        if datetime.fromisoformat(moment).tzinfo is not None and int(number) >= 0:
            return place
    except ValueError:
        pass
    raise refuse("cursor", "bad_cursor", N_("is no cursor that was given out"))
