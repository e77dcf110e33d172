"""Blocked addresses in the shared database: what one controller decides, all enforce.

Functions run in the pool's threads, so that a slow database never holds the hub. All raise SQLAlchemyError when the
database is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, delete, select, update

from conf import database
from conf.models import BlockedAddress
from controller.calls.blocking import REMEMBERED, Block
from controller.calls.ledger import insert_new

T = TypeVar("T")
OVERLAP = timedelta(seconds=30)  # rows are read again for so long: clocks of machines differ, and commits overtake


class Blocklist:
    """The table. `changes` is called again and again, and gives only what others wrote since."""

    def __init__(self, engine: Engine, pool: ThreadPool, controller: str, now: Callable[[], float]) -> None:
        self._engine = engine
        self._pool = pool
        self._controller = controller
        self._now = now
        self._seen: dict[str, datetime] = {}
        self._latest = datetime.fromtimestamp(0, UTC)

    def put(self, blocks: Iterable[Block]) -> None:
        """Write blocks down. Of two controllers that see the same, the longer block stays."""
        wanted = list(blocks)

        def write() -> None:
            with database.operator(self._engine) as session:
                insert_new(session, BlockedAddress, [self._row(block) for block in wanted])
                for block in wanted:
                    row = self._row(block)
                    mine = (BlockedAddress.address == block.source, BlockedAddress.until < row["until"])
                    session.execute(update(BlockedAddress).where(*mine).values(row))
                forgotten = self._moment(self._now() - REMEMBERED)
                session.execute(delete(BlockedAddress).where(BlockedAddress.until < forgotten))

        self._in_thread(write)

    def free(self, source: str) -> bool:
        """End a block for every controller; False when there is none."""

        def end() -> bool:
            with database.operator(self._engine) as session:
                now = self._moment(self._now())
                mine = (BlockedAddress.address == source, BlockedAddress.until > now)
                freed = update(BlockedAddress).where(*mine).values(until=now, strikes=0, changed_at=now)
                return session.scalar(freed.returning(BlockedAddress.id)) is not None

        return self._in_thread(end)

    def changes(self) -> list[Block]:
        """What has been written since the last time, by whomever; at first everything that is remembered."""

        def read() -> list[tuple[Block, datetime]]:
            with database.operator(self._engine, read_only=True) as session:
                fresh = select(BlockedAddress).where(BlockedAddress.changed_at > self._latest - OVERLAP)
                return [(_block(row), row.changed_at) for row in session.scalars(fresh)]

        found = self._in_thread(read)
        new = [block for block, changed in found if self._seen.get(block.source) != changed]
        self._latest = max([self._latest, *(changed for _, changed in found)])
        self._seen = {block.source: changed for block, changed in found}
        return new

    def _row(self, block: Block) -> dict[str, object]:
        return {
            "address": block.source,
            "since": self._moment(block.since),
            "until": self._moment(block.until),
            "reason": block.reason,
            "strikes": block.strikes,
            "evidence": block.evidence,
            "controller": self._controller,
            "changed_at": self._moment(self._now()),
        }

    @staticmethod
    def _moment(seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    def _in_thread(self, function: Callable[[], T]) -> T:
        result: T = self._pool.apply(function)
        return result


def _block(row: BlockedAddress) -> Block:
    return Block(
        row.address, row.since.timestamp(), row.until.timestamp(), row.reason, row.strikes, row.evidence
    )
