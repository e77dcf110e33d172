"""The worker, a real controller and the virtual switch: a document goes in, and its pages come out at the far end."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import pytest
from sqlalchemy import select

from conf.database import operator, scoped
from conf.fax import queueing
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.fax.queueing import Given, To, Wanted
from conf.models import Fax, FaxAttempt, FaxMemory
from conf.vault import Vault
from controller.virtual.far_fax import FarFax
from fax import acts
from fax.__main__ import ways
from fax.controllers import of_database
from fax.serving import trunks_of
from fax.worker import Worker
from tests.calls.live import Live, free_port, running
from tests.outside.virtual import VirtualOutside

FAR = "+33199000001"
TEXT = "\f".join(f"Page {number}: bonjour." for number in (1, 2, 3)).encode()


class Desk:
    """A running controller, and a worker beside it whose clock is set forward."""

    def __init__(self, live: Live) -> None:
        self.live, self.forward = live, timedelta()
        self.subscriber = live.controller.configuration.by_slug("martin").subscriber_id  # type: ignore[union-attr]
        self.store = Store(Vault(live.settings.data_dir / "vault"), live.settings.web_secret)
        controllers = of_database(live.engine, live.settings, lambda: datetime.now(UTC))
        trunks = trunks_of(ways, live.engine)
        self.worker = Worker("w", live.engine, self.store, controllers, live.settings.fax_dir, self.now, trunks)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.forward

    def put(self, text: bytes = TEXT, to: str = FAR) -> int:
        wanted = Wanted(to=[To(to)], documents=[Given("letter.txt", io.BytesIO(text))])
        with scoped(self.live.engine, self.subscriber) as session:
            put = queueing.queue(session, self.store, self.subscriber, wanted, Policy(), self.now())
            return put.faxes[0].id

    def fax(self, key: int) -> Fax:
        with operator(self.live.engine, read_only=True) as session:
            found = session.scalars(select(Fax).where(Fax.id == key)).one()
            session.expunge_all()
            return found

    def attempts(self, key: int) -> list[FaxAttempt]:
        with operator(self.live.engine, read_only=True) as session:
            found = session.scalars(
                select(FaxAttempt).where(FaxAttempt.fax_id == key).order_by(FaxAttempt.number)
            ).all()
            session.expunge_all()
            return list(found)

    def until(self, met: Callable[[], Any], within: float = 30.0) -> Any:
        """Work until something is so."""
        with gevent.Timeout(within, AssertionError("it did not happen")):
            while not (found := met()):
                self.worker.round()
                gevent.sleep(0.05)
            return found

    def reaches(self, key: int, state: str) -> Fax:
        return self.until(lambda: (fax := self.fax(key)).state == state and fax)


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    offer = free_port()
    with running(VirtualOutside(offer, speed=60.0), tmp_path, offer, free_port()) as live:
        yield Desk(live)


def test_a_document_goes_in_and_arrives(desk: Desk) -> None:
    far = desk.live.outside.switch.callee(FAR, fax=FarFax())
    key = desk.put()
    fax = desk.reaches(key, "sent")
    assert (fax.pages, fax.pages_confirmed, fax.code, fax.t38, fax.ecm) == (3, 3, 0, True, True)
    assert fax.remote_id == "+49 30 5550100"
    assert len(far.calls) == 1
    (attempt,) = desk.attempts(key)
    assert (attempt.trunk, attempt.call) == ("carrier", desk.live.record().call)
    channel = far.calls[0].channel
    assert channel.get("fax_ident") == fax.from_number.replace("+", "%2B")
    assert not list((desk.live.settings.fax_dir / "out").iterdir())


def test_a_line_that_drops_goes_on_behind_a_cover(desk: Desk) -> None:
    switch = desk.live.outside.switch
    switch.callee(FAR, fax=FarFax(drops_in=2))
    key = desk.put()
    fax = desk.reaches(key, "retrying")
    assert (fax.pages_confirmed, fax.code) == (1, 49)
    switch.callee(FAR, fax=FarFax())
    desk.forward = timedelta(minutes=2)
    assert desk.reaches(key, "sent").pages_confirmed == 3
    second = desk.attempts(key)[1]
    assert (second.start_page, second.covers, second.pages_total, second.pages_confirmed) == (1, 1, 3, 3)


def test_bad_training_goes_down_the_ladder_and_is_remembered(desk: Desk) -> None:
    switch = desk.live.outside.switch
    switch.callee(FAR, fax=FarFax(code=6, pages=0))
    key = desk.put()
    desk.reaches(key, "retrying")
    switch.callee(FAR, fax=FarFax())
    desk.forward = timedelta(minutes=2)
    desk.reaches(key, "sent")
    assert [attempt.rung for attempt in desk.attempts(key)] == ["A", "C"]
    with operator(desk.live.engine, read_only=True) as session:
        row = session.scalars(select(FaxMemory)).one()
        assert (row.number, row.trunk, row.rung) == (FAR, "carrier", "C")


def test_a_fax_is_cancelled_while_it_is_sent(desk: Desk) -> None:
    far = desk.live.outside.switch.callee(FAR, fax=FarFax())
    key = desk.put()
    desk.until(lambda: desk.fax(key).pages_confirmed == 1)
    with scoped(desk.live.engine, desk.subscriber) as session:
        acts.cancel(session, key, desk.now())
    desk.forward = timedelta(seconds=11)
    fax = desk.reaches(key, "cancelled")
    assert fax.pages_confirmed < 3
    assert far.calls[0].ended.is_set()


def test_a_number_that_does_not_exist_is_called_once(desk: Desk) -> None:
    desk.live.outside.switch.callee(FAR, status=404)
    key = desk.put()
    fax = desk.reaches(key, "failed")
    assert (fax.reason, fax.cause, len(desk.attempts(key))) == ("wrong_number", "UNALLOCATED_NUMBER", 1)


def test_a_worker_killed_in_the_middle_of_a_page_sends_no_confirmed_page_again(desk: Desk, tmp_path: Path) -> None:
    """Real processes of the worker; the call goes on without one, and drops in its third page."""
    far = desk.live.outside.switch.callee(FAR, fax=FarFax(drops_in=3))
    forward = tmp_path / "forward"
    forward.write_text("0")
    key = desk.put()
    with worker_process(desk.live, forward) as first:
        desk.live.until(lambda: desk.fax(key).pages_confirmed == 1, 30)
        first.kill()
        first.wait()
    desk.live.until(lambda: desk.attempts(key)[0].state == "over", 30)
    assert desk.fax(key).state == "sending"
    desk.live.outside.switch.callee(FAR, fax=FarFax())
    forward.write_text("120")
    with worker_process(desk.live, forward):
        desk.live.until(lambda: desk.fax(key).state == "retrying", 30)
        forward.write_text("300")
        desk.live.until(lambda: desk.fax(key).state == "sent", 30)
    first_call, second = desk.attempts(key)
    assert (first_call.start_page, first_call.pages_confirmed) == (0, 2)
    assert (second.start_page, second.covers, second.pages_confirmed) == (2, 1, 2)
    assert len(far.calls) == 1


@contextmanager
def worker_process(live: Live, forward: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.fax.worker_process", str(forward)]
    environ = {"PATH": os.environ["PATH"], **live.environ}
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environ, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
