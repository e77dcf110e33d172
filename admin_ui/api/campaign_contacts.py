"""Contacts of a campaign over the API: brought in from a table, read with what came of each; who must not be called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, Field
from sqlalchemy import select

from admin_ui import campaign_words as words
from admin_ui.api.campaigns import find
from admin_ui.api.parts import (
    Answer,
    Body,
    Paging,
    Query,
    answer,
    asks,
    keyset,
    listed,
    listing,
    refuse,
    scope,
    takes,
)
from admin_ui.api.parts.problems import reason as worded
from admin_ui.audit import noted
from admin_ui.database import confine, db, looking
from admin_ui.filters import exact
from admin_ui.person import subscriber_id
from conf.campaigns import again, calling, contacts, document, editing, removal
from conf.campaigns.verdict import Reason, Verdict
from conf.campaigns.zones import country_of
from conf.models import Campaign, CampaignContact, DoNotCall, Subscriber
from conf.problems import N_, Problem, Wrong

blueprint = APIBlueprint("api_campaign_contacts", __name__, url_prefix="/api/v1", tag="Campaigns")
SHOWN_PROBLEMS = 200
PART = 5000  # contacts that are written in one transaction


class ContactsIn(Body):
    """A table of contacts: `text` is CSV whose first line names the columns, which the others map."""

    text: str = Field(max_length=32 * 1024 * 1024)
    number: str = Field(max_length=200, description="The column that has the number.")
    name: str = Field("", max_length=200)
    zone: str = Field("", max_length=200, description="Such as Europe/Paris; else the number's own.")
    language: str = Field("", max_length=200)
    basis: str = Field("", max_length=200, description="consent, contract, legitimate_interest or legal_obligation.")
    since: str = Field("", max_length=200, description="The day since when there is this ground.")
    others: list[str] = Field([], max_length=50, description="Columns that the flow gets as variables.")
    only_check: bool = Field(False, description="Tell what would happen, and bring in nothing.")


class ProblemOut(BaseModel):
    """What is wrong with a row."""

    row: int
    column: str
    value: str
    code: str
    reason: str
    severity: Literal["error", "warning"]


class ReportOut(BaseModel):
    """What a table holds."""

    rows: int
    contacts: int = Field(description="Rows that are right.")
    added: int
    duplicates: int
    problems: list[ProblemOut] = Field(description=f"At most {SHOWN_PROBLEMS}.")


class ContactOut(BaseModel):
    """A contact, and what came of the newest call."""

    number: str
    name: str
    country: str
    zones: list[str]
    state: Literal["waiting", "calling", "done"]
    due_at: datetime
    outcome: str
    reason: str = Field(description="The code of what keeps it from being called now.")


class ContactsWanted(Paging):
    """Which contacts."""

    state: Literal["", "waiting", "calling", "done"] = ""
    outcome: str = Field("", max_length=32)


class ReasonOut(BaseModel):
    """Why a contact may not be called now."""

    code: str
    reason: str
    again_at: datetime | None


class VerdictOut(BaseModel):
    """Whether a contact may be called now."""

    allowed: bool
    reasons: list[ReasonOut]
    again_at: datetime | None = Field(description="The next moment that nothing speaks against; null: never.")


class Forgetting(Query):
    """How a contact is removed."""

    never_call: bool = Field(False, description="Put the number on the do-not-call list.")


class NeverCall(Body):
    """A number that must not be called."""

    number: str = Field(max_length=32)
    source: str = Field("", max_length=64, description="Where that is known from.")


class NeverCalled(BaseModel):
    """A number that is not called: for ever, or (`refused`) for as long as the rules of its country say."""

    number: str
    kind: Literal["never", "refused"]
    at: datetime
    source: str


IN: dict[str, Any] = {"text": "phone;name\n0612345678;Anne\n", "number": "phone", "name": "name"}
REPORT: dict[str, Any] = {"rows": 1, "contacts": 1, "added": 1, "duplicates": 0, "problems": []}
ONE: dict[str, Any] = {
    "number": "+33612345678",
    "name": "Anne",
    "country": "FR",
    "zones": ["Europe/Paris"],
    "state": "waiting",
    "due_at": "2026-11-24T09:00:00Z",
    "outcome": "busy",
    "reason": "",
}
CLOSED: dict[str, Any] = {
    "allowed": False,
    "reasons": [{"code": "closed", "reason": "Nobody is called at this hour …", "again_at": "2026-11-24T09:00:00Z"}],
    "again_at": "2026-11-24T09:00:00Z",
}
BARRED: dict[str, Any] = {
    "number": "+33612345678",
    "kind": "never",
    "at": "2026-11-23T09:00:00Z",
    "source": "letter",
}


@blueprint.post("/campaigns/<name>/contacts")
@scope("campaigns:write")
@takes(ContactsIn, example=IN)
@blueprint.output(ReportOut, example=REPORT)
def bring_in(name: str, body: ContactsIn) -> Answer:
    """Bring in contacts.

    Rows that are wrong are left out and told of; numbers that are there already stay as they are."""
    with looking(subscriber_id()):
        report = looked_at(find(name), body)
    added = 0 if body.only_check else keep(name, report)
    return answer(reported(report, added))


@blueprint.get("/campaigns/<name>/contacts")
@scope("campaigns:read")
@asks(ContactsWanted)
@blueprint.output(listing(ContactOut), example={"items": [ONE], "next": None})
def campaign_contacts(name: str, query: ContactsWanted) -> Answer:
    """Read the contacts of a campaign."""
    return listed(keyset(db.session(), wanted(find(name), query), [(CampaignContact.id, False)], query), shown)


@blueprint.get("/campaigns/<name>/contacts/<number>/may-call")
@scope("campaigns:read")
@blueprint.output(VerdictOut, example=CLOSED)
def may_call(name: str, number: str) -> Answer:
    """Ask whether a contact may be called now.

    Every reason against it is told, and the next moment that nothing speaks against."""
    verdict = verdict_now(find(name), number)
    reasons = [{"code": one.code, "reason": said(one), "again_at": one.again_at} for one in verdict.reasons]
    return answer({"allowed": verdict.allowed, "reasons": reasons, "again_at": verdict.again_at})


@blueprint.delete("/campaigns/<name>/contacts/<number>")
@scope("campaigns:write")
@asks(Forgetting)
@blueprint.output({}, status_code=204)
def forget_contact(name: str, number: str, query: Forgetting) -> Answer:
    """Remove a contact, with what is known of the person and of the calls.

    Not while it is being called. `never_call` puts the number on the do-not-call list."""
    forget(find(name), number, never_call=query.never_call)
    db.session.commit()
    return "", 204, {}


@blueprint.get("/do-not-call")
@scope("campaigns:read")
@asks(Paging)
@blueprint.output(listing(NeverCalled), example={"items": [BARRED], "next": None})
def never_called(query: Paging) -> Answer:
    """List the numbers that are not called."""
    subscriber_id()
    rows = keyset(db.session(), select(DoNotCall), [(DoNotCall.id, False)], query)
    return listed(rows, lambda row: {field: getattr(row, field) for field in NeverCalled.model_fields})


@blueprint.post("/do-not-call")
@scope("campaigns:write")
@takes(NeverCall, example={"number": "+33612345678", "source": "letter"})
@blueprint.output(NeverCalled, status_code=201, example=BARRED)
def never_call(body: NeverCall) -> Answer:
    """Never call a number again, in any campaign."""
    row = bar(body.number, body.source)
    db.session.commit()
    return answer({field: getattr(row, field) for field in NeverCalled.model_fields}, 201)


@blueprint.delete("/do-not-call/<number>")
@scope("campaigns:write")
@blueprint.output({}, status_code=204)
def may_call_again(number: str) -> Answer:
    """Take a number off the do-not-call list."""
    unbar(number)
    db.session.commit()
    return "", 204, {}


# --- what the page does too; the caller commits ----------------------------------------------------------------------


def looked_at(campaign: Campaign, body: ContactsIn) -> contacts.Report:
    """Read a table, and write nothing: it may take half a minute. Raises ConfigurationError."""
    session = db.session()
    mapped = contacts.Mapped(
        body.number, body.name, body.zone, body.language, body.basis, body.since, tuple(body.others)
    )
    country = session.scalars(select(Subscriber.country).where(Subscriber.id == campaign.subscriber_id)).one()
    try:
        report = contacts.read(body.text, mapped, country, editing.numbers(session, campaign))
    except Wrong as wrong:
        problem = wrong.problem
        raise refuse(problem.field or "text", problem.code, problem.message, **problem.fields) from None
    editing.room_for(session, campaign, report.contacts)
    return report


def keep(name: str, report: contacts.Report) -> int:
    """Bring in what is right, part by part, each committed: nobody who writes waits long. How many are new.

    Cut off in between, the same table brings in the rest. Raises ConfigurationError when there are too many.
    """
    added = 0
    for begin in range(0, len(report.contacts), PART):
        if begin:
            confine(subscriber_id(), read_only=False)
        campaign = find(name)
        new = editing.bring_in(db.session(), campaign, report.contacts[begin : begin + PART], datetime.now(UTC))
        if new:
            noted("changed", "campaign", campaign.name, [("contacts", None, new)])
        db.session.commit()
        added += new
    return added


def reported(report: contacts.Report, added: int) -> dict[str, Any]:
    """A report as the API tells it."""
    problems = [_problem(one) for one in report.problems[:SHOWN_PROBLEMS]]
    counts = {"rows": report.rows, "contacts": len(report.contacts), "added": added, "duplicates": report.duplicates}
    return {**counts, "problems": problems}


def wanted(campaign: Campaign, query: ContactsWanted) -> Any:
    """The contacts of a campaign that somebody wants to see."""
    found = select(CampaignContact).where(CampaignContact.campaign_id == campaign.id)
    if query.state:
        found = found.where(CampaignContact.state == query.state)
    return found.where(CampaignContact.outcome == query.outcome) if query.outcome else found


def verdict_now(campaign: Campaign, number: str) -> Verdict:
    """Whether a contact may be called now. LookupError when the number is no contact."""
    contact = find_contact(campaign, number)
    return calling.verdict_of(db.session(), campaign, document.load(campaign.doc), contact, datetime.now(UTC))


def find_contact(campaign: Campaign, number: str) -> CampaignContact:
    """A contact by its number. LookupError when there is none."""
    found = select(CampaignContact).where(CampaignContact.campaign_id == campaign.id, CampaignContact.number == number)
    contact = db.session.scalars(found).one_or_none()
    if contact is None:
        raise LookupError(number)
    return contact


def forget(campaign: Campaign, number: str, *, never_call: bool) -> None:
    """Remove a contact; its number may be barred. LookupError when there is none, ConfigurationError while it rings."""
    removal.forget(db.session(), find_contact(campaign, number), datetime.now(UTC))
    # The log of changes is no place for the number of somebody who wants to be forgotten.
    noted("changed", "campaign", campaign.name, [("contacts", 1, None)])
    if never_call:
        bar(number, campaign.name)


def said(one: Reason) -> str:
    """A reason in the person's language."""
    fields = {name: exact(value) if isinstance(value, datetime) else value for name, value in one.fields.items()}
    if one.code == "no_ground":
        fields = {name: ", ".join(map(words.basis, str(value).split(", "))) for name, value in fields.items()}
    return worded(Problem(one.code, one.message, fields))


def bar(number: str, source: str) -> DoNotCall:
    """Never call a number again. Raises ConfigurationError when it is none."""
    subscriber_id()
    if not country_of(number):
        raise refuse("number", "not_a_number", N_("is not a number such as +33612345678"))
    session = db.session()
    editing.never_call(session, number, source, datetime.now(UTC))
    noted("created", "do_not_call", number)
    return session.scalars(select(DoNotCall).where(DoNotCall.number == number)).one()


def unbar(number: str) -> None:
    """Take a number off the list. LookupError when it is not on it."""
    subscriber_id()
    session = db.session()
    row = session.scalars(select(DoNotCall).where(DoNotCall.number == number)).one_or_none()
    if row is None:
        raise LookupError(number)
    session.delete(row)
    session.flush()
    again.off_the_list(session, number, datetime.now(UTC))
    noted("removed", "do_not_call", number)


def shown(row: CampaignContact) -> dict[str, Any]:
    """A contact as the API tells it."""
    return {field: getattr(row, field) for field in ContactOut.model_fields}


def _problem(one: Problem) -> dict[str, Any]:
    told = {"row": one.line, "column": one.field, "value": one.value[:100], "code": one.code}
    return {**told, "reason": worded(one), "severity": one.severity}
