"""A subscriber's settings for faxes: header, hours in which nothing is sent, who is told, how long content is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import FaxBox
from conf.problems import N_, ConfigurationError, Problem

LONGEST_HEADER = 50  # characters that fit the line on top of each page
LONGEST_IDENT = 20  # of T.30
MOST_DAYS = 3650


@dataclass(frozen=True)
class Box:
    """`header` "" is the subscriber's name, `number` the one that is shown, `ident` "" is that number.

    Nothing is sent from `quiet_from` to `quiet_until` o'clock of the subscriber's zone (the same: always sent).
    """

    header: str = ""
    ident: str = ""
    number: str = ""
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    keep_days: int = 90
    mail_to: tuple[str, ...] = ()
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
    if problems := list(_problems(whole)):
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
    known = {name: doc[name] for name in ("header", "ident", "number", "keep_days", "continuation") if name in doc}
    for name in ("quiet_from", "quiet_until"):
        if doc.get(name):
            known[name] = time.fromisoformat(doc[name])
    return Box(**known, mail_to=tuple(doc.get("mail_to", ())))


def _problems(doc: Mapping[str, Any]) -> Iterator[Problem]:
    lengths = {"header": LONGEST_HEADER, "ident": LONGEST_IDENT}
    for name, most in lengths.items():
        if len(str(doc.get(name, ""))) > most:
            yield Problem("too_long", N_("may have at most {most} characters"), {"most": most}, field=name)
    for name in ("quiet_from", "quiet_until"):
        try:
            time.fromisoformat(str(doc.get(name) or "00:00"))
        except ValueError:
            yield Problem("not_a_time", N_("is not a time such as 22:00"), field=name)
    days = doc.get("keep_days", 1)
    if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        yield Problem(
            "not_days", N_("must be a whole number of days from 1 to {most}"), {"most": MOST_DAYS}, field="keep_days"
        )
    for name in sorted(set(doc) - set(Box.__dataclass_fields__)):
        yield Problem("unknown_field", N_("is not a setting of faxes"), field=name)
