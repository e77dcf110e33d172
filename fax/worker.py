"""The worker of faxes: takes what is due, has pages made, asks controllers for calls, and decides what follows.

Everything it knows is in the database before it acts: another worker goes on where one died. Each method does what
there is to do now and returns; `serve` calls them again and again. The clock is given.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.content_keys import Locked
from conf.database import operator, scoped
from conf.fax import attempts, claiming
from conf.fax.claiming import Limits, Open, Trunks
from conf.fax.content import Store
from conf.fax.retention import MEMORY
from conf.models import CallRecord, Fax, FaxAttempt
from conf.vault import Damaged
from fax import jobs, ladder, page_making, stored
from fax.controllers import Away, Controllers, Refused
from fax.convert import ConversionError
from fax.wishes import wish

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # of a conversion; the confined process ends sooner by itself
PREPARING = timedelta(minutes=1)  # that a worker has from taking a fax to asking for its call
UNHEARD = timedelta(minutes=3)  # after which a call that no FreeSWITCH has, and nobody told of, is lost
UNASKED = timedelta(minutes=10)  # after which a call that nobody places is given up
LOOK = timedelta(seconds=10)  # between two looks at one call
Run = Callable[[Callable[[], None]], object]


def at_once(work: Callable[[], None]) -> None:
    """Do work here and now; `serve` has threads for it instead."""
    work()


@dataclass
class Worker:
    """One worker. `name` is nobody else's; `folder` is settings.fax_dir; `trunks` tells by which a number is called."""

    name: str
    engine: Engine
    store: Store
    controllers: Controllers
    folder: Path
    now: Callable[[], datetime]
    trunks: Trunks = lambda number: ()
    limits: Limits = field(default_factory=Limits)
    run: Run = at_once
    _looked: dict[str, datetime] = field(default_factory=dict, init=False)
    _missing: dict[str, datetime] = field(default_factory=dict, init=False)
    _at_work: set[str] = field(default_factory=set, init=False)

    def round(self) -> None:
        """Everything that there is to do now, one conversion at most."""
        self.settle()
        self.look()
        self.call()
        self.convert()

    # --- pages ------------------------------------------------------------------------------------------------------

    def convert(self) -> bool:
        """Make the pages of one fax; False when none wants any."""
        with operator(self.engine) as session:
            fax = claiming.to_convert(session, self.name, self.now())
            if fax is None:
                return False
            state = stored.load(fax, stored.attempts_of(session, fax))
            if isinstance(state, jobs.Converting):
                state = state.dropped()
            assert isinstance(state, jobs.Queued)
            stored.save(session, fax, state.convert(), self.now())
            fax.worker, fax.lease_until = self.name, self.now() + LEASE
            key, subscriber = fax.id, fax.subscriber_id
        with page_making.workplace(self.folder) as place:
            self._make(key, subscriber, place)
        return True

    def _make(self, key: int, subscriber: int, place: Path) -> None:
        out = place / "fax.tiff"
        try:
            with scoped(self.engine, subscriber, read_only=True) as session:
                fax = session.scalars(select(Fax).where(Fax.id == key)).one()
                making = page_making.gather(session, self.store, fax, place, self.now())
            made = page_making.make(making, out)
        except ConversionError as error:
            self._refuse(key, subscriber, "document", [error.file, error.message, error.fields])
        except (Locked, FileNotFoundError, Damaged) as error:
            log.warning("fax %s: %s", key, error)
            self._refuse(key, subscriber, "locked" if isinstance(error, Locked) else "document", None)
        else:
            self._keep(key, subscriber, out, made.pages)

    def _keep(self, key: int, subscriber: int, out: Path, pages: int) -> None:
        with scoped(self.engine, subscriber) as session, out.open("rb") as file:
            name = self.store.put(session, subscriber, file, "tiff")
        with scoped(self.engine, subscriber) as session:
            fax = self._mine(session, key)
            gone = name if fax is None else fax.tiff
            if fax is not None:
                fax.tiff, fax.size, fax.pages, fax.problem = name, out.stat().st_size, pages, None
                state = stored.load(fax, stored.attempts_of(session, fax))
                assert isinstance(state, jobs.Converting)
                stored.save(session, fax, state.converted(pages), self.now())
        self.store.delete(subscriber, gone)

    def _refuse(self, key: int, subscriber: int, reason: str, problem: list[Any] | None) -> None:
        with scoped(self.engine, subscriber) as session:
            fax = self._mine(session, key)
            if fax is not None:
                fax.problem = problem
                stored.save(session, fax, jobs.Failed(reason), self.now())

    def _mine(self, session: Session, key: int) -> Fax | None:
        """The fax that this worker converts; None when somebody cancelled it, or it is another worker's by now."""
        wanted = select(Fax).where(Fax.id == key, Fax.state == "converting", Fax.worker == self.name)
        return session.scalars(wanted.with_for_update()).one_or_none()

    # --- calls ------------------------------------------------------------------------------------------------------

    def call(self) -> None:
        """Take the faxes that may be called for now, write their calls down, and ask for them."""
        try:
            taken = self._take()
        except IntegrityError:  # another worker has just taken a fax to the same number
            return
        for key, subscriber in taken:
            self._begin(key, subscriber)

    def _take(self) -> list[tuple[str, int]]:
        now, taken = self.now(), []
        with operator(self.engine) as session:
            for fax, trunk in claiming.to_call(session, self.limits, self.trunks, now):
                state = stored.load(fax, stored.attempts_of(session, fax))
                assert isinstance(state, jobs.Waiting | jobs.Retrying)
                rung = state.rung if isinstance(state, jobs.Retrying) else ""
                rung = rung or ladder.first(claiming.remembered(session, fax, trunk, now - MEMORY))
                sending = state.send(rung, now)
                stored.save(session, fax, sending, now)
                fax.worker, fax.lease_until = self.name, now + PREPARING
                attempt = FaxAttempt(fax_id=fax.id, number=sending.progress.calls, rung=rung, trunk=trunk, asked_at=now)
                attempt.subscriber_id, attempt.start_page = fax.subscriber_id, sending.start
                session.add(attempt)
                session.flush()
                taken.append((attempt.key, fax.subscriber_id))
        return taken

    def _begin(self, attempt: str, subscriber: int) -> None:
        if attempt in self._at_work:
            return
        self._at_work.add(attempt)

        def work() -> None:
            try:
                self._ask(attempt, subscriber)
            except Exception:
                log.exception("fax %s", attempt)
            finally:
                self._at_work.discard(attempt)

        self.run(work)

    def _ask(self, key: str, subscriber: int) -> None:
        """Spool the pages of a call that nobody dialled yet, and ask for it; asking twice is the same call."""
        try:
            with scoped(self.engine, subscriber, read_only=True) as session:
                attempt = attempts.read(session, key)
                if attempt.state != "intended":
                    return
                fax = session.scalars(select(Fax).where(Fax.id == attempt.fax_id)).one()
                covers = page_making.spool(session, self.store, fax, attempt, self.folder, self.now())
                wanted = wish(session, fax, attempt, page_making.spooled(self.folder, key))
                total = covers + fax.pages - attempt.start_page
        except (Locked, FileNotFoundError, Damaged, ConversionError) as error:
            log.warning("fax %s: %s", key, error)
            self._give_up(key, subscriber, {"code": 41, "answered": False, "text": type(error).__name__})
            return
        with scoped(self.engine, subscriber) as session:
            found = attempts.read(session, key)
            if found.state != "intended":
                return
            found.covers, found.pages_total = covers, total
        try:
            self.controllers.place(wanted)
        except Refused as refused:
            log.error("fax %s: %s", key, refused)
            told = {"cause": "INVALID_NUMBER_FORMAT", "answered": False, "text": str(refused)}
            self._give_up(key, subscriber, told)
        except Away as away:
            log.info("fax %s waits: %s", key, away)

    def _give_up(self, key: str, subscriber: int, result: dict[str, Any]) -> None:
        """End a call that was not placed. One that some controller did place meanwhile is its own to tell of."""
        with scoped(self.engine, subscriber) as session:
            attempts.give_up(session, key, result, self.now())

    # --- what became of them ----------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Decide what follows on the calls that are over."""
        with operator(self.engine) as session:
            for fax, attempt in claiming.to_settle(session):
                self._settle(session, fax, attempt)

    def _settle(self, session: Session, fax: Fax, attempt: FaxAttempt) -> None:
        state = stored.load(fax, stored.attempts_of(session, fax))
        assert isinstance(state, jobs.Sending | jobs.Uncertain)
        stored.note_call(fax, attempt)
        state = state.confirmed(attempts.confirmed(attempt))
        following = state.ended(stored.outcome(attempt), self.now())
        if isinstance(following, jobs.Queued):
            fax.rendered_again, fax.resolution = True, page_making.lower(fax.resolution)
        if isinstance(following, jobs.Sent) and attempt.code == 0:
            claiming.remember(session, fax, attempt.trunk, attempt.rung, self.now())
        stored.save(session, fax, following, self.now())
        self._forget(attempt.key)

    def look(self) -> None:
        """Look after the calls that are under way: those of workers that died, those that nobody tells of any more."""
        now = self.now()
        with operator(self.engine, read_only=True) as session:
            found = claiming.open_calls(session)
        for call in found:
            if self._looked.get(call.attempt, now - LOOK) > now - LOOK:
                continue
            if call.state == "intended":
                self._look_at_intended(call, now)
            else:
                self._look_at_dialled(call, now)

    def _look_at_intended(self, call: Open, now: datetime) -> None:
        if call.cancelling:
            self._give_up(call.attempt, call.subscriber, {"cause": "ORIGINATOR_CANCEL", "answered": False})
        elif call.asked_at < now - UNASKED:
            told = {"cause": "NORMAL_TEMPORARY_FAILURE", "answered": False}
            self._give_up(call.attempt, call.subscriber, told)
        elif call.worker == self.name or call.lease_until is None or call.lease_until <= now:
            self._looked[call.attempt] = now
            self._begin(call.attempt, call.subscriber)

    def _look_at_dialled(self, call: Open, now: datetime) -> None:
        if call.cancelling:
            self._looked[call.attempt] = now
            self.controllers.hang_up(call.attempt, call.slug)
        if call.dialled_at is None or call.dialled_at > now - LOOK:
            return
        self._looked[call.attempt] = now
        if self.controllers.whereabouts(call.attempt, call.slug) != "gone":
            self._missing.pop(call.attempt, None)
        elif now - self._missing.setdefault(call.attempt, now) >= UNHEARD:
            self._lose(call.attempt, call.subscriber)

    def _lose(self, key: str, subscriber: int) -> None:
        """Nobody has the call. What FreeSWITCH recorded of it may tell that nobody answered; else a person is asked."""
        with scoped(self.engine, subscriber) as session:
            attempt = attempts.read(session, key, lock=True)
            wanted = select(Fax).where(Fax.id == attempt.fax_id, Fax.state == "sending").with_for_update()
            fax = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
            if fax is None or attempt.state != "dialled":
                return
            record = session.scalars(select(CallRecord).where(CallRecord.call == attempt.call)).first()
            if record is not None and record.answered_at is None and record.ended_at is not None:
                attempts.conclude(session, key, {"cause": record.cause, "answered": False}, self.now())
                return
            attempts.lose(session, attempt, self.now())
            state = stored.load(fax, stored.attempts_of(session, fax))
            assert isinstance(state, jobs.Sending)
            stored.note_call(fax, attempt)
            stored.save(session, fax, state.lost(), self.now())
        self._forget(key)

    def _forget(self, attempt: str) -> None:
        page_making.spooled(self.folder, attempt).unlink(missing_ok=True)
        self._looked.pop(attempt, None)
        self._missing.pop(attempt, None)
