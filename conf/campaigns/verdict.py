"""May this contact be called now? Yes, or every reason why not, and when it may be asked again. What is unknown is no.

Pure: the clock, the calls that were placed and what is on lists are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conf.campaigns.policies import Policy
from conf.campaigns.windows import Week, both, is_open, next_opening
from conf.problems import N_

TURNS = 20  # reasons that give way to one another before the search for a moment is given up


@dataclass(frozen=True)
class Consent:
    """On which ground a person may be called, and since when: `basis` as in conf.campaigns.policies."""

    basis: str
    since: datetime


@dataclass(frozen=True)
class Asked:
    """A contact, what the campaign wants, and what is known of both. Moments know their zones.

    `calls` are the moments of all calls placed to the number by this subscriber. `do_not_call` is None when the list
    could not be read. `week` are the campaign's own hours; `opens` and `ends` bound the campaign.
    """

    number: str
    zones: Collection[str]
    policy: Policy | None
    purpose: str
    automatic: bool
    presented: str
    consent: Consent | None = None
    calls: Collection[datetime] = ()
    refused_at: datetime | None = None
    do_not_call: bool | None = None
    week: Week | None = None
    opens: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Reason:
    """Why not: `message` is a template of `fields`. `again_at`: when this reason is gone; None for never by itself."""

    code: str
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    again_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """No reason: the contact may be called. `again_at` is the next moment that no reason speaks against."""

    reasons: tuple[Reason, ...]
    again_at: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether the call may be placed now."""
        return not self.reasons


def may_call(asked: Asked, now: datetime) -> Verdict:
    """Say whether a contact may be called now; else every reason, and the next moment when it may."""
    reasons = tuple(_reasons(asked, now))
    return Verdict(reasons, _next_chance(asked, reasons) if reasons else now)


def _next_chance(asked: Asked, reasons: tuple[Reason, ...]) -> datetime | None:
    for _ in range(TURNS):
        moments = [reason.again_at for reason in reasons]
        if any(moment is None for moment in moments):
            return None
        then = max(moment for moment in moments if moment is not None)
        reasons = tuple(_reasons(asked, then))
        if not reasons:
            return then
    return None


def _reasons(asked: Asked, now: datetime) -> Iterator[Reason]:
    yield from _of_campaign(asked, now)
    yield from _of_person(asked)
    if asked.policy is None:
        yield Reason("no_policy", N_("Souffleur knows no rules for the country of {number}."), {"number": asked.number})
        return
    yield from _of_grounds(asked, asked.policy, now)
    yield from _of_calls(asked, asked.policy, now)
    yield from _of_hours(asked, asked.policy, now)


def _of_campaign(asked: Asked, now: datetime) -> Iterator[Reason]:
    if asked.opens and now < asked.opens:
        yield Reason("not_begun", N_("The campaign begins on {day}."), {"day": asked.opens}, asked.opens)
    if asked.ends and now >= asked.ends:
        yield Reason("over", N_("The campaign ended on {day}."), {"day": asked.ends})


def _of_person(asked: Asked) -> Iterator[Reason]:
    told = {"number": asked.number}
    if asked.do_not_call is None:
        yield Reason("list_unknown", N_("Whether {number} must not be called is not known now."), told)
    elif asked.do_not_call:
        yield Reason("do_not_call", N_("{number} is on the do-not-call list."), told)


def _of_grounds(asked: Asked, policy: Policy, now: datetime) -> Iterator[Reason]:
    grounds = policy.grounds(asked.purpose, asked.automatic)
    consent = asked.consent
    if consent is None or consent.basis not in grounds:
        told = {"wanted": ", ".join(sorted(grounds)) or "-", "basis": consent.basis if consent else "-"}
        yield Reason("no_ground", N_("A call of this purpose needs one of: {wanted}; there is {basis}."), told)
    elif consent.since > now:
        yield Reason("too_early", N_("The consent begins on {day}."), {"day": consent.since}, consent.since)
    if asked.automatic and policy.automatic_prefixes and not asked.presented.startswith(policy.automatic_prefixes):
        told = {"number": asked.presented or "-", "wanted": ", ".join(policy.automatic_prefixes)}
        message = N_("An automatic call may not show {number}; it shows one that begins with {wanted}.")
        yield Reason("wrong_number_shown", message, told)
    if asked.refused_at is not None and now < asked.refused_at + policy.peace:
        over = asked.refused_at + policy.peace
        message = N_("The person refused on {day} and is left in peace until {until}.")
        yield Reason("refused", message, {"day": asked.refused_at, "until": over}, over)


def _of_calls(asked: Asked, policy: Policy, now: datetime) -> Iterator[Reason]:
    recent = sorted(moment for moment in asked.calls if moment > now - policy.within)
    if len(recent) >= policy.most_calls:
        over = recent[-policy.most_calls] + policy.within
        told = {"calls": len(recent), "days": policy.within.days, "most": policy.most_calls}
        yield Reason("too_often", N_("{calls} calls within {days} days; {most} are allowed."), told, over)


def _of_hours(asked: Asked, policy: Policy, now: datetime) -> Iterator[Reason]:
    if not asked.zones:
        yield Reason("no_zone", N_("The time zone of {number} is not known."), {"number": asked.number})
        return
    week = policy.week if asked.week is None else both(policy.week, asked.week)
    if not is_open(week, policy.calendar, asked.zones, now):
        again = next_opening(week, policy.calendar, asked.zones, now)
        zones = ", ".join(sorted(asked.zones))
        yield Reason("closed", N_("Nobody is called at this hour or on this day in {zones}."), {"zones": zones}, again)
