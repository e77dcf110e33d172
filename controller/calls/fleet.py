"""All controllers over one database: each one's lease, and what it says of itself.

Functions run in the pool's threads, so that a slow database never holds the hub. All raise SQLAlchemyError when the
database is away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, delete, select, update

from conf import database
from conf.models import Controller
from controller.calls.ledger import insert_new

T = TypeVar("T")
LEASE = timedelta(seconds=6)  # what every controller takes; one that lasts longer here was written by another clock
FORGOTTEN = timedelta(days=1)  # a controller that has been away for so long is not told of any more


@dataclass(frozen=True)
class Peer:
    """A controller as the database knows it; `alive` while its lease lasts."""

    id: str
    url: str
    freeswitch: str
    epoch: int
    alive: bool
    state: dict[str, Any]


@dataclass(frozen=True)
class _Seen:
    """A lease as it was first seen; `skewed` when the clock that wrote it is not ours."""

    until: datetime
    at: datetime
    alive: bool
    skewed: bool

    def lasts(self, now: datetime) -> bool:
        return self.alive and (now - self.at < LEASE if self.skewed else self.until > now)


class Fleet:
    """The table of controllers."""

    def __init__(self, engine: Engine, pool: ThreadPool, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._engine = engine
        self._pool = pool
        self._now = now
        self._seen: dict[str, _Seen] = {}

    def start(self, controller: str, url: str, freeswitch: str, lease: float, state: dict[str, Any]) -> int:
        """Enter a controller's row with a lease of some seconds; returns its new epoch."""

        def enter() -> int:
            with database.operator(self._engine) as session:
                until = self._now() + timedelta(seconds=lease)
                new = {"id": controller, "url": url, "freeswitch": freeswitch, "epoch": 0, "lease_until": until}
                insert_new(session, Controller, [new | {"state": state}])
                row = session.scalars(select(Controller).where(Controller.id == controller)).one()
                row.epoch, row.url, row.freeswitch, row.lease_until = row.epoch + 1, url, freeswitch, until
                row.state = state
                session.execute(delete(Controller).where(Controller.lease_until < self._now() - FORGOTTEN))
                return row.epoch

        return self._in_thread(enter)

    def renew(self, controller: str, epoch: int, lease: float, state: dict[str, Any]) -> bool:
        """Renew a lease; False when another process has taken this controller's name since."""

        def again() -> bool:
            with database.operator(self._engine) as session:
                mine = (Controller.id == controller, Controller.epoch == epoch)
                until = self._now() + timedelta(seconds=lease)
                renewed = update(Controller).where(*mine).values(lease_until=until, state=state)
                return session.scalar(renewed.returning(Controller.id)) is not None

        return self._in_thread(again)

    def leave(self, controller: str, epoch: int) -> None:
        """End a lease at once, so that nobody waits for it to expire."""

        def end() -> None:
            with database.operator(self._engine) as session:
                mine = (Controller.id == controller, Controller.epoch == epoch)
                session.execute(update(Controller).where(*mine).values(lease_until=self._now()))

        self._in_thread(end)

    def peers(self) -> list[Peer]:
        """Every controller that the database knows, oneself among them."""

        def read() -> list[Peer]:
            with database.operator(self._engine, read_only=True) as session:
                now = self._now()
                return [
                    Peer(row.id, row.url, row.freeswitch, row.epoch, self._is_alive(row, now), row.state)
                    for row in session.scalars(select(Controller).order_by(Controller.id))
                ]

        return self._in_thread(read)

    def _is_alive(self, row: Controller, now: datetime) -> bool:
        """Whether a lease lasts. Where a machine's clock is another one it counts when it was seen renewed."""
        before = self._seen.get(row.id)
        if before is None or before.until != row.lease_until:
            remains = row.lease_until - now
            alive = remains > timedelta(0) if before is None else row.lease_until > before.until
            # One that is renewed every two seconds has more than half of its time left when it is seen anew.
            skewed = not (LEASE / 2 if before else timedelta(0)) < remains <= LEASE
            before = self._seen[row.id] = _Seen(row.lease_until, now, alive, skewed)
        return before.lasts(now)

    def _in_thread(self, function: Callable[[], T]) -> T:
        result: T = self._pool.apply(function)
        return result
