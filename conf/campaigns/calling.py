"""Who is called next: contacts are taken one by one, each call is written before it is placed, and ends once.

Several controllers work on one campaign. Whoever takes a contact commits the call first and asks FreeSWITCH after it;
a call that is written is never asked for again, so that nobody is called twice when a controller dies in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.campaigns import again, document, editing
from conf.campaigns.policies import policy_of
from conf.campaigns.retries import again_at
from conf.campaigns.verdict import Asked, Consent, Verdict, may_call
from conf.models import Campaign, CampaignCall, CampaignContact, DoNotCall, PastCall
from conf.problems import N_

LOOKED_AT = 50  # contacts that are looked at in one round: most of them may have to wait
NOBODY = N_("As it is set, some contacts may never be called: change it, or end it.")
Names = Callable[[], tuple[str, str]]
DAY = timedelta(days=1)
MEMORY = timedelta(days=400)  # calls older than this are nobody's concern


@dataclass(frozen=True)
class Taken:
    """A call to place: `channel` is the uuid that FreeSWITCH is to give it."""

    id: int
    subscriber_id: int
    campaign: str
    flow: str
    call: str
    channel: str
    number: str
    presented: str
    ring: float
    language: str = ""
    variables: dict[str, str] = field(default_factory=dict)


def running(session: Session) -> Sequence[Campaign]:
    """The campaigns that call, of everybody; the session is the operator's."""
    return session.scalars(select(Campaign).where(Campaign.state == "running").order_by(Campaign.id)).all()


def take(session: Session, campaign: Campaign, controller: str, name: Names, now: datetime) -> list[Taken]:
    """Take the contacts that may be called now, as many as the campaign's pace allows; write their calls.

    `name` makes (call, channel) for each. The session writes, and is the subscriber's; commit it before placing any.
    """
    # One controller after the other: the pace is everybody's.
    wanted = select(Campaign).where(Campaign.id == campaign.id).with_for_update()
    campaign = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if campaign.state != "running":
        return []
    written = document.load(campaign.doc)
    free = _free(session, campaign, written, now)
    if free <= 0:
        return []
    taken: list[Taken] = []
    for contact in _due(session, campaign, now):
        if len(taken) >= free:
            break
        verdict = verdict_of(session, campaign, written, contact, now)
        if verdict.allowed:
            taken.append(_write(session, campaign, written, contact, controller, name(), now))
        else:
            _put_off(contact, verdict)
    session.flush()
    return taken


def verdict_of(
    session: Session, campaign: Campaign, written: document.Campaign, contact: CampaignContact, now: datetime
) -> Verdict:
    """Whether a contact may be called now, by everything that the database knows."""
    listed = session.scalars(select(DoNotCall).where(DoNotCall.number == contact.number)).one_or_none()
    policy = policy_of(contact.country)
    since = now - (policy.within if policy else MEMORY)
    return may_call(
        Asked(
            number=contact.number,
            zones=tuple(contact.zones),
            policy=policy,
            purpose=written.purpose,
            automatic=written.automatic,
            presented=written.number,
            consent=_consent(contact, written),
            calls=_calls(session, contact.number, since),
            refused_at=listed.at if listed and listed.kind == "refused" else None,
            do_not_call=bool(listed and listed.kind == "never"),
            week=written.week(),
            opens=_day(written.opens, contact),
            ends=_day(written.ends, contact, after=DAY),
        ),
        now,
    )


def placed(session: Session, call: str, channel: str) -> bool:
    """FreeSWITCH is about to be asked for a call under a channel. False when it was given up meanwhile: ask no more."""
    found = _call(session, call)
    if found is None or found.state == "ended":
        return False
    found.state, found.channel = "placed", channel
    return True


def conclude(session: Session, call: str, outcome: str, cause: str, now: datetime) -> bool:
    """A call is over: its contact is done, or waits for its next one. False when it was concluded before."""
    found = _call(session, call)
    if found is None or found.state == "ended":
        return False
    found.state, found.outcome, found.cause, found.ended_at = "ended", outcome, cause, now
    session.flush()
    contact = session.scalars(select(CampaignContact).where(CampaignContact.id == found.contact_id)).one()
    campaign = session.scalars(select(Campaign).where(Campaign.id == found.campaign_id)).one()
    written = document.load(campaign.doc)
    if outcome == "refused":
        editing.never_call(session, found.number, campaign.name, now, "refused")
    outcomes = session.scalars(
        select(CampaignCall.outcome).where(CampaignCall.contact_id == contact.id).order_by(CampaignCall.id)
    ).all()
    due_at = again_at(outcomes, now, written.plan(), written.most_calls)
    contact.outcome, contact.reason = outcome, ""
    contact.state, contact.due_at = ("waiting", due_at) if due_at else ("done", contact.due_at)
    session.flush()
    return True


def end_what_is_done(session: Session, campaign: Campaign, now: datetime) -> bool:
    """End a running campaign that has nobody left to call.

    When it is the campaign's own doing that somebody is not called, it is paused instead: it can be changed.
    """
    left = select(func.count()).select_from(CampaignContact)
    left = left.where(CampaignContact.campaign_id == campaign.id, CampaignContact.state != "done")
    if campaign.state != "running" or session.scalars(left).one():
        return False
    if again.mendable(session, campaign):
        editing.move(session, campaign, "paused", now, NOBODY)
    else:
        editing.move(session, campaign, "over", now)
    return True


def _calls(session: Session, number: str, since: datetime) -> list[datetime]:
    """The moments of all calls to a number; also those of campaigns that were removed."""
    found: list[datetime] = []
    for table in (CampaignCall, PastCall):
        found += session.scalars(select(table.placed_at).where(table.number == number, table.placed_at > since))
    return found


def _free(session: Session, campaign: Campaign, written: document.Campaign, now: datetime) -> int:
    mine = select(func.count()).select_from(CampaignCall).where(CampaignCall.campaign_id == campaign.id)
    busy = session.scalars(mine.where(CampaignCall.state != "ended")).one()
    # A slow pace, one call in ten seconds, looks back as far as that.
    span = max(1.0, 1.0 / written.pace.per_second)
    recent = session.scalars(mine.where(CampaignCall.placed_at > now - timedelta(seconds=span))).one()
    return min(written.pace.at_once - busy, int(written.pace.per_second * span) - recent)


def _due(session: Session, campaign: Campaign, now: datetime) -> Iterator[CampaignContact]:
    # Numbers that another campaign is calling are not called at the same time.
    busy = select(CampaignCall.number).where(CampaignCall.state != "ended")
    wanted = (
        select(CampaignContact)
        .where(
            CampaignContact.campaign_id == campaign.id,
            CampaignContact.state == "waiting",
            CampaignContact.due_at <= now,
            CampaignContact.number.not_in(busy),
        )
        .order_by(CampaignContact.due_at, CampaignContact.id)
        .limit(LOOKED_AT)
    )
    yield from session.scalars(wanted).all()


def _write(
    session: Session,
    campaign: Campaign,
    written: document.Campaign,
    contact: CampaignContact,
    controller: str,
    names: tuple[str, str],
    now: datetime,
) -> Taken:
    call, channel = names
    contact.state, contact.reason = "calling", ""
    row = CampaignCall(
        campaign_id=campaign.id,
        contact_id=contact.id,
        call=call,
        channel=channel,
        number=contact.number,
        controller=controller,
        placed_at=now,
    )
    session.add(row)
    session.flush()
    variables = {"contact_name": contact.name, **{key: str(value) for key, value in contact.data.items()}}
    return Taken(
        id=row.id,
        subscriber_id=campaign.subscriber_id,
        campaign=campaign.name,
        flow=written.flow,
        call=call,
        channel=channel,
        number=contact.number,
        presented=written.number,
        ring=written.ring,
        language=contact.language,
        variables=variables,
    )


def _put_off(contact: CampaignContact, verdict: Verdict) -> None:
    contact.reason = verdict.reasons[0].code
    if verdict.again_at is None:
        contact.state, contact.outcome = "done", "not_allowed"
    else:
        contact.due_at = verdict.again_at


def _consent(contact: CampaignContact, written: document.Campaign) -> Consent | None:
    if contact.basis and contact.since:
        return Consent(contact.basis, contact.since)
    if written.ground and written.ground_since:
        return Consent(written.ground, datetime.fromisoformat(written.ground_since).replace(tzinfo=UTC))
    return None


def _day(text: str | None, contact: CampaignContact, after: timedelta = timedelta(0)) -> datetime | None:
    """The beginning of a day for a contact; UTC where no zone is known, since such a contact is not called anyway."""
    if not text:
        return None
    zone = ZoneInfo(contact.zones[0]) if contact.zones else UTC
    return datetime.fromisoformat(text).replace(tzinfo=zone) + after


def _call(session: Session, call: str) -> CampaignCall | None:
    return session.scalars(select(CampaignCall).where(CampaignCall.call == call).with_for_update()).one_or_none()
