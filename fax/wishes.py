"""What a controller is asked for: one call for a fax."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.fax import box, profiles
from conf.models import Fax, FaxAttempt, Subscriber

RING = 60.0  # seconds


def wish(session: Session, fax: Fax, attempt: FaxAttempt, file: Path) -> dict[str, Any]:
    """The body of `POST /v1/faxes`. Header, ident and zone are named each time: else another's would be sent."""
    settings = profiles.effective(session, fax.created_by, fax.from_number)
    subscriber = session.scalars(select(Subscriber).where(Subscriber.id == fax.subscriber_id)).one()
    return {
        "subscriber": subscriber.slug,
        "attempt": attempt.key,
        "to": fax.to_number,
        "from": fax.from_number,
        "file": str(file),
        "start_page": 0,  # the file begins with the first page that is not confirmed
        "resolution": fax.resolution,
        "ident": settings.ident or fax.from_number,
        "header": settings.header or subscriber.name[: box.LONGEST_HEADER],
        "time_zone": settings.time_zone or subscriber.time_zone,
        "rung": attempt.rung,
        "timeout": RING,
    }
