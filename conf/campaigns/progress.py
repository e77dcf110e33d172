"""How far a campaign is, and what came of each contact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.models import Campaign, CampaignCall, CampaignContact


@dataclass(frozen=True)
class Progress:
    """`outcomes` counts contacts that are done by their last outcome, `held_up` those that wait by the reason.

    `calls` were placed in all, `under_way` are open; `next_at` is when the next contact is due, None when none waits.
    """

    contacts: int
    waiting: int
    calling: int
    done: int
    calls: int
    under_way: int
    outcomes: dict[str, int] = field(default_factory=dict)
    held_up: dict[str, int] = field(default_factory=dict)
    next_at: datetime | None = None

    @property
    def share(self) -> float:
        """The part that is done, from 0 to 1."""
        return self.done / self.contacts if self.contacts else 0.0


@dataclass(frozen=True)
class Result:
    """One contact, and what came of it; `tries` are the calls, `last_at` the newest one."""

    number: str
    name: str
    state: str
    outcome: str
    reason: str
    tries: int
    last_at: datetime | None
    call: str


def progress(session: Session, campaign: Campaign) -> Progress:
    """Count a campaign's contacts and calls."""
    mine = CampaignContact.campaign_id == campaign.id
    states = dict(_counts(session, CampaignContact, CampaignContact.state, mine))
    done = (mine, CampaignContact.state == "done")
    late = (mine, CampaignContact.state == "waiting", CampaignContact.reason != "")
    calls = dict(_counts(session, CampaignCall, CampaignCall.state, CampaignCall.campaign_id == campaign.id))
    due = select(func.min(CampaignContact.due_at)).where(mine, CampaignContact.state == "waiting")
    return Progress(
        contacts=sum(states.values()),
        waiting=states.get("waiting", 0),
        calling=states.get("calling", 0),
        done=states.get("done", 0),
        calls=sum(calls.values()),
        under_way=sum(count for state, count in calls.items() if state != "ended"),
        outcomes=dict(_counts(session, CampaignContact, CampaignContact.outcome, *done)),
        held_up=dict(_counts(session, CampaignContact, CampaignContact.reason, *late)),
        next_at=session.scalars(due).one(),
    )


def results(session: Session, campaign: Campaign, outcome: str = "") -> Iterator[Result]:
    """Every contact with what came of it, in the order of the file; only those of an outcome when one is named."""
    calls = (
        select(
            CampaignCall.contact_id,
            func.count().label("tries"),
            func.max(CampaignCall.placed_at).label("last_at"),
            func.max(CampaignCall.id).label("newest"),
        )
        .where(CampaignCall.campaign_id == campaign.id)
        .group_by(CampaignCall.contact_id)
        .subquery()
    )
    wanted = (
        select(CampaignContact, calls.c.tries, calls.c.last_at, CampaignCall.call)
        .outerjoin(calls, calls.c.contact_id == CampaignContact.id)
        .outerjoin(CampaignCall, CampaignCall.id == calls.c.newest)
        .where(CampaignContact.campaign_id == campaign.id)
        .order_by(CampaignContact.id)
    )
    if outcome:
        wanted = wanted.where(CampaignContact.outcome == outcome)
    for contact, tries, last_at, call in session.execute(wanted.execution_options(yield_per=500)):
        yield Result(
            contact.number,
            contact.name,
            contact.state,
            contact.outcome,
            contact.reason,
            tries or 0,
            last_at,
            call or "",
        )


def _counts(session: Session, table: type, column: object, *where: object) -> list[tuple[str, int]]:
    rows = session.execute(select(column, func.count()).select_from(table).where(*where).group_by(column))  # type: ignore[call-overload]
    return [(str(name), int(count)) for name, count in rows]
