"""Campaigns are made, changed, started, paused and ended; contacts are brought in. No Flask, no telephone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from conf.campaigns import document
from conf.campaigns.contacts import Contact
from conf.editing.stale import Stale
from conf.models import Campaign, CampaignContact, DoNotCall, Flow, Number
from conf.problems import N_, ConfigurationError, Problem

MOVES: Mapping[str, frozenset[str]] = {
    "running": frozenset({"draft", "paused"}),
    "paused": frozenset({"running"}),
    "over": frozenset({"draft", "running", "paused"}),
}
MOST_CONTACTS = 500_000
_PART = 1000  # rows of one statement


def listed(session: Session) -> Sequence[Campaign]:
    """A subscriber's campaigns, the newest first."""
    return session.scalars(select(Campaign).order_by(Campaign.id.desc())).all()


def read(session: Session, name: str) -> Campaign:
    """One campaign by its name. LookupError when there is none."""
    found = session.scalars(select(Campaign).where(Campaign.name == name)).one_or_none()
    if found is None:
        raise LookupError(f"no campaign {name}")
    return found


def save(session: Session, name: str | None, doc: Mapping[str, Any], revision: int | None = None) -> Campaign:
    """Make a campaign (`name` None), or write over one. A running one may be changed: the next call heeds it.

    Raises ConfigurationError with the fields that are wrong, Stale when somebody changed it since `revision`.
    """
    written = document.load(doc)
    _check(session, written, name)
    if name is None:
        campaign = Campaign(name=written.name, doc=dict(doc))
        session.add(campaign)
    else:
        campaign = read(session, name)
        if revision is not None and revision != campaign.revision:
            raise Stale(dict(campaign.doc))
        campaign.name, campaign.doc = written.name, dict(doc)
        campaign.revision += 1
    session.flush()
    return campaign


def move(session: Session, campaign: Campaign, state: str, now: datetime, problem: str = "") -> None:
    """Start, pause or end a campaign. Calls in progress go on to their end. Raises ConfigurationError."""
    if campaign.state == state:
        return
    if campaign.state not in MOVES[state]:
        message = N_("a campaign that is {state} cannot become {wanted}")
        raise ConfigurationError([Problem("wrong_state", message, {"state": campaign.state, "wanted": state})])
    if state == "running" and not _contacts(session, campaign):
        raise ConfigurationError([Problem("no_contacts", N_("there is nobody to call: bring in contacts first"))])
    campaign.state, campaign.problem = state, problem
    campaign.started_at = campaign.started_at or (now if state == "running" else None)
    campaign.ended_at = now if state == "over" else None
    session.flush()


def bring_in(session: Session, campaign: Campaign, contacts: Sequence[Contact], now: datetime) -> int:
    """Add contacts whose numbers are not there yet; how many. Raises ConfigurationError when there are too many."""
    room_for(session, campaign, contacts)
    known = _known(session, campaign, contacts)
    fresh = [contact for contact in contacts if contact.number not in known]
    for begin in range(0, len(fresh), _PART):
        rows = [_row(campaign, contact, now) for contact in fresh[begin : begin + _PART]]
        session.execute(insert(CampaignContact), rows)
    return len(fresh)


def room_for(session: Session, campaign: Campaign, contacts: Sequence[Contact]) -> None:
    """Raises ConfigurationError when a campaign would have too many contacts."""
    if _contacts(session, campaign) + len(contacts) - len(_known(session, campaign, contacts)) > MOST_CONTACTS:
        message = N_("a campaign has at most {most} contacts")
        raise ConfigurationError([Problem("too_many_contacts", message, {"most": MOST_CONTACTS})])


def _known(session: Session, campaign: Campaign, contacts: Sequence[Contact]) -> set[str]:
    """Those of some numbers that are contacts already."""
    found: set[str] = set()
    for begin in range(0, len(contacts), _PART):
        part = [contact.number for contact in contacts[begin : begin + _PART]]
        mine = (CampaignContact.campaign_id == campaign.id, CampaignContact.number.in_(part))
        found.update(session.scalars(select(CampaignContact.number).where(*mine)))
    return found


def numbers(session: Session, campaign: Campaign) -> set[str]:
    """The numbers of all contacts of a campaign."""
    wanted = select(CampaignContact.number).where(CampaignContact.campaign_id == campaign.id)
    return set(session.scalars(wanted))


def never_call(session: Session, number: str, source: str, now: datetime, kind: str = "never") -> None:
    """Note that a number is not to be called: for ever, or `refused`. What is for ever stays so."""
    found = session.scalars(select(DoNotCall).where(DoNotCall.number == number)).one_or_none()
    if found is None:
        session.add(DoNotCall(number=number, kind=kind, at=now, source=source))
    elif found.kind != "never":
        found.kind, found.at, found.source = kind, now, source
    session.flush()


def _check(session: Session, written: document.Campaign, name: str | None) -> None:
    problems = []
    wanted = select(func.count()).select_from(Campaign).where(Campaign.name == written.name)
    if written.name != name and session.scalars(wanted).one():
        problems.append(Problem("taken", N_("is the name of another campaign"), field="name", value=written.name))
    flows = session.scalars(select(Flow.published).where(Flow.name == written.flow)).one_or_none()
    if flows is None:
        problems.append(Problem("no_flow", N_("there is no published flow of this name"), field="flow"))
    if session.scalars(select(Number.id).where(Number.number == written.number)).one_or_none() is None:
        problems.append(Problem("not_ours", N_("is not one of your numbers"), field="number", value=written.number))
    if problems:
        raise ConfigurationError(problems)


def _contacts(session: Session, campaign: Campaign) -> int:
    wanted = select(func.count()).select_from(CampaignContact).where(CampaignContact.campaign_id == campaign.id)
    return session.scalars(wanted).one()


def _row(campaign: Campaign, contact: Contact, now: datetime) -> dict[str, Any]:
    consent = contact.consent
    return {
        "subscriber_id": campaign.subscriber_id,
        "campaign_id": campaign.id,
        "number": contact.number,
        "name": contact.name,
        "country": contact.country,
        "zones": list(contact.zones),
        "language": contact.language,
        "basis": consent.basis if consent else "",
        "since": consent.since.astimezone(UTC) if consent else None,
        "data": dict(contact.data),
        "state": "waiting",
        "due_at": now,
        "outcome": "",
        "reason": "",
    }
