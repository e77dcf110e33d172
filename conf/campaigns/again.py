"""Contacts are judged anew when what spoke against them may be gone: a setting, a list; or on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from conf.campaigns import document
from conf.models import Campaign, CampaignContact

# What of a campaign decides whether somebody may be called, and when.
DECIDES = ("number", "purpose", "automatic", "ground", "ground_since", "hours", "opens", "ends")
LISTED = ("do_not_call", "refused", "list_unknown")  # reasons that a list gives
MINE = ("wrong_number_shown", "no_ground", "closed")  # reasons that a change of the campaign may end


def look_again(session: Session, campaign: Campaign, now: datetime) -> int:
    """Have every contact of a campaign judged anew that a reason keeps from being called; how many."""
    return _judge(session, CampaignContact.campaign_id == campaign.id, now)


def changed(session: Session, campaign: Campaign, before: Mapping[str, Any], now: datetime) -> int:
    """A campaign was written over: judge anew when that may decide otherwise; how many contacts."""
    old, new = document.load(before), document.load(campaign.doc)
    if all(getattr(old, field) == getattr(new, field) for field in DECIDES):
        return 0
    return look_again(session, campaign, now)


def off_the_list(session: Session, number: str, now: datetime) -> int:
    """A number may be called again: judge it anew in every campaign that is not over; how many."""
    going = session.scalars(select(Campaign.id).where(Campaign.state != "over")).all()
    mine = and_(
        CampaignContact.number == number,
        CampaignContact.campaign_id.in_(going),
        CampaignContact.reason.in_(LISTED),
    )
    return _judge(session, mine, now)


def mendable(session: Session, campaign: Campaign) -> bool:
    """Whether contacts are dealt with, and were never called, for what the campaign itself says."""
    refused = select(CampaignContact.id).where(
        CampaignContact.campaign_id == campaign.id,
        CampaignContact.state == "done",
        CampaignContact.outcome == "not_allowed",
        CampaignContact.reason.in_(MINE),
    )
    return session.scalars(refused.limit(1)).first() is not None


def _judge(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    waits = and_(CampaignContact.state == "waiting", CampaignContact.reason != "")
    never = and_(CampaignContact.state == "done", CampaignContact.outcome == "not_allowed")
    done = session.execute(
        update(CampaignContact)
        .where(which, or_(waits, never))
        .values(state="waiting", outcome="", reason="", due_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount
