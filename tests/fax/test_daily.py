"""What may be put in on a day, by whom and from which number; several who ask at once never exceed it."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from conf.database import operator, scoped
from conf.fax import box, claiming
from conf.fax.claiming import Limits
from conf.fax.numbers import Policy
from conf.models import Fax
from conf.problems import ConfigurationError
from tests.fax.room import FAR, OTHER, OURS, Room


def refused(room: Room, *to: str, **more: object) -> str:
    with pytest.raises(ConfigurationError) as raised:
        room.put(*to, **more)  # type: ignore[arg-type]
    (problem,) = raised.value.problems
    assert (problem.field, problem.code) == ("to", "daily")
    return problem.text()


def test_several_who_put_in_at_once_stay_within_the_day(room: Room) -> None:
    room.policy = Policy(daily=2)
    barrier, ends = Barrier(4), []

    def put(number: str) -> None:
        barrier.wait()
        try:
            ends.append(len(room.put(number)))
        except ConfigurationError:
            ends.append(0)

    threads = [Thread(target=put, args=(f"+3319900000{place}",)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == [0, 0, 1, 1]
    with operator(room.engine, read_only=True) as session:
        assert session.scalars(select(func.count(Fax.id))).one() == 2


def test_a_user_and_a_number_have_a_day_of_their_own(embedded: Room) -> None:
    with scoped(embedded.engine, embedded.owners[0]) as session:
        box.write(session, {"daily_user": 2, "daily_number": 3})
    embedded.put(FAR, OTHER, created_by="claire@x.example")
    assert "by this user" in refused(embedded, FAR, created_by="claire@x.example")
    embedded.put(FAR, created_by="paul@x.example")
    assert "from this number" in refused(embedded, FAR, created_by="paul@x.example")
    embedded.put(FAR, owner=1, created_by="claire@x.example")  # another subscriber has limits of its own
    embedded.passes(days=1)
    embedded.put(FAR, OTHER, created_by="claire@x.example", from_number=OURS)


def test_quiet_hours_are_those_of_where_it_goes(embedded: Room) -> None:
    embedded.policy = Policy(countries=("*",))
    with scoped(embedded.engine, embedded.owners[0]) as session:
        box.write(session, {"quiet_from": "20:00", "quiet_until": "08:00"})
    new_york, paris = embedded.ready("+12125550100"), embedded.ready(FAR)  # it is 10:00 in Paris, 04:00 in New York
    toll_free = embedded.ready("+18005550100")  # anywhere: as here
    with operator(embedded.engine) as session:
        found = [fax.id for fax, _ in claiming.to_call(session, Limits(), lambda number: (), embedded.now)]
    assert found == [*paris, *toll_free]
    assert embedded.fax(new_york[0]).due_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
