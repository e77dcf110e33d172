"""Faxes on calls: asked for once, sent, told page by page, whatever the far end and the controllers do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conf.database import operator, scoped
from conf.models import Fax, FaxAttempt
from controller.virtual.far_fax import FarFax
from tests.calls.live import Live, free_port, running
from tests.fax.pages import sample
from tests.outside.virtual import VirtualOutside

FAR = "+33699000001"
FAST = 60.0  # a page takes 22 s of the switch's clock


@pytest.fixture
def live(tmp_path: Path) -> Any:
    offer = free_port()
    with running(VirtualOutside(offer, speed=FAST), tmp_path, offer, free_port()) as here:
        yield here


def queued(live: Live, number: int = 1, fax: int | None = None, to: str = FAR) -> str:
    """An attempt as the worker writes it; its key."""
    subscriber = live.controller.configuration.by_slug("martin").subscriber_id
    with scoped(live.engine, subscriber) as session:
        if fax is None:
            row = Fax(to_number=to, state="sending", pages=2)
            session.add(row)
            session.flush()
            fax = row.id
        session.add(FaxAttempt(fax_id=fax, number=number, rung="A", asked_at=datetime.now(UTC)))
        return f"{fax}-{number}"


def attempt(live: Live, key: str) -> FaxAttempt:
    fax, number = map(int, key.split("-"))
    with operator(live.engine, read_only=True) as session:
        wanted = select(FaxAttempt).where(FaxAttempt.fax_id == fax, FaxAttempt.number == number)
        found = session.scalars(wanted).one()
        session.expunge_all()
        return found


def over(live: Live, key: str, within: float = 15.0) -> FaxAttempt:
    return live.until(lambda: (found := attempt(live, key)).state == "over" and found, within)


def document(live: Live, pages: int = 2) -> Path:
    folder = live.settings.fax_dir / "out"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sample(folder / f"{pages}.tif", pages, density=4)


def ask(live: Live, key: str, file: Path, **more: Any) -> str:
    wish = {"subscriber": "martin", "attempt": key, "to": FAR, "from": "+33123456789", "file": str(file), **more}
    return str(live.control.ask("POST", "/v1/faxes", wish)["call"])


def machine(live: Live, **manner: Any) -> Any:
    return live.outside.switch.callee(FAR, fax=FarFax(**manner))


def test_a_fax_is_sent_and_told_page_by_page(live: Live) -> None:
    far = machine(live)
    key = queued(live)
    call = ask(live, key, document(live), ident="+33123456789", header="Boulangerie Martin")
    done = over(live, key)
    assert (done.call, done.code, done.pages_confirmed, done.answered) == (call, 0, 2, True)
    assert (done.remote_id, done.rate, done.ecm, done.t38) == ("+49 30 5550100", 14400, True, True)
    record = live.record()
    assert (record.call, record.direction, record.called) == (call, "outbound", FAR)
    assert (record.fax["pages"], record.fax["code"], record.fax["direction"]) == (2, 0, "out")
    channel = far.calls[0].channel
    told = {name: channel.get(name) for name in ("fax_ident", "fax_header", "fax_start_page", "fax_use_ecm")}
    assert told == {
        "fax_ident": "%2B33123456789",
        "fax_header": "Boulangerie%20Martin",
        "fax_start_page": "0",
        "fax_use_ecm": "true",
    }
    assert channel.get("fax_timezone") == "CET-1CEST%2CM3.5.0%2CM10.5.0%2F3"
    assert channel.get("execute_on_fax_result") == "hangup"
    assert channel.get("absolute_codec_string")


def test_the_same_attempt_asked_for_again_is_the_same_call(live: Live) -> None:
    far = machine(live)
    key = queued(live)
    file = document(live)
    calls = {ask(live, key, file) for _ in range(3)}
    over(live, key)
    assert {ask(live, key, file)} == calls
    assert (len(calls), len(far.calls)) == (1, 1)
