"""How many faxes may be put in on a day: by a subscriber, by one of its users, from one of its numbers.

Whoever counts holds the subscriber until the transaction ends, so that two who count at once never exceed the most.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from conf.fax import box
from conf.fax.numbers import Policy
from conf.models import Fax
from conf.problems import N_, Problem

LOCK = 0x0FA9  # of PostgreSQL, with the subscriber; on SQLite one writer comes after the other anyway


def hold(session: Session, subscriber_id: int) -> None:
    """Let nobody else put in faxes of a subscriber until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        key = cast(LOCK, Integer), cast(subscriber_id % 2**31, Integer)
        session.execute(select(func.pg_advisory_xact_lock(*key)))


def problems(
    session: Session, policy: Policy, login: str, number: str, count: int, zone: str, now: datetime
) -> Iterator[Problem]:
    """What speaks against so many more today, by the subscriber's clock. `hold` comes first."""
    local = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(func.count(Fax.id)).where(Fax.direction == "out", Fax.created_at >= local.astimezone(UTC))
    settings = box.read(session)
    whole = N_("{today} faxes were put in today; {most} a day are allowed")
    own = N_("{today} faxes were put in by this user today; {most} a day are allowed")
    sent = N_("{today} faxes were put in from this number today; {most} a day are allowed")
    for message, most, counted in (
        (whole, policy.daily, today),
        (own, settings.daily_user if login else 0, today.where(Fax.created_by == login)),
        (sent, settings.daily_number if number else 0, today.where(Fax.from_number == number)),
    ):
        if (most or message == whole) and (there := session.scalars(counted).one()) + count > most:
            yield Problem("daily", message, {"today": there, "most": most}, field="to")
            return
