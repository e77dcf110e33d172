"""Which fax is dealt with next. Several workers ask; each fax is one worker's at a time.

PostgreSQL passes over rows that another worker holds; on SQLite writers come one after the other anyway. All of this
is for an operator's session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from conf.campaigns.zones import zones_of
from conf.fax import box
from conf.models import Fax, FaxAttempt, FaxBox, FaxMemory, Subscriber

LOOKED_AT = 50
APART = timedelta(hours=4)
LOCK = 0x0FA8  # of PostgreSQL: calls are chosen by one worker at a time, so that limits hold
UNSETTLED = ("sending", "uncertain")


@dataclass(frozen=True)
class Limits:
    """Calls at once: all together, of one subscriber, by one trunk."""

    calls: int = 10
    per_subscriber: int = 3
    per_trunk: int = 10


@dataclass(frozen=True)
class Trunk:
    """A trunk that may carry a call, and how many calls it has room for; 0: as the limits say."""

    name: str
    channels: int = 0


Trunks = Callable[[str], Sequence[Trunk]]


def to_convert(session: Session, worker: str, now: datetime) -> Fax | None:
    """A fax whose pages are to be made: one that is queued, or whose worker died meanwhile."""
    died = and_(Fax.state == "converting", Fax.lease_until <= now)
    wanted = (
        select(Fax)
        .where(Fax.direction == "out", or_(Fax.state == "queued", died))
        .order_by(Fax.priority.desc(), Fax.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(wanted).one_or_none()
    if found is not None:
        found.worker = worker
    return found


def to_call(session: Session, limits: Limits, trunks: Trunks, now: datetime) -> Iterator[tuple[Fax, str]]:
    """Faxes that may be called for now, each with the trunk that is counted for it ("" when none is known).

    One at a time is called for a number. Whoever takes one changes its state before asking for the next.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    load = _Load(session, limits, trunks)
    if load.full:
        return
    for fax in _due(session, load, now):
        if load.full:
            return
        if fax.to_number in load.numbers or load.subscribers[fax.subscriber_id] >= limits.per_subscriber:
            continue
        if quiet := _quiet(session, fax, now):
            fax.due_at = quiet
            continue
        trunk = load.trunk(fax.to_number)
        if trunk is None:
            continue
        load.take(fax, trunk)
        yield fax, trunk


class _Load:
    """The calls that are under way."""

    def __init__(self, session: Session, limits: Limits, trunks: Trunks) -> None:
        rows = session.execute(select(Fax.id, Fax.subscriber_id, Fax.to_number).where(Fax.state == "sending")).all()
        used = select(FaxAttempt.trunk).where(FaxAttempt.state.in_(("intended", "dialled")))
        self.numbers = {row.to_number for row in rows}
        self.subscribers = Counter(row.subscriber_id for row in rows)
        self.by_trunk = Counter(session.scalars(used))
        self._limits, self._trunks, self._calls = limits, trunks, len(rows)

    @property
    def full(self) -> bool:
        return self._calls >= self._limits.calls

    def trunk(self, number: str) -> str | None:
        """The first trunk with room; "" when no trunk is known for the number: who dials says why."""
        ways = self._trunks(number)
        if not ways:
            return ""
        return next((one.name for one in ways if self.by_trunk[one.name] < self._room(one)), None)

    def take(self, fax: Fax, trunk: str) -> None:
        self.numbers.add(fax.to_number)
        self.subscribers[fax.subscriber_id] += 1
        self.by_trunk[trunk] += 1
        self._calls += 1

    def _room(self, trunk: Trunk) -> int:
        return min(self._limits.per_trunk, trunk.channels or self._limits.per_trunk)


def _due(session: Session, load: _Load, now: datetime) -> Iterator[Fax]:
    busy = [number for number, count in load.subscribers.items() if count >= load._limits.per_subscriber]
    wanted = (
        select(Fax)
        .where(
            Fax.direction == "out",
            Fax.state.in_(("waiting", "retrying")),
            Fax.due_at <= now,
            Fax.to_number.not_in(load.numbers),
            Fax.subscriber_id.not_in(busy),
        )
        .order_by(Fax.priority.desc(), Fax.due_at, Fax.id)
        .limit(LOOKED_AT)
        .with_for_update(skip_locked=True)
    )
    yield from session.scalars(wanted).all()


def _quiet(session: Session, fax: Fax, now: datetime) -> datetime | None:
    """When the quiet hours end, on the clock where the fax goes; where several are possible, on all of them."""
    row = session.scalars(select(FaxBox).where(FaxBox.subscriber_id == fax.subscriber_id)).one_or_none()
    if row is None:
        return None
    ours = session.scalars(select(Subscriber.time_zone).where(Subscriber.id == fax.subscriber_id)).one()
    settings = box.of_document(row.doc)
    ends = [settings.quiet_end(zone, now) for zone in _clocks(fax.to_number, now) or (ours,)]
    return max((end for end in ends if end is not None), default=None)


def _clocks(number: str, now: datetime) -> Sequence[str]:
    """The time zones where a number may be; () when none is known, or they lie too far apart to say what time it is."""
    zones = zones_of(number)
    offsets = [now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in zones]
    return zones if offsets and max(offsets) - min(offsets) <= APART else ()


def to_settle(session: Session, most: int = LOOKED_AT) -> Iterator[tuple[Fax, FaxAttempt]]:
    """Faxes whose newest call is over, with that call: what follows is not decided yet."""
    other = aliased(FaxAttempt)
    newest = select(func.max(other.number)).where(other.fax_id == Fax.id).correlate(Fax).scalar_subquery()
    wanted = (
        select(Fax, FaxAttempt)
        .join(FaxAttempt, and_(FaxAttempt.fax_id == Fax.id, FaxAttempt.number == newest))
        .where(Fax.state.in_(UNSETTLED), FaxAttempt.state == "over")
        .order_by(Fax.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Fax)
    )
    yield from ((fax, attempt) for fax, attempt in session.execute(wanted).all())


@dataclass(frozen=True)
class Open:
    """A call that is under way, or about to be; it outlives the session that read it."""

    attempt: str
    subscriber: int
    slug: str
    state: str
    cancelling: bool
    worker: str
    lease_until: datetime | None
    asked_at: datetime
    dialled_at: datetime | None


def open_calls(session: Session) -> Sequence[Open]:
    """The calls of faxes that are being sent; nothing is held."""
    wanted = (
        select(Fax, FaxAttempt, Subscriber.slug)
        .join(FaxAttempt, FaxAttempt.fax_id == Fax.id)
        .join(Subscriber, Subscriber.id == Fax.subscriber_id)
        .where(Fax.state == "sending", FaxAttempt.state.in_(("intended", "dialled")))
        .order_by(FaxAttempt.id)
    )
    return [
        Open(
            attempt=attempt.key,
            subscriber=fax.subscriber_id,
            slug=slug,
            state=attempt.state,
            cancelling=fax.reason == "cancelling",
            worker=fax.worker,
            lease_until=fax.lease_until,
            asked_at=attempt.asked_at,
            dialled_at=attempt.dialled_at,
        )
        for fax, attempt, slug in session.execute(wanted)
    ]


def remembered(session: Session, fax: Fax, trunk: str, since: datetime) -> str:
    """The rung that worked for a fax's number: by this trunk, else by any; "" when none is known since then."""
    wanted = (
        select(FaxMemory)
        .where(FaxMemory.subscriber_id == fax.subscriber_id, FaxMemory.number == fax.to_number, FaxMemory.at >= since)
        .order_by((FaxMemory.trunk == trunk).desc(), FaxMemory.at.desc())
    )
    found = session.scalars(wanted).first()
    return found.rung if found else ""


def remember(session: Session, fax: Fax, trunk: str, rung: str, now: datetime) -> None:
    """A rung worked."""
    mine = (FaxMemory.subscriber_id == fax.subscriber_id, FaxMemory.number == fax.to_number, FaxMemory.trunk == trunk)
    row = session.scalars(select(FaxMemory).where(*mine)).one_or_none()
    if row is None:
        row = FaxMemory(subscriber_id=fax.subscriber_id, number=fax.to_number, trunk=trunk, rung=rung, at=now)
        session.add(row)
    row.rung, row.at = rung, now
    session.flush()
