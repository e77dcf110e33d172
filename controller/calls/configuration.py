"""What the controller knows of its subscribers: read from the database in the background, kept when it is away.

A call reads only memory. A poll asks the database which subscribers changed (one small query) and reads those anew;
flows are compiled once for each published version and shared by the calls that pin it. What was read is kept on disk
too: a controller that starts while the database is away begins with that, and reads the truth once it can.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import gevent
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as Silent

from conf import database, snapshot
from conf.snapshot import Snapshot
from controller.calls.cache import Cache, Everything
from controller.calls.routing import DIRECT, direct_flow
from controller.calls.threads import Threads
from controller.flow.engine import Flow, Library
from controller.flow.problem import N_, FlowError

log = logging.getLogger(__name__)
T = TypeVar("T")
KEPT_FLOWS = 512
ANSWERS = 2.0  # seconds until a database that says nothing counts as away
READS = 60.0  # seconds until one that has begun to answer does
PATIENCE = 1.0  # seconds that a call waits for a flow version
WALKED = timedelta(days=1)  # how long a call may walk a version that is not published any more


@dataclass
class _Read:
    """What one look at the database gave."""

    everything: Everything
    changed: list[Snapshot] = field(default_factory=list)
    superseded: list[tuple[int, str, int, dict[str, Any]]] = field(default_factory=list)


class Configuration:
    """The subscribers, numbers, trunks, outbound rules and flows that calls are routed by."""

    def __init__(
        self,
        engine: Engine,
        pool: ThreadPool,
        prompts_dir: Path,
        sleep: Callable[[float], None] = gevent.sleep,
        cache: Cache | None = None,
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._prompts_dir = prompts_dir
        self._sleep = sleep
        self._cache = cache
        # Threads of their own: a database that hangs holds one of them, and neither calls nor the disk wait for it.
        self._reading, self._disk = Threads(1), Threads(1)
        self._known = Everything()
        self._versions: dict[int, int] = {}
        self._slugs: dict[str, int] = {}
        self._flows: dict[tuple[int, str, int], Flow] = {}
        self._unkept: _Read | None = None  # read, and not on disk yet
        self.reachable = False
        self.read_once = False

    # --- what calls ask ---------------------------------------------------------------------------------------------

    def owner(self, number: str) -> Snapshot | None:
        """The subscriber who has an E.164 number."""
        return self._known.subscribers.get(self._known.numbers.get(number, -1))

    def by_slug(self, slug: str) -> Snapshot | None:
        """The subscriber of a SIP domain's first label."""
        return self._known.subscribers.get(self._slugs.get(slug, -1))

    def subscriber(self, subscriber_id: int) -> Snapshot | None:
        """A subscriber by id."""
        return self._known.subscribers.get(subscriber_id)

    def only(self) -> Snapshot | None:
        """The subscriber, if there is exactly one."""
        return next(iter(self._known.subscribers.values())) if len(self._known.subscribers) == 1 else None

    def all(self) -> Iterable[Snapshot]:
        """Every subscriber."""
        return list(self._known.subscribers.values())

    def trunks(self) -> Sequence[Mapping[str, Any]]:
        """The operator's trunks."""
        return self._known.trunks

    def outbound_rules(self) -> Sequence[Mapping[str, Any]]:
        """The operator's outbound rules; the first that fits a number decides."""
        return self._known.outbound

    def flow(self, subscriber: Snapshot, name: str, version: int = 0) -> Flow:
        """A flow, compiled: the published version, or the one that a call pinned. Raises FlowError."""
        if name.startswith(DIRECT):
            return Flow.load(direct_flow(name.removeprefix(DIRECT)))
        published = subscriber.flows.get(name)
        if not version:
            if published is None:
                raise FlowError(N_("There is no published flow named “{name}”."), flow=name, name=name)
            version = published[0]
        key = (subscriber.subscriber_id, name, version)
        if key not in self._flows:
            doc = published[1] if published and published[0] == version else self._pinned(subscriber, name, version)
            if len(self._flows) >= KEPT_FLOWS:
                self._flows.pop(next(iter(self._flows)))
            self._flows[key] = Flow.load(doc, version)
        return self._flows[key]

    def library(self, subscriber: Snapshot) -> Library:
        """How a flow finds the flows that it enters; its document pins their versions."""
        return lambda name, version: self.flow(subscriber, name, version)

    def _pinned(self, subscriber: Snapshot, name: str, version: int) -> Any:
        try:
            return self._version(subscriber.subscriber_id, name, version)
        except (SQLAlchemyError, LookupError) as error:
            message = N_("Version {version} of the flow “{name}” cannot be read.")
            raise FlowError(message, flow=name, name=name, version=str(version)) from error

    def _version(self, owner: int, name: str, version: int) -> dict[str, Any]:
        """A version that is not published now. The disk is asked only while the database does not answer."""

        def read() -> dict[str, Any]:
            with database.scoped(self._engine, owner, read_only=True) as session:
                return snapshot.flow_version(session, owner, name, version)

        if self.reachable or self._cache is None:
            try:
                return _within(PATIENCE, self._pool, read)
            except SQLAlchemyError:
                if self._cache is None:
                    raise
        kept: dict[str, Any] | None = self._disk.apply(self._cache.flow, (owner, name, version))
        return kept if kept is not None else _within(PATIENCE, self._pool, read)

    # --- keeping up -------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Read what changed; False when the database is away (what was known stays)."""
        try:
            versions = _within(ANSWERS, self._reading, self._read_versions)
            read = _within(READS, self._reading, self._read, versions)
        except (SQLAlchemyError, OSError) as error:
            if self.reachable or not self.read_once:
                log.warning("the database is away, calls go on with what is known: %s", type(error).__name__)
            self.reachable = False
            self._recall()
            return False
        self._take(read)
        if not self.reachable:
            log.info("the database is reached, %d subscribers", len(self._known.subscribers))
        self.reachable = self.read_once = True
        return True

    def keep_fresh(self, every: float = 1.0) -> None:
        """Refresh for ever, and keep on disk what was read; run it in a greenlet of its own."""
        while True:
            try:
                self.refresh()
                self.keep()
            except Exception:  # one unreadable row must not end the watching
                log.exception("the configuration cannot be read, calls go on with what is known")
            self._sleep(every)

    def keep(self) -> None:
        """Put on disk what was read since the last time."""
        read, self._unkept = self._unkept, None
        if read and self._cache:
            self._disk.apply(_keep, (self._cache, read))

    def _recall(self) -> None:
        """The database has not answered since we started: what another process knew last is better than nothing."""
        if self.read_once or self._cache is None:
            return
        found = self._disk.apply(self._cache.recall)
        if found is not None:
            log.warning("%d subscribers are known from the disk", len(found.subscribers))
            self._know(found)
            self.read_once = True

    def _read_versions(self) -> dict[int, int]:
        with database.operator(self._engine, read_only=True) as session:
            return snapshot.versions(session)

    def _read(self, versions: dict[int, int]) -> _Read:
        with database.operator(self._engine, read_only=True) as session:
            trunks, rules = snapshot.trunks(session), snapshot.outbound_rules(session)
            read = _Read(Everything({}, snapshot.owners(session), trunks, rules))
        for subscriber_id, version in versions.items():
            if self._versions.get(subscriber_id) == version:
                read.everything.subscribers[subscriber_id] = self._known.subscribers[subscriber_id]
                continue
            with database.scoped(self._engine, subscriber_id, read_only=True) as session:
                taken = snapshot.take(session, subscriber_id, self._prompts_dir)
                old = snapshot.superseded(session, subscriber_id, datetime.now(UTC) - WALKED)
            read.everything.subscribers[subscriber_id] = taken
            read.changed.append(taken)
            read.superseded += [(subscriber_id, *one) for one in old]
        return read

    def _take(self, read: _Read) -> None:
        if read.changed or read.everything != self._known or not self.reachable:
            self._unkept = _both(self._unkept, read)
        if not self._versions:
            self._flows.clear()  # compiled from what the disk told
        self._know(read.everything)
        self._versions = {key: taken.version for key, taken in read.everything.subscribers.items()}

    def _know(self, everything: Everything) -> None:
        self._known = everything
        self._slugs = {taken.slug: key for key, taken in everything.subscribers.items()}


def _within(seconds: float, pool: ThreadPool, function: Callable[..., T], *arguments: Any) -> T:
    """Run it in a thread; a database that hangs is away (the thread goes on, and what it finds is not used)."""
    with gevent.Timeout(seconds, Silent("the database does not answer")):
        result: T = pool.apply(function, arguments)
        return result


def _both(earlier: _Read | None, later: _Read) -> _Read:
    if earlier is None:
        return later
    changed = {one.subscriber_id: one for one in (*earlier.changed, *later.changed)}
    return _Read(later.everything, list(changed.values()), earlier.superseded + later.superseded)


def _keep(cache: Cache, read: _Read) -> None:
    for one in read.superseded:
        cache.keep_flow(*one)
    cache.keep(read.changed, read.everything)
