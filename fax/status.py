"""`python -m fax status`: how many faxes are in which state, and what is under way."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, func, select

from conf.database import operator
from conf.fax import claiming
from conf.models import Fax


def lines(engine: Engine) -> Iterator[str]:
    """What there is to tell, line by line; no numbers of people, no content."""
    with operator(engine, read_only=True) as session:
        counted = select(Fax.state, func.count(Fax.id)).where(Fax.direction == "out").group_by(Fax.state)
        found = dict(session.execute(counted).tuples().all())
        calls = claiming.open_calls(session)
    yield "faxes: " + (", ".join(f"{count} {state}" for state, count in sorted(found.items())) or "none")
    for call in calls:
        since = (call.dialled_at or call.asked_at).isoformat(timespec="seconds")
        yield f"call {call.attempt} of {call.slug}: {call.state} since {since}"
