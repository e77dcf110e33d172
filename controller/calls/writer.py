"""Facts on their way to the database: calls never wait for it, and nothing is lost when it is away.

The hub puts facts on a queue. A greenlet hands batches to one thread, which writes them; what the database does not
take in time goes to the spool on disk, and from there to the database when it answers again. Every fact has a key in
its table, so that writing it twice changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection

import gevent
from gevent.event import Event
from gevent.threadpool import ThreadPool
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as Silent

from controller.calls.spool import Fact, Spool, SpoolFull
from controller.calls.threads import Threads

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, InternalError, Silent, OSError)  # to be tried again later
BATCH = 500
GATHER = 0.05  # seconds that facts gather: a transaction costs 3 ms of CPU, in which calls have to wait for Python
AGAIN = 1.0  # seconds between two tries while the database is away
ANSWERS = 3.0  # seconds until a database that does not take a batch counts as away
INHERIT = 5.0  # seconds between two looks for what dead controllers left
TURN = 0.25  # seconds that the spool is replayed before new facts have their turn


class Writer:
    """The queue of facts; `write` puts a list of facts into the database in one transaction."""

    def __init__(self, write: Callable[[list[Fact]], None], spool: Spool, pool: ThreadPool) -> None:
        self._write = write
        self._spool = spool
        self._pool = pool
        self._disk = Threads(1)  # the disk does not wait for a database that hangs
        self._queue: deque[Fact] = deque()
        self._some = Event()
        self._idle = Event()
        self._idle.set()
        self.away = False
        self.lost = 0

    @property
    def spooled(self) -> float:
        """How full the spool is, from 0 to 1."""
        return self._spool.fraction

    def put(self, fact: Fact) -> None:
        """Queue a fact; never blocks."""
        self._queue.append(fact)
        self._idle.clear()
        self._some.set()

    def keep(self, fact: Fact) -> None:
        """Put a fact on disk now; it is safe when this returns. Raises SpoolFull or OSError."""
        self._disk.apply(self._spool.keep, ([fact],))
        self._some.set()

    def inherit(self, alive: Collection[str]) -> None:
        """Take over what controllers that live no more have left in the spool's folder."""
        for owner in self._disk.apply(self._spool.others) - set(alive):
            if claimed := self._disk.apply(self._spool.claim, (owner,)):
                log.warning("%d batches of the controller %s, which is dead, are written for it", claimed, owner)
                self._some.set()

    def keep_inheriting(
        self, alive: Callable[[], Collection[str]], sleep: Callable[[float], None] = gevent.sleep
    ) -> None:
        """Look after dead controllers' batches for ever; run it in a greenlet of its own.

        `alive` names the controllers whose lease lasts; it may raise SQLAlchemyError or OSError.
        """
        while True:
            sleep(INHERIT)
            try:
                self.inherit(alive())
            except (SQLAlchemyError, OSError) as error:
                log.debug("who lives is not known now: %s", type(error).__name__)

    def run(self) -> None:
        """Write for ever; run it in a greenlet of its own."""
        tried = time.monotonic()
        while True:
            self._some.wait(timeout=AGAIN if self._spool.size else None)
            gevent.sleep(GATHER)
            self._some.clear()
            again = not self.away or time.monotonic() - tried >= AGAIN
            try:
                self.flush(again)
            except Exception:  # a disk that cannot be read must not end the writing
                log.exception("the records cannot be written now")
                self._some.set()
                gevent.sleep(AGAIN)
            if again:
                tried = time.monotonic()

    def flush(self, again: bool = True) -> None:
        """Write what is queued now, or spool it; `again`: try what is in the spool too."""
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self._store(batch)
        self._idle.set()
        if again and self._spool.size:
            self._replay()

    def drain(self, timeout: float = 5.0) -> bool:
        """Wait until everything queued is written or spooled; seconds."""
        return bool(self._idle.wait(timeout))

    def _store(self, batch: list[Fact]) -> None:
        if not self.away:
            try:
                self._in_time(batch)
                return
            except AWAY as error:
                log.warning("the database does not take records, they are kept on disk: %s", type(error).__name__)
                self.away = True
        try:
            self._disk.apply(self._spool.keep, (batch,))
        except (SpoolFull, OSError) as error:
            self.lost += len(batch)
            log.critical("%d facts are lost, the disk does not take them: %s", len(batch), error)

    def _in_time(self, facts: list[Fact]) -> None:
        """Write facts in the thread. One that hangs goes on in there, and what it still writes is written once."""
        with gevent.Timeout(ANSWERS, Silent("the database does not answer")):
            self._pool.apply(self._write_all, (facts,))

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
        until = time.monotonic() + TURN
        for path in self._disk.apply(self._spool.batches):
            try:
                self._in_time(self._disk.apply(self._spool.read, (path,)))
            except AWAY:
                self.away = True
                return
            self.away = False
            self._disk.apply(self._spool.forget, (path,))
            if self._queue and time.monotonic() > until:
                self._some.set()
                return
        if not self._spool.size:
            log.info("the database takes records again, the spool is empty")
