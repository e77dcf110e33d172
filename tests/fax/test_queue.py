"""What is put in, and who is called next: keys, lists, limits, hours, and several who ask at once."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.exc import IntegrityError

from conf.database import operator, scoped
from conf.fax import box, claiming, listing, retention
from conf.fax.claiming import Limits, Trunk
from conf.fax.listing import Search
from conf.fax.numbers import Policy
from conf.fax.queueing import Conflict, Given, To, Wanted
from conf.models import Fax, FaxBatch, FaxDocument, User
from conf.problems import ConfigurationError
from tests.conf.rows import NOW
from tests.fax.room import FAR, OTHER, Room


def wanted(*to: str, text: bytes = b"Bonjour.", **more: object) -> Wanted:
    documents = [Given("letter.txt", io.BytesIO(text))] if text else []
    return Wanted(to=[To(number) for number in to], documents=documents, **more)  # type: ignore[arg-type]


def problems(room: Room, asked: Wanted) -> list[tuple[str, str]]:
    with scoped(room.engine, room.owners[0]) as session, pytest.raises(ConfigurationError) as raised:
        room.queue(session, asked)
    return [(problem.field, problem.code) for problem in raised.value.problems]


def taken(room: Room, **more: object) -> list[int]:
    """Who is called for now; nothing is held afterwards."""
    limits = Limits(**{name: more[name] for name in more if name != "trunks"})  # type: ignore[arg-type]
    trunks = more.get("trunks", lambda number: ())
    with operator(room.engine) as session:
        found = []
        for fax, _trunk in claiming.to_call(session, limits, trunks, room.now):  # type: ignore[arg-type]
            fax.state = "sending"
            session.flush()
            found.append(fax.id)
        return found


# --- putting in -----------------------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_fax_and_another_body_is_refused(room: Room) -> None:
    with scoped(room.engine, room.owners[0]) as session:
        first = room.queue(session, wanted(FAR, key="order-7"))
        key, new = first.faxes[0].id, first.new
    with scoped(room.engine, room.owners[0]) as session:
        again = room.queue(session, wanted(FAR, key="order-7"))
        assert ([fax.id for fax in again.faxes], new, again.new) == ([key], True, False)
        for other in (wanted(OTHER, key="order-7"), wanted(FAR, key="order-7", text=b"Autre.")):
            with pytest.raises(Conflict):
                room.queue(session, other)
    with scoped(room.engine, room.owners[1]) as session:
        assert room.queue(session, wanted(FAR, key="order-7"), owner=1).new  # another's key is another key
    with operator(room.engine, read_only=True) as session:
        assert session.scalars(select(func.count(Fax.id))).one() == 2
    assert len(list(room.store.vault.list(room.owners[0], "fax"))) == 1


def test_two_who_ask_at_the_same_moment_put_in_one(room: Room) -> None:
    barrier, results = Barrier(2), []

    def put() -> None:
        barrier.wait()
        with scoped(room.engine, room.owners[0]) as session:
            results.append(room.queue(session, wanted(FAR, key="twice")).faxes[0].id)

    threads = [Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert len(set(results)) == 1
    assert len(list(room.store.vault.list(room.owners[0], "fax"))) == 1


def test_a_list_is_a_fax_for_each_number_and_one_batch(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        listing.keep_list(session, "shops", [{"number": "01 99 00 00 01", "name": "Lyon"}, {"number": OTHER}])
        put = embedded.queue(session, wanted(FAR, to_list="shops"))  # Lyon is named twice, and called once
        assert [(fax.to_number, fax.batch_id) for fax in put.faxes] == [(FAR, put.batch.id), (OTHER, put.batch.id)]
        assert listing.counts(session, put.batch.id) == {"queued": 2}
        assert [row.name for row in listing.documents(session, put.batch.id)] == ["letter.txt"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (wanted(), [("to", "missing")]),
        (wanted("abc"), [("to.0", "not_a_number")]),
        (wanted(FAR, "0123"), [("to.1", "too_short")]),
        (wanted("+33899123456"), [("to.0", "premium")]),
        (wanted("+4930123456"), [("to.0", "abroad")]),
        (wanted(FAR, text=b""), [("documents", "missing")]),
        (wanted(FAR, resolution="huge"), [("resolution", "unknown_resolution")]),
        (wanted(FAR, priority="now"), [("priority", "unknown_priority")]),
        (wanted(FAR, to_list="nobody"), [("to_list", "unknown_list")]),
        (wanted(FAR, from_number="+33199999999"), [("from_number", "not_ours")]),
        (wanted(FAR, send_at=NOW + timedelta(days=400)), [("send_at", "too_late")]),
        (Wanted(to=[To(FAR)], documents=[Given("empty.pdf", io.BytesIO())]), [("documents", "empty")]),
    ],
)
def test_what_is_wrong_is_named(embedded: Room, asked: Wanted, expected: list[tuple[str, str]]) -> None:
    assert problems(embedded, asked) == expected


def test_the_operator_opens_countries_and_premium_numbers(embedded: Room) -> None:
    embedded.policy = Policy(countries=("FR", "DE"), premium=True)
    assert embedded.put("+4930123456", "+33899123456")
    assert problems(embedded, wanted("+442079460000")) == [("to.0", "abroad")]
    embedded.policy = Policy(countries=("*",))
    assert embedded.put("+442079460000")


def test_a_day_has_its_most(embedded: Room) -> None:
    embedded.policy = Policy(daily=3)
    embedded.put(FAR, OTHER)
    assert problems(embedded, wanted(FAR, OTHER)) == [("to", "daily")]
    assert embedded.put(FAR)
    assert embedded.put(FAR, owner=1)
    embedded.passes(hours=14)  # it is 23 h in UTC, and tomorrow in Paris
    assert embedded.put(FAR)


def test_the_number_that_is_shown(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        doc = {"login": "claire@x.example", "name": "Claire", "role": "fax", "outbound_number": "+33123456780"}
        session.add(User(doc=doc))
    (key,) = embedded.put(created_by="claire@x.example")
    assert embedded.fax(key).from_number == "+33123456780"


# --- who is next ----------------------------------------------------------------------------------------------------


def test_one_call_at_a_time_to_a_number_whoever_sends(room: Room) -> None:
    first, second, third = *room.ready(FAR, OTHER), *room.ready(FAR, owner=1)
    assert taken(room) == [first, second]
    assert taken(room) == []
    with operator(room.engine) as session:
        session.get_one(Fax, first).state = "sent"
    assert taken(room) == [third]
    with pytest.raises(IntegrityError), operator(room.engine) as session:  # the database itself refuses a second one
        session.add(Fax(subscriber_id=room.owners[0], to_number=FAR, state="sending"))


def test_limits_of_all_of_one_subscriber_and_of_a_trunk(embedded: Room) -> None:
    numbers = [f"+3319900010{number}" for number in range(6)]
    keys, others = embedded.ready(*numbers[:4]), embedded.ready(*numbers[4:], owner=1)
    assert taken(embedded, per_subscriber=2) == [*keys[:2], *others]
    assert taken(embedded, per_subscriber=9, calls=5) == [keys[2]]
    assert taken(embedded, per_subscriber=9, calls=5) == []


def test_a_trunk_that_is_full_gives_way_to_the_next(embedded: Room) -> None:
    embedded.controller.act = lambda call: None
    embedded.ready(*(f"+3319900010{number}" for number in range(4)))
    worker = embedded.worker(
        trunks=lambda number: [Trunk("small", 1), Trunk("large")], limits=Limits(per_subscriber=9, per_trunk=2)
    )
    worker.round()
    used = [embedded.attempts(key)[0].trunk for key in range(1, 4)]
    assert used == ["small", "large", "large"]
    assert embedded.states(4) == ["waiting"]


def test_the_important_first_then_the_oldest(embedded: Room) -> None:
    normal, low, high = (
        *embedded.ready(FAR),
        *embedded.ready(OTHER, priority="low"),
        *embedded.ready("+33199000003", priority="high"),
    )
    assert taken(embedded) == [high, normal, low]


def test_send_later(embedded: Room) -> None:
    (key,) = embedded.ready(send_at=NOW + timedelta(hours=5))
    assert taken(embedded) == []
    embedded.passes(hours=5)
    assert taken(embedded) == [key]


def test_nothing_is_sent_in_quiet_hours(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        box.write(session, {"quiet_from": "10:00", "quiet_until": "14:30"})
    (key,), (other,) = embedded.ready(), embedded.ready(OTHER, owner=1)
    embedded.passes(minutes=30)  # 10:30 in Paris
    assert taken(embedded) == [other]
    assert embedded.fax(key).due_at == datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    embedded.passes(hours=4)
    assert taken(embedded) == [key]


def test_quiet_hours_over_midnight() -> None:
    night = box.of_document({"quiet_from": "22:00", "quiet_until": "07:00"})
    ends = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert night.quiet_end("Europe/Paris", datetime(2026, 11, 23, 21, 0, tzinfo=UTC)) == ends
    assert night.quiet_end("Europe/Paris", datetime(2026, 11, 24, 5, 59, tzinfo=UTC)) == ends
    assert night.quiet_end("Europe/Paris", ends) is None


def test_settings_that_are_wrong_are_named(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        with pytest.raises(ConfigurationError) as raised:
            box.write(session, {"header": "x" * 51, "quiet_from": "25:00", "keep_days": 0, "colour": "red"})
        fields = [problem.field for problem in raised.value.problems]
        assert fields == ["header", "quiet_from", "keep_days", "colour"]
        assert box.write(session, {"header": "Martin"}).keep_days == 90
        assert box.write(session, {"keep_days": 30}).header == "Martin"


def test_several_workers_make_the_pages_of_different_faxes(room: Room) -> None:
    room.put(FAR, OTHER)
    found = []
    for worker in ("a", "b", "c"):
        with operator(room.engine) as session:
            fax = claiming.to_convert(session, worker, room.now)
            found.append(fax.id if fax else None)
            if fax:
                fax.state, fax.lease_until = "converting", room.now + timedelta(minutes=5)
    assert found == [1, 2, None]
    with operator(room.engine) as session:
        late = claiming.to_convert(session, "c", room.now + timedelta(minutes=5))
        assert late is not None
        assert late.id == 1


# --- what is found, and forgotten -----------------------------------------------------------------------------------


def test_faxes_are_found_by_number_name_and_remote_id(embedded: Room) -> None:
    (key,) = embedded.put(FAR)
    embedded.put(OTHER)
    with scoped(embedded.engine, embedded.owners[0]) as session:
        session.get_one(Fax, key).remote_id = "LYON_100%"
        for text in ("01 99 00 00 01", "9900 0001", "lyon", "100%"):
            found = session.scalars(listing.faxes(true(), Search(direction="out", text=text))).all()
            assert [fax.id for fax in found] == [key], text
        assert session.scalars(listing.faxes(true(), Search(state="sent"))).all() == []
    with scoped(embedded.engine, embedded.owners[1]) as session:
        assert session.scalars(listing.faxes(true(), Search())).all() == []


def test_content_is_forgotten_in_time_and_documents_with_the_last_fax(embedded: Room) -> None:
    first, second = embedded.ready(FAR, OTHER, cover={"subject": "x"})

    def end(key: int) -> None:
        with operator(embedded.engine) as session:
            fax = session.get_one(Fax, key)
            fax.state, fax.until = "sent", embedded.now + timedelta(days=90)

    end(first)
    assert retention.forget_old(embedded.engine, embedded.store, embedded.passes(days=91)) == 1
    assert embedded.fax(first).tiff == ""
    kept = list(embedded.store.vault.list(embedded.owners[0], "fax"))
    assert len(kept) == 2  # the document, and the pages of the other
    end(second)
    assert retention.forget_old(embedded.engine, embedded.store, embedded.passes(days=91)) == 1
    assert list(embedded.store.vault.list(embedded.owners[0], "fax")) == []
    with operator(embedded.engine, read_only=True) as session:
        assert [row.stored for row in session.scalars(select(FaxDocument))] == [""]
        assert [row.cover for row in session.scalars(select(FaxBatch))] == [None]
    assert embedded.fax(second).state == "sent"
