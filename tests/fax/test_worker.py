"""The worker, round by round: pages are made, calls asked for once, and what follows is as the table says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from conf.database import operator, scoped
from conf.fax import attempts, box, claiming
from conf.models import CallRecord, FaxMemory, Job
from fax import acts
from fax.controllers import Controllers, Refused
from tests.conf.rows import NOW
from tests.fax.room import FAR, OTHER, Room
from tests.fax.stand_in import Dialled


def test_a_document_is_made_into_pages_and_sent(room: Room) -> None:
    (key,) = room.put()
    room.worker().round()
    room.worker().round()
    (call,) = room.controller.calls
    assert call.pages == 1
    assert call.wish["header"] == "Martin"
    assert (call.wish["ident"], call.wish["from"]) == ("+33123456780", "+33123456780")
    assert (call.wish["time_zone"], call.wish["rung"], call.wish["start_page"]) == ("Europe/Paris", "A", 0)
    room.worker().round()
    fax = room.fax(key)
    assert (fax.state, fax.pages, fax.pages_confirmed, fax.reason) == ("sent", 1, 1, "sent")
    assert room.spool() == []
    assert not list(room.folder.glob("work-*"))


def test_a_document_that_cannot_be_faxed_says_why(embedded: Room) -> None:
    (key,) = embedded.put(text=b"\x00\x01\x02\xff" * 100)
    embedded.worker().convert()
    fax = embedded.fax(key)
    assert (fax.state, fax.reason) == ("failed", "document")
    assert fax.problem
    assert fax.problem[0] == "letter.txt"
    assert embedded.controller.asked == []


def test_what_was_confirmed_is_not_sent_again_and_a_cover_says_what_follows(embedded: Room) -> None:
    def drops_after_two(call: Dialled) -> None:
        call.confirm(2)
        call.end(49, t38=True)

    embedded.controller.act = drops_after_two
    (key,) = embedded.ready(pages=3)
    worker = embedded.worker()
    worker.round()
    worker.round()
    fax = embedded.fax(key)
    assert (fax.state, fax.pages_confirmed, fax.due_at) == ("retrying", 2, embedded.now.replace(minute=1))
    embedded.controller.act = lambda call: call.end(0, pages=2)
    embedded.passes(seconds=59)
    worker.round()
    assert len(embedded.controller.calls) == 1
    embedded.passes(seconds=1)
    worker.round()
    second = embedded.controller.calls[1]
    assert second.pages == 2  # the cover and the third page
    row = embedded.attempts(key)[1]
    assert (row.start_page, row.covers, row.pages_total, row.rung) == (2, 1, 2, "A")
    worker.settle()
    assert embedded.fax(key).state == "sent"


def test_without_continuation_covers_the_rest_goes_alone(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        box.write(session, {"continuation": False})
    embedded.controller.act = lambda call: call.end(49, pages=1)
    (key,) = embedded.ready(pages=3)
    worker = embedded.worker()
    worker.round()
    worker.settle()
    embedded.passes(minutes=1)
    worker.round()
    assert [call.pages for call in embedded.controller.calls] == [3, 2]
    assert embedded.fax(key).pages_confirmed == 2


def test_the_winning_rung_is_remembered_for_the_number_and_the_trunk(room: Room) -> None:
    ends = iter([6, 0, 0])
    room.controller.act = lambda call: call.end(next(ends), trunk="carrier")
    room.ready()
    worker = room.worker()
    for _ in range(4):
        worker.round()
        room.passes(minutes=1)
    assert [call.wish["rung"] for call in room.controller.calls] == ["A", "C"]
    with operator(room.engine, read_only=True) as session:
        row = session.scalars(select(FaxMemory)).one()
        assert (row.number, row.trunk, row.rung) == (FAR, "carrier", "C")
    room.ready()
    worker.round()
    assert room.controller.calls[2].wish["rung"] == "C"
    room.ready(owner=1)  # what one subscriber learnt is another's to learn
    worker.settle()
    room.controller.act = lambda call: None
    worker.round()
    assert room.controller.calls[3].wish["rung"] == "A"


def test_busy_is_tried_twelve_times_every_three_minutes(embedded: Room) -> None:
    embedded.controller.act = lambda call: call.end(None, cause="USER_BUSY", answered=False)
    (key,) = embedded.ready()
    worker = embedded.worker()
    for _ in range(15):
        worker.call()
        worker.settle()
        embedded.passes(minutes=3)
    fax = embedded.fax(key)
    assert (fax.state, fax.reason, fax.cause) == ("failed", "busy", "USER_BUSY")
    assert len(embedded.controller.calls) == 13


def test_no_controller_is_no_attempt(embedded: Room) -> None:
    embedded.controller.away = True
    (key,) = embedded.ready()
    worker = embedded.worker()
    worker.round()
    assert embedded.states(key) == ["sending"]
    embedded.controller.away = False
    embedded.passes(seconds=20)
    worker.look()
    worker.settle()
    assert embedded.states(key) == ["sent"]
    assert {wish["attempt"] for wish in embedded.controller.asked} == {f"{key}-1"}


def test_a_call_that_nobody_places_is_given_up_and_tried_later(embedded: Room) -> None:
    embedded.controller.away = True
    (key,) = embedded.ready()
    worker = embedded.worker()
    worker.round()
    embedded.passes(minutes=11)
    worker.look()
    worker.settle()
    assert embedded.states(key) == ["retrying"]


@pytest.mark.parametrize("cancelled_in", ["queued", "waiting", "intended", "dialled", "retrying"])
def test_a_fax_is_cancelled_in_any_state(embedded: Room, cancelled_in: str) -> None:
    worker = embedded.worker()
    (key,) = embedded.put() if cancelled_in == "queued" else embedded.ready()
    embedded.controller.away = cancelled_in == "intended"
    embedded.controller.act = lambda call: call.end(49) if cancelled_in == "retrying" else None
    if cancelled_in not in ("queued", "waiting"):
        worker.round()
        worker.settle()
    with scoped(embedded.engine, embedded.owners[0]) as session:
        acts.cancel(session, key, embedded.now)
    embedded.passes(seconds=11)
    worker.look()
    worker.round()
    fax = embedded.fax(key)
    assert (fax.state, fax.reason) == ("cancelled", "cancelled")
    assert embedded.controller.hung_up == ([f"{key}-1"] if cancelled_in == "dialled" else [])
    before = len(embedded.controller.calls)
    embedded.passes(hours=1)
    worker.round()
    assert len(embedded.controller.calls) == before


@pytest.mark.parametrize("ends", ["cancelled", "given up", "refused"])
def test_a_call_that_was_placed_meanwhile_is_not_given_up(
    embedded: Room, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controller is quicker than the worker thinks: given up, the same pages would go twice."""
    embedded.controller.away = ends != "refused"
    embedded.controller.act = lambda call: None
    (key,) = embedded.ready()
    worker = embedded.worker()

    def place() -> None:
        with scoped(embedded.engine, embedded.owners[0]) as session:
            attempts.dialled(session, f"{key}-1", "call", "channel", "c", embedded.now)

    if ends == "refused":  # one controller dialled and never answered, the next one does not find the file

        def refuses(_: Controllers, wish: Mapping[str, Any]) -> str:
            place()
            raise Refused(f"file: there is no file {wish['file']}")

        monkeypatch.setattr(Controllers, "place", refuses)
        worker.round()
    else:
        worker.round()
        if ends == "cancelled":
            with scoped(embedded.engine, embedded.owners[0]) as session:
                acts.cancel(session, key, embedded.now)
        embedded.passes(minutes=11)
        looks = worker._look_at_intended

        def late(call: claiming.Open, now: datetime) -> None:
            place()
            looks(call, now)

        monkeypatch.setattr(worker, "_look_at_intended", late)
        worker.look()
    assert [one.state for one in embedded.attempts(key)] == ["dialled"]
    worker.settle()
    assert embedded.states(key) == ["sending"]


def lose(room: Room, confirmed: int) -> int:
    """A call of three pages of which nobody hears any more."""

    def vanishes(call: Dialled) -> None:
        call.confirm(confirmed) if confirmed else None
        call.vanish()

    room.controller.act = vanishes
    (key,) = room.ready(pages=3)
    worker = room.worker()
    worker.round()
    for _ in range(15):
        room.passes(seconds=15)
        worker.round()
    room.controller.act = lambda call: call.end(0, pages=call.pages)
    return key


def test_a_lost_call_asks_and_is_never_sent_again_by_itself(room: Room) -> None:
    key = lose(room, confirmed=1)
    fax = room.fax(key)
    assert (fax.state, fax.reason, fax.pages_confirmed) == ("uncertain", "lost", 1)
    room.passes(days=2)
    room.worker().round()
    assert len(room.controller.calls) == 1
    with scoped(room.engine, room.owners[0]) as session:
        acts.resend(session, key, room.now)
    worker = room.worker()
    worker.round()
    worker.settle()
    assert room.controller.calls[1].pages == 3  # a cover, and what was not confirmed
    assert room.fax(key).state == "sent"


def test_somebody_knows_that_it_arrived(embedded: Room) -> None:
    key = lose(embedded, confirmed=0)
    with scoped(embedded.engine, embedded.owners[0]) as session:
        acts.it_went(session, key, embedded.now)
    fax = embedded.fax(key)
    assert (fax.state, fax.reason, fax.pages_confirmed) == ("sent", "went", 0)


def test_a_lost_call_whose_pages_were_all_confirmed_is_sent(embedded: Room) -> None:
    assert embedded.fax(lose(embedded, confirmed=3)).state == "sent"


def test_a_controller_that_comes_back_tells_how_it_ended(embedded: Room) -> None:
    key = lose(embedded, confirmed=1)
    assert embedded.fax(key).state == "uncertain"
    with scoped(embedded.engine, embedded.owners[0]) as session:
        attempts.conclude(session, f"{key}-1", {"code": 0, "pages": 3}, embedded.now)
    embedded.worker().settle()
    fax = embedded.fax(key)
    assert (fax.state, fax.pages_confirmed) == ("sent", 3)


def test_a_lost_call_that_nobody_answered_is_tried_again(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        told = {"started_at": NOW, "ended_at": NOW, "cause": "NO_ANSWER", "source": "switch"}
        session.add(CallRecord(call="call-1-1", direction="outbound", **told))
    key = lose(embedded, confirmed=0)
    assert key == 1
    assert embedded.fax(key).state == "retrying"


def test_mails_and_their_keys(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        box.write(session, {"mail_to": ["desk@martin.example"]})
    embedded.controller.act = lambda call: call.end(None, cause="USER_BUSY", answered=False)
    embedded.ready(created_by="claire@martin.example")
    embedded.ready(OTHER, mail_to=[])
    worker = embedded.worker()
    for _ in range(15):
        worker.call()
        worker.settle()
        embedded.passes(minutes=3)
    with operator(embedded.engine, read_only=True) as session:
        told = [(job.payload["event"], job.payload["to"]) for job in session.scalars(select(Job).order_by(Job.id))]
    people = ["claire@martin.example", "desk@martin.example"]
    assert told == [("fax.requeued", people), ("fax.failed", people)]
