"""Campaigns and contacts are removed, with what belongs to them. What the rules count is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from conf.campaigns.policies import longest
from conf.models import Campaign, CampaignCall, CampaignContact, PastCall
from conf.problems import N_, ConfigurationError, Problem

PART = 1000  # rows of one statement


def remove(session: Session, campaign: Campaign, now: datetime) -> int:
    """Remove a campaign with its contacts and calls; how many contacts it had.

    Raises ConfigurationError while it is running, or while calls of it are in progress.
    """
    if campaign.state == "running":
        raise ConfigurationError(
            [Problem("running", N_("a campaign that is running cannot be removed: pause it first"))]
        )
    mine = CampaignCall.campaign_id == campaign.id
    if session.scalars(select(CampaignCall.id).where(mine, CampaignCall.state != "ended").limit(1)).first():
        message = N_("calls of it are in progress: it can be removed when they are over")
        raise ConfigurationError([Problem("in_progress", message)])
    _remember(session, campaign.subscriber_id, now, mine)
    theirs = CampaignContact.campaign_id == campaign.id
    contacts = session.scalars(select(func.count()).select_from(CampaignContact).where(theirs)).one()
    session.delete(campaign)
    session.flush()
    return contacts


def forget(session: Session, contact: CampaignContact, now: datetime) -> None:
    """Remove a contact from its campaign, with what is known of the person and of the calls.

    Raises ConfigurationError while it is being called.
    """
    if contact.state == "calling":
        message = N_("it is being called right now: it can be removed when the call is over")
        raise ConfigurationError([Problem("in_progress", message)])
    _remember(session, contact.subscriber_id, now, CampaignCall.contact_id == contact.id)
    session.delete(contact)
    session.flush()


def _remember(session: Session, subscriber: int, now: datetime, which: Any) -> None:
    """Keep the moments of calls that a rule may count, and forget those that none counts any more."""
    since = now - longest()
    session.execute(delete(PastCall).where(PastCall.placed_at <= since))
    kept = select(CampaignCall.number, CampaignCall.placed_at).where(which, CampaignCall.placed_at > since)
    for part in session.execute(kept).partitions(PART):
        rows = [{"subscriber_id": subscriber, "number": number, "placed_at": moment} for number, moment in part]
        session.execute(insert(PastCall), rows)
