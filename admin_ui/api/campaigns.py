"""Campaigns over the API: made, changed, started, paused, ended; how far they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from admin_ui.api.parts import (
    Answer,
    Body,
    Paging,
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
from conf.campaigns import again, document, editing, progress, removal
from conf.editing.documents import Stale, etag
from conf.models import Campaign

blueprint = APIBlueprint("api_campaigns", __name__, url_prefix="/api/v1", tag="Campaigns")
STATES = ("draft", "running", "paused", "over")

EXAMPLE: dict[str, Any] = {
    "name": "satisfaction",
    "flow": "survey",
    "number": "+33162000000",
    "purpose": "survey",
    "automatic": True,
    "ground": "consent",
    "ground_since": "2026-09-01",
    "hours": {"mon-thu": ["10:00-12:00"]},
    "pace": {"at_once": 5, "per_second": 1.0},
    "ring": 25.0,
}


class CampaignShown(BaseModel):
    """A campaign: what was written, and its state."""

    campaign: document.Campaign
    state: Literal["draft", "running", "paused", "over"]
    problem: str = Field(description='Why it was paused by itself; "" when it was not.')
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ProgressShown(BaseModel):
    """How far a campaign is."""

    contacts: int
    waiting: int
    calling: int
    done: int
    calls: int = Field(description="Calls that were placed.")
    under_way: int = Field(description="Calls that are not over.")
    outcomes: dict[str, int] = Field(description="Contacts that are done, by their last outcome.")
    held_up: dict[str, int] = Field(description="Contacts that may not be called now, by the reason.")
    next_at: datetime | None = Field(description="When the next contact is due.")


class LookedAgain(BaseModel):
    """What is judged anew."""

    contacts: int


class Move(Body):
    """What becomes of a campaign."""

    state: Literal["running", "paused", "over"]


SHOWN: dict[str, Any] = {
    "campaign": EXAMPLE,
    "state": "running",
    "problem": "",
    "created_at": "2026-11-23T09:00:00Z",
    "started_at": "2026-11-24T09:00:00Z",
    "ended_at": None,
}
COUNTED: dict[str, Any] = {
    "contacts": 200,
    "waiting": 120,
    "calling": 3,
    "done": 77,
    "calls": 92,
    "under_way": 3,
    "outcomes": {"reached": 70, "refused": 7},
    "held_up": {"closed": 4},
    "next_at": "2026-11-24T09:12:00Z",
}


@blueprint.get("/campaigns")
@scope("campaigns:read")
@asks(Paging)
@blueprint.output(listing(CampaignShown), example={"items": [SHOWN], "next": None})
def all_campaigns(query: Paging) -> Answer:
    """List the campaigns, the newest first."""
    subscriber_id()
    return listed(cut(editing.listed(db.session()), lambda row: row.name, query), shown)


@blueprint.post("/campaigns")
@scope("campaigns:write")
@takes_document(document.Campaign, example=EXAMPLE)
@gives(CampaignShown, status=201, example={**SHOWN, "state": "draft", "started_at": None})
def make_campaign(doc: dict[str, Any]) -> Answer:
    """Make a campaign.

    It is a draft: bring in contacts, then start it. Times, number of calls and what may be shown are bounded by the
    rules of each contact's country; see docs/campaigns.md."""
    row = save(None, doc)
    db.session.commit()
    return answer(shown(row), 201, etag=tag(row), location=f"/api/v1/campaigns/{quote(row.name, safe='')}")


@blueprint.get("/campaigns/<name>")
@scope("campaigns:read")
@blueprint.output(CampaignShown, example=SHOWN)
def read_campaign(name: str) -> Answer:
    """Read a campaign."""
    row = find(name)
    return answer(shown(row), etag=tag(row))


@blueprint.put("/campaigns/<name>")
@scope("campaigns:write")
@matched
@takes_document(document.Campaign, example=EXAMPLE)
@gives(CampaignShown, example=SHOWN)
def write_campaign(name: str, expected: str | None, doc: dict[str, Any]) -> Answer:
    """Write over a campaign.

    A running one may be changed: the next call heeds it."""
    row = save(name, doc, expected)
    db.session.commit()
    return answer(shown(row), etag=tag(row))


@blueprint.post("/campaigns/<name>/state")
@scope("campaigns:write")
@takes(Move, example={"state": "running"})
@blueprint.output(CampaignShown, example=SHOWN)
def move_campaign(name: str, body: Move) -> Answer:
    """Start, pause or end a campaign.

    Calls in progress go on to their end. One that is over stays so."""
    row = move(find(name), body.state)
    db.session.commit()
    return answer(shown(row), etag=tag(row))


@blueprint.delete("/campaigns/<name>")
@scope("campaigns:write")
@blueprint.output({}, status_code=204)
def remove_campaign(name: str) -> Answer:
    """Remove a campaign, its contacts and its calls.

    Not while it is running or calls of it are in progress. Numbers on the do-not-call list stay there, and calls of the
    last weeks count still where the rules of a country bound how often somebody is called."""
    remove(find(name))
    db.session.commit()
    return "", 204, {}


@blueprint.post("/campaigns/<name>/look-again")
@scope("campaigns:write")
@blueprint.output(LookedAgain, example={"contacts": 4})
def look_again(name: str) -> Answer:
    """Judge anew every contact that something keeps from being called.

    A change of the campaign's settings, or of the do-not-call list, does so by itself."""
    contacts = judge_again(find(name))
    db.session.commit()
    return answer({"contacts": contacts})


@blueprint.get("/campaigns/<name>/progress")
@scope("campaigns:read")
@blueprint.output(ProgressShown, example=COUNTED)
def campaign_progress(name: str) -> Answer:
    """Tell how far a campaign is."""
    found = progress.progress(db.session(), find(name))
    return answer({field: getattr(found, field) for field in ProgressShown.model_fields})


# --- what the page does too; the caller commits ----------------------------------------------------------------------


def find(name: str) -> Campaign:
    """A campaign of the person's subscriber. LookupError, 403 for operators."""
    subscriber_id()
    return editing.read(db.session(), name)


def save(name: str | None, doc: dict[str, Any], expected: str | None = None) -> Campaign:
    """Make a campaign, or write over one; `expected` is the ETag it was changed on."""
    subscriber_id()
    before: dict[str, Any] = {}
    if name is not None:
        before = dict(editing.read(db.session(), name).doc)
        if expected is not None and expected != etag(before):
            raise Stale(before)
    row = editing.save(db.session(), name, doc)
    if name is not None:
        again.changed(db.session(), row, before, datetime.now(UTC))
    fields = [field for field in {**before, **doc} if before.get(field) != doc.get(field)]
    changes = [(field, before.get(field), doc.get(field)) for field in fields]
    if changes:
        noted("created" if name is None else "changed", "campaign", row.name, changes)
    return row


def move(row: Campaign, state: str) -> Campaign:
    """Start, pause or end a campaign."""
    before = row.state
    editing.move(db.session(), row, state, datetime.now(UTC))
    if before != state:
        noted("changed", "campaign", row.name, [("state", before, state)])
    return row


def remove(row: Campaign) -> None:
    """Remove a campaign with what belongs to it. ConfigurationError while it is running."""
    contacts = removal.remove(db.session(), row, datetime.now(UTC))
    noted("removed", "campaign", row.name, [("contacts", contacts, None)])


def judge_again(row: Campaign) -> int:
    """Judge anew every contact that a reason keeps from being called; how many."""
    contacts = again.look_again(db.session(), row, datetime.now(UTC))
    if contacts:
        noted("changed", "campaign", row.name, [("looked_at_again", None, contacts)])
    return contacts


def tag(row: Campaign) -> str:
    """The ETag of a campaign: of what was written."""
    return etag(dict(row.doc))


def shown(row: Campaign) -> dict[str, Any]:
    """A campaign as the API tells it."""
    told = {field: getattr(row, field) for field in CampaignShown.model_fields if field != "campaign"}
    return {"campaign": dict(row.doc), **told}
