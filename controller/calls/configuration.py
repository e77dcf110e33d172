"""What the controller knows of its subscribers: read from the database in the background, kept when it is away.

A call reads only memory. A poll asks the database which subscribers changed (one small query) and reads those anew;
flows are compiled once for each published version and shared by the calls that pin it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import gevent
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from conf import database, snapshot
from conf.snapshot import Snapshot
from controller.calls.routing import DIRECT, direct_flow
from controller.flow.engine import Flow, Library
from controller.flow.problem import N_, FlowError

log = logging.getLogger(__name__)
T = TypeVar("T")
KEPT_FLOWS = 512


class Configuration:
    """The subscribers, numbers, trunks and flows that calls are routed by."""

    def __init__(
        self, engine: Engine, pool: ThreadPool, prompts_dir: Path, sleep: Callable[[float], None] = gevent.sleep
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._prompts_dir = prompts_dir
        self._sleep = sleep
        self._versions: dict[int, int] = {}
        self._subscribers: dict[int, Snapshot] = {}
        self._slugs: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._trunks: tuple[Mapping[str, Any], ...] = ()
        self._flows: dict[tuple[int, str, int], Flow] = {}
        self.reachable = False
        self.read_once = False

    # --- what calls ask ---------------------------------------------------------------------------------------------

    def owner(self, number: str) -> Snapshot | None:
        """The subscriber who has an E.164 number."""
        return self._subscribers.get(self._numbers.get(number, -1))

    def by_slug(self, slug: str) -> Snapshot | None:
        """The subscriber of a SIP domain's first label."""
        return self._subscribers.get(self._slugs.get(slug, -1))

    def subscriber(self, subscriber_id: int) -> Snapshot | None:
        """A subscriber by id."""
        return self._subscribers.get(subscriber_id)

    def only(self) -> Snapshot | None:
        """The subscriber, if there is exactly one."""
        return next(iter(self._subscribers.values())) if len(self._subscribers) == 1 else None

    def all(self) -> Iterable[Snapshot]:
        """Every subscriber."""
        return list(self._subscribers.values())

    def trunks(self) -> Sequence[Mapping[str, Any]]:
        """The operator's trunks."""
        return self._trunks

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
        def read() -> dict[str, Any]:
            with database.scoped(self._engine, subscriber.subscriber_id, read_only=True) as session:
                return snapshot.flow_version(session, subscriber.subscriber_id, name, version)

        try:
            return self._pool.apply(read)
        except (SQLAlchemyError, LookupError) as error:
            message = N_("Version {version} of the flow “{name}” cannot be read.")
            raise FlowError(message, flow=name, name=name, version=str(version)) from error

    # --- keeping up -------------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Read what changed; False when the database is away (what was known stays)."""
        try:
            self._take(self._pool.apply(self._read))
        except (SQLAlchemyError, OSError) as error:
            if self.reachable or not self.read_once:
                log.warning("the database is away, calls go on with what is known: %s", type(error).__name__)
            self.reachable = False
            return False
        if not self.reachable:
            log.info("the database is reached, %d subscribers", len(self._subscribers))
        self.reachable = self.read_once = True
        return True

    def keep_fresh(self, every: float = 1.0) -> None:
        """Refresh for ever; run it in a greenlet of its own."""
        while True:
            try:
                self.refresh()
            except Exception:  # one unreadable row must not end the watching
                log.exception("the configuration cannot be read, calls go on with what is known")
            self._sleep(every)

    def _read(self) -> tuple[dict[int, int], dict[int, Snapshot], dict[str, int], tuple[Mapping[str, Any], ...]]:
        with database.operator(self._engine, read_only=True) as session:
            versions = snapshot.versions(session)
            numbers = snapshot.owners(session)
            trunks = snapshot.trunks(session)
        changed = {}
        for subscriber_id, version in versions.items():
            if self._versions.get(subscriber_id) != version:
                with database.scoped(self._engine, subscriber_id, read_only=True) as session:
                    changed[subscriber_id] = snapshot.take(session, subscriber_id, self._prompts_dir)
        return versions, changed, numbers, trunks

    def _take(
        self, read: tuple[dict[int, int], dict[int, Snapshot], dict[str, int], tuple[Mapping[str, Any], ...]]
    ) -> None:
        versions, changed, numbers, trunks = read
        kept = {key: value for key, value in self._subscribers.items() if key in versions}
        self._subscribers = kept | changed
        self._versions = {key: taken.version for key, taken in self._subscribers.items()}
        self._slugs = {taken.slug: key for key, taken in self._subscribers.items()}
        self._numbers, self._trunks = numbers, trunks
