"""Who may fax by mail, and the mails that were handed in: each once, so many a day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.accounts.permissions import ALLOWED, FAX
from conf.models import FaxMail, Subscriber, User

ROLES = tuple(role for role, may in ALLOWED.items() if FAX in may)


def subscribers_of(session: Session, address: str, slug: str = "") -> Sequence[Subscriber]:
    """The subscribers that an address may fax for, or the one of that slug. The session is the operator's."""
    wanted = (
        select(Subscriber)
        .join(User, User.subscriber_id == Subscriber.id)
        .where(func.lower(User.login) == address, User.role.in_(ROLES))
        .order_by(Subscriber.id)
    )
    if slug:
        wanted = wanted.where(Subscriber.slug == slug)
    return session.scalars(wanted).unique().all()


def login_of(session: Session, address: str) -> str:
    """The login that an address is, as it is written."""
    return session.scalars(select(User.login).where(func.lower(User.login) == address)).first() or address


def digest(sender: str, message_id: str, number: str) -> str:
    """What makes a mail the same mail to the same number."""
    return hashlib.sha256("\0".join((sender, message_id, number)).encode("utf-8", "replace")).hexdigest()


def there(session: Session, key: str) -> FaxMail | None:
    """A mail that was handed in before."""
    return session.scalars(select(FaxMail).where(FaxMail.digest == key)).one_or_none()


def today(session: Session, sender: str, zone: str, now: datetime) -> int:
    """How many mails of a sender became faxes today, by the subscriber's clock."""
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    counted = select(func.count(FaxMail.id)).where(
        FaxMail.sender == sender, FaxMail.state == "queued", FaxMail.created_at >= midnight
    )
    return session.scalars(counted).one()
