"""A subscriber's settings for faxes: header, hours in which nothing is sent, who is told, how long content is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import FaxBox, FaxCover
from conf.problems import N_, ConfigurationError, Problem

LONGEST_HEADER = 50  # characters that fit the line on top of each page
LONGEST_IDENT = 20  # of T.30
MOST_DAYS = 3650
MOST_DAILY = 100_000
MOST_HOSTS = 50
# A host, or *. before it for those under it; http:// before it where it has no https.
HOST = re.compile(
    r"(?i)(https?://)?(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
RESOLUTIONS = ("standard", "fine", "superfine")


@dataclass(frozen=True)
class Box:
    """`header` "" is the subscriber's name, `number` the one that is shown, `ident` "" is that number.

    Nothing is sent from `quiet_from` to `quiet_until` o'clock (the same: always sent): see `claiming`.
    `time_zone` "" is the subscriber's; it is the one of the header line. `cover` names a design, "" is the plain one.
    """

    header: str = ""
    ident: str = ""
    number: str = ""
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    keep_days: int = 90
    mail_to: tuple[str, ...] = ()
    bin_days: int = 30  # after which what was deleted is destroyed
    resolution: str = "fine"
    cover: str = ""
    time_zone: str = ""
    daily_user: int = 0  # faxes that one user may put in a day; 0: as many as the subscriber may
    daily_number: int = 0  # the same for one number that is shown
    url_hosts: tuple[str, ...] = ()  # from which documents may be fetched: see `conf.fax.fetching`
    continuation: bool = True  # a page that says which pages follow comes before the rest of a fax that was cut

    def quiet_end(self, zone: str, now: datetime) -> datetime | None:
        """When the quiet hours end that it is now; None when it is none of them."""
        if self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(ZoneInfo(zone))
        over_midnight = self.quiet_from > self.quiet_until
        at = local.time()
        inside = (
            at >= self.quiet_from or at < self.quiet_until
            if over_midnight
            else self.quiet_from <= at < self.quiet_until
        )
        if not inside:
            return None
        day = local.date() + timedelta(days=int(over_midnight and at >= self.quiet_from))
        return datetime.combine(day, self.quiet_until, ZoneInfo(zone)).astimezone(UTC)


def read(session: Session) -> Box:
    """A subscriber's settings; what was never set is as `Box` says."""
    row = session.scalars(select(FaxBox)).one_or_none()
    return of_document(row.doc if row else {})


def write(session: Session, doc: Mapping[str, Any]) -> Box:
    """Keep settings; those that are not named stay. Raises ConfigurationError with the fields that are wrong."""
    row = session.scalars(select(FaxBox).with_for_update()).one_or_none()
    whole = {**(row.doc if row else {}), **doc}
    if problems := [*looks(session, whole), *_problems(whole)]:
        raise ConfigurationError(problems)
    box = of_document(whole)
    if row is None:
        session.add(FaxBox(doc=whole))
    else:
        row.doc = whole
    session.flush()
    return box


def of_document(doc: Mapping[str, Any]) -> Box:
    """Settings as they are kept: hours are written HH:MM."""
    hours, many = ("quiet_from", "quiet_until"), ("mail_to", "url_hosts")
    known = {name: doc[name] for name in Box.__dataclass_fields__ if name in doc and name not in (*hours, *many)}
    known |= {name: tuple(doc[name]) for name in many if doc.get(name)}
    for name in hours:
        if doc.get(name):
            known[name] = time.fromisoformat(doc[name])
    return Box(**known)


def looks(session: Session, doc: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the settings that numbers and users have as well; "" is no wish."""
    lengths = {"header": LONGEST_HEADER, "ident": LONGEST_IDENT}
    for name, most in lengths.items():
        if len(str(doc.get(name, ""))) > most:
            yield Problem("too_long", N_("may have at most {most} characters"), {"most": most}, field=name)
        if not str(doc.get(name, "")).isprintable():
            yield Problem("not_printable", N_("must be one line of text"), field=name)
    if doc.get("resolution") and doc["resolution"] not in RESOLUTIONS:
        told = {"expected": ", ".join(RESOLUTIONS)}
        yield Problem("unknown_resolution", N_("must be one of {expected}"), told, field="resolution")
    if doc.get("time_zone") and doc["time_zone"] not in available_timezones():
        yield Problem("not_a_zone", N_("is not a time zone such as Europe/Paris"), field="time_zone")
    wanted = select(FaxCover.id).where(FaxCover.name == str(doc.get("cover") or ""))
    if doc.get("cover") and session.scalars(wanted).first() is None:
        yield Problem("unknown_cover", N_("there is no such cover"), field="cover")


def _problems(doc: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("quiet_from", "quiet_until"):
        try:
            time.fromisoformat(str(doc.get(name) or "00:00"))
        except ValueError:
            yield Problem("not_a_time", N_("is not a time such as 22:00"), field=name)
    for name in ("keep_days", "bin_days"):
        days = doc.get(name, 1)
        if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            message = N_("must be a whole number of days from 1 to {most}")
            yield Problem("not_days", message, {"most": MOST_DAYS}, field=name)
    for name in ("daily_user", "daily_number"):
        most = doc.get(name, 0)
        if not isinstance(most, int) or not 0 <= most <= MOST_DAILY:
            told = {"most": MOST_DAILY}
            yield Problem("not_daily", N_("must be a whole number from 0 to {most}"), told, field=name)
    yield from _hosts(doc.get("url_hosts", ()))
    for name in sorted(set(doc) - set(Box.__dataclass_fields__)):
        yield Problem("unknown_field", N_("is not a setting of faxes"), field=name)


def _hosts(named: Iterable[object]) -> Iterator[Problem]:
    hosts = list(named)
    if len(hosts) > MOST_HOSTS:
        yield Problem("too_many", N_("may name at most {most} hosts"), {"most": MOST_HOSTS}, field="url_hosts")
    for host in hosts:
        if not HOST.fullmatch(str(host)) or len(str(host)) > 260:
            message = N_("is not a host such as files.example.com or *.example.com")
            yield Problem("not_a_host", message, field="url_hosts", value=str(host)[:260])
