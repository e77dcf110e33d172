"""Facts on their way to the database: calls never wait for it, and nothing is lost when it is away.

The hub puts facts on a queue. A greenlet hands batches to one thread, which writes them, or keeps them in the spool and
tries again later. Every fact has a key in its table, so that writing it twice changes nothing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

import gevent
from gevent.event import Event
from gevent.threadpool import ThreadPool
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from controller.calls.spool import Fact, Spool, SpoolFull

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError)  # to be tried again later
BATCH = 500
GATHER = 0.02  # seconds that facts gather before they are written together
AGAIN = 1.0  # seconds between two tries while the database is away


class Writer:
    """The queue of facts; `write` puts a list of facts into the database in one transaction."""

    def __init__(self, write: Callable[[list[Fact]], None], spool: Spool, pool: ThreadPool) -> None:
        self._write = write
        self._spool = spool
        self._pool = pool
        self._queue: deque[Fact] = deque()
        self._some = Event()
        self._idle = Event()
        self._idle.set()
        self.away = spool.size > 0
        self.lost = 0

    def put(self, fact: Fact) -> None:
        """Queue a fact; never blocks."""
        self._queue.append(fact)
        self._idle.clear()
        self._some.set()

    def run(self) -> None:
        """Write for ever; run it in a greenlet of its own."""
        while True:
            self._some.wait(timeout=AGAIN if self.away else None)
            gevent.sleep(GATHER)
            self._some.clear()
            try:
                self.flush()
            except Exception:  # a disk that cannot be read must not end the writing
                log.exception("the records cannot be written now")
                self._some.set()
                gevent.sleep(AGAIN)

    def flush(self) -> None:
        """Write what is queued now, or spool it."""
        if self.away:
            self._pool.apply(self._replay)
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self._pool.apply(self._store, (batch,))
        self._idle.set()

    def drain(self, timeout: float = 5.0) -> bool:
        """Wait until everything queued is written or spooled; seconds."""
        return bool(self._idle.wait(timeout))

    def _store(self, batch: list[Fact]) -> None:
        if not self.away:
            try:
                self._write_all(batch)
                return
            except AWAY as error:
                log.warning("the database does not take records, they are kept on disk: %s", type(error).__name__)
                self.away = True
        try:
            self._spool.keep(batch)
        except (SpoolFull, OSError) as error:
            self.lost += len(batch)
            log.critical("%d facts are lost, the disk does not take them: %s", len(batch), error)

    def _write_all(self, facts: list[Fact]) -> None:
        """Write facts; one that the database refuses for what it is must not hold up the others."""
        try:
            self._write(facts)
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 the writer goes on, whatever one fact was
            if len(facts) > 1:
                for fact in facts:
                    self._write_all([fact])
                return
            self.lost += 1
            log.exception("a fact is refused by the database and lost: %.200s", facts)

    def _replay(self) -> None:
        for path, facts in self._spool.batches():
            try:
                self._write_all(facts)
            except AWAY:
                return
            self._spool.forget(path)
        if self.away:
            log.info("the database takes records again, the spool is empty")
        self.away = False
