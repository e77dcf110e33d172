"""No session of one subscriber reads or touches another's rows, whatever table and whatever way."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Delete,
    Engine,
    Update,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased, join, selectinload

from conf.database import Crossing, Unscoped, migrate, narrowed, open_engine, operator, scoped
from conf.models import Counter, Flow, FlowVersion, ListEntry, NumberList, Subscriber, User
from tests.conf.rows import MAKERS, add, subscribers_tables

TABLES = sorted(subscribers_tables(), key=lambda kind: kind.__name__)


def test_every_table_of_a_subscriber_is_walked() -> None:
    assert set(MAKERS) == set(TABLES)


@pytest.fixture
def filled(engine: Engine, two: tuple[int, int]) -> tuple[int, int]:
    """A row of every table for both subscribers."""
    with operator(engine) as session:
        for owner in two:
            for kind in TABLES:
                add(session, kind, owner, f"{kind.__name__}-{owner}")
    return two


def test_each_subscriber_sees_its_own_rows_only(engine: Engine, filled: tuple[int, int]) -> None:
    for mine in filled:
        with scoped(engine, mine) as session:
            for kind in TABLES:
                assert {row.subscriber_id for row in session.scalars(select(kind))} == {mine}, kind
                assert set(session.scalars(select(kind.subscriber_id))) == {mine}, kind
                assert set(session.scalars(select(aliased(kind).subscriber_id))) == {mine}, kind
            assert [row.id for row in session.scalars(select(Subscriber))] == [mine]


def test_another_s_row_is_not_found_by_its_key(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled
    with operator(engine) as session:
        keys = {kind: session.scalars(select(kind.id).where(kind.subscriber_id == theirs)).first() for kind in TABLES}
    with scoped(engine, mine) as session:
        for kind, key in keys.items():
            assert session.get(kind, key) is None, kind
            assert session.scalar(select(func.count()).select_from(kind).where(kind.id == key)) == 0, kind
            assert not session.scalar(select(exists(select(kind.id).where(kind.id == key)))), kind
        assert session.get(Subscriber, theirs) is None


def test_updates_and_deletes_stop_at_the_subscriber(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled
    before = _counted(engine, theirs)
    with scoped(engine, mine) as session:
        for kind in TABLES:
            if kind is FlowVersion:
                continue
            column = next(c for c in kind.__table__.c if c.name not in ("id", "subscriber_id") and not c.foreign_keys)
            session.execute(update(kind).where(kind.subscriber_id == theirs).values({column.name: column}))
            session.execute(delete(kind).where(kind.subscriber_id == theirs))
        with pytest.raises(Crossing):
            session.execute(update(User).values(subscriber_id=theirs))
    assert _counted(engine, theirs) == before
    with scoped(engine, mine) as session:
        for kind in (ListEntry, NumberList, User):
            session.execute(delete(kind))
        assert session.scalars(select(User)).all() == []
    assert _counted(engine, theirs) == before


def test_rows_are_not_inserted_for_another(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled
    for kind in TABLES:
        with scoped(engine, mine) as session:
            row = MAKERS[kind](session, mine, "new")
            row.subscriber_id = theirs
            session.add(row)
            with pytest.raises(Crossing):
                session.flush()
            session.rollback()
    for values in ({"subscriber_id": theirs}, {}):
        with pytest.raises(Crossing), scoped(engine, mine) as session:
            session.execute(insert(Counter).values(name="x", period="", value=1, **values))
        with pytest.raises(Crossing), scoped(engine, mine) as session:
            session.execute(insert(Counter), [{"name": "x", "period": "", "value": 1, **values}])


def test_an_insert_that_updates_is_refused(engine: Engine, two: tuple[int, int]) -> None:
    dialect: Any = sqlite if engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Counter).values(subscriber_id=two[0], name="x", period="", value=1)
    with scoped(engine, two[0]) as session:
        session.execute(row.on_conflict_do_nothing())
        session.execute(row.on_conflict_do_nothing())
        assert session.scalar(select(func.count()).select_from(Counter)) == 1
        with pytest.raises(Unscoped):
            session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"value": 2}))


def test_a_row_without_subscriber_gets_the_session_s(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[1]) as session:
        session.add(Flow(name="a"))
    with operator(engine) as session:
        assert session.scalars(select(Flow.subscriber_id)).all() == [two[1]]


def test_objects_of_another_session_are_not_changed(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled
    with operator(engine) as session:
        user = session.scalars(select(User).where(User.subscriber_id == theirs)).one()
        loaded = session.scalars(select(User).where(User.subscriber_id == theirs)).one()
        session.expunge(loaded)
    for item in (user, loaded):  # the one forgot its columns at the commit, the other holds them
        for take in (Session.add, Session.delete):
            with pytest.raises(Crossing), scoped(engine, mine) as session:
                take(session, item)
    with pytest.raises(Crossing), scoped(engine, mine) as session:
        session.merge(loaded)
    with pytest.raises(Crossing), scoped(engine, mine) as session:
        session.scalars(select(User)).one().subscriber_id = theirs


def test_relationships_do_not_cross(engine: Engine, filled: tuple[int, int]) -> None:
    """The keys themselves hold the subscriber: the database refuses what the session could not see."""
    mine, theirs = filled
    with operator(engine) as session:
        foreign = session.scalars(select(NumberList).where(NumberList.subscriber_id == theirs)).first()
        assert foreign is not None
        key = foreign.id
    with pytest.raises(Exception, match="(?i)foreign key"), operator(engine) as session:
        session.add(ListEntry(subscriber_id=mine, list_id=key, doc={"number": "+33*"}))
    with scoped(engine, mine) as session:
        lists = session.scalars(select(NumberList).options(selectinload(NumberList.entries))).all()
        assert {entry.subscriber_id for row in lists for entry in row.entries} == {mine}
        crossing = select(ListEntry.id).join(NumberList, NumberList.id == ListEntry.list_id)
        assert session.scalars(crossing.where(NumberList.subscriber_id == theirs)).all() == []
        inside = select(ListEntry.id).where(ListEntry.list_id.in_(select(NumberList.id).where(NumberList.id == key)))
        assert session.scalars(inside).all() == []


def test_ways_around_the_mapping_are_refused(engine: Engine, two: tuple[int, int]) -> None:
    statements = (
        text('SELECT * FROM "user"'),
        select(User.__table__),
        select(User.__table__.c.login),
        select(Flow.id).join(User.__table__, User.__table__.c.id == Flow.id),
        select(User).from_statement(text('SELECT * FROM "user"')),
        update(User.__table__).values(name="x"),
    )
    for statement in statements:
        with pytest.raises(Unscoped), scoped(engine, two[0]) as session:
            session.execute(statement)
    with pytest.raises(Unscoped), scoped(engine, two[0]) as session:
        session.execute(update(User), [{"id": 1, "name": "x"}])


SLIPPERY = {
    "only in a condition": select(exists().where(User.id > 0)),
    "in a window": select(func.row_number().over(order_by=User.id)),
    "second in an expression": select(User.id * 10 + Flow.id),
    "in a join": select(func.count()).select_from(join(User, Flow, Flow.id > 0)),
    "in an inner expression": select(User.id).where(User.id.in_(select(func.max(Flow.id) + func.max(NumberList.id)))),
    "as a table in a subquery": select(User.id).where(User.id.in_(select(Flow.__table__.c.id))),
    "in a union": union_all(select(User.id), select(Flow.__table__.c.id)),
    "beside an update": update(User).where(User.id == Flow.id).values(name="x"),
    "beside a delete": delete(User).where(User.id == Flow.id),
    "inside an update": update(User).values(name=select(Flow.__table__.c.name).limit(1).scalar_subquery()),
}


@pytest.mark.parametrize("shape", SLIPPERY)
def test_shapes_that_would_slip_through_are_refused(engine: Engine, filled: tuple[int, int], shape: str) -> None:
    """SQLAlchemy confines none of these by itself: they name a class where it does not look."""
    with pytest.raises(Unscoped), scoped(engine, filled[0]) as session:
        session.execute(SLIPPERY[shape])
    with operator(engine) as session:  # and the same statement is the operator's to run
        if not isinstance(SLIPPERY[shape], Update | Delete):
            session.execute(SLIPPERY[shape])


def test_shapes_that_are_needed_are_confined(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled
    one = select(func.count()).select_from(Flow)
    inner = select(Flow.id).where(Flow.id == User.id).exists()
    with scoped(engine, mine) as session:
        both = session.scalar(one)
        assert both == 4  # one of its own; a version, a draft and a planned publication have one each
        assert session.scalar(select(func.max(Flow.subscriber_id))) == mine
        assert session.scalar(select(func.row_number().over(order_by=Flow.id)).select_from(Flow).limit(1)) == 1
        assert session.execute(select(User.login).where(inner)).all() is not None
        assert session.execute(select(literal(1)).where(Flow.subscriber_id == theirs)).all() == []
        beside = select(User.id).where(exists().where(Flow.subscriber_id == theirs))
        assert session.execute(beside).all() == []
        twice = union_all(select(Flow.id), select(Flow.id)).subquery()
        assert session.scalar(select(func.count()).select_from(twice)) == 2 * both
        assert {row[1] for row in session.execute(select(Flow, User.subscriber_id).outerjoin(User, true()))} == {mine}
        session.expire_all()
        assert session.scalars(select(User)).one().subscriber_id == mine


def test_a_session_must_say_for_whom(engine: Engine, two: tuple[int, int]) -> None:
    for statement in (select(User), select(Subscriber), delete(User), update(User).values(name="x")):
        with pytest.raises(Unscoped), Session(engine) as session:
            session.execute(statement)
    with Session(engine) as session:
        session.add(Flow(name="x", subscriber_id=two[0]))
        with pytest.raises(Unscoped):
            session.flush()
    with Session(engine) as session:
        assert session.scalar(select(1)) == 1


def test_the_operator_narrowed_to_one_is_confined(engine: Engine, filled: tuple[int, int]) -> None:
    mine, _ = filled
    with operator(engine) as session:
        assert len(set(session.scalars(select(User.subscriber_id)))) == 2
        with narrowed(session, mine):
            assert set(session.scalars(select(User.subscriber_id))) == {mine}
        assert len(set(session.scalars(select(User.subscriber_id)))) == 2


def test_a_published_version_never_changes(engine: Engine, filled: tuple[int, int]) -> None:
    with scoped(engine, filled[0]) as session:
        version = session.scalars(select(FlowVersion)).one()
        key = version.id
    for act in (
        lambda session: setattr(session.get(FlowVersion, key), "doc", {}),
        lambda session: session.delete(session.get(FlowVersion, key)),
        lambda session: session.execute(update(FlowVersion).values(comment="x")),
        lambda session: session.execute(delete(FlowVersion)),
    ):
        with pytest.raises(Unscoped, match="never changes"), scoped(engine, filled[0]) as session:
            act(session)


def test_changes_raise_the_version_once_each_transaction(engine: Engine, filled: tuple[int, int]) -> None:
    mine, theirs = filled

    def version(of: int) -> int:
        with operator(engine, read_only=True) as session:
            return session.scalars(select(Subscriber.version).where(Subscriber.id == of)).one()

    start, others = version(mine), version(theirs)
    with scoped(engine, mine) as session:
        session.scalars(select(User)).one().name = "New"
        session.flush()
        session.add(Flow(name="another"))
    assert version(mine) == start + 1
    with scoped(engine, mine) as session:
        session.execute(update(User).values(name="Newer"))
    assert version(mine) == start + 2
    with scoped(engine, mine) as session:
        session.add(Counter(name="no configuration"))
        session.scalars(select(User)).one().name = "Newer"
    assert version(mine) == start + 2
    with scoped(engine, mine) as session:
        session.scalars(select(Subscriber)).one().fallback = "101"
    assert version(mine) == start + 3
    assert version(theirs) == others


def test_a_reading_session_writes_nothing(engine: Engine, two: tuple[int, int]) -> None:
    with pytest.raises(Unscoped, match="only reads"), scoped(engine, two[0], read_only=True) as session:
        session.add(Flow(name="x"))
    with pytest.raises(Exception, match="(?i)read"), scoped(engine, two[0], read_only=True) as session:
        session.execute(update(User).values(name="x"))


def test_calls_of_nobody_are_the_operator_s(engine: Engine, two: tuple[int, int]) -> None:
    with operator(engine) as session:
        row = MAKERS[TABLES[[t.__name__ for t in TABLES].index("CallRecord")]](session, 0, "nobody")
        session.add(row)
    with scoped(engine, two[0]) as session:
        assert session.scalars(select(type(row))).all() == []
    with operator(engine) as session:
        assert len(session.scalars(select(type(row))).all()) == 1


def test_ids_of_subscribers_are_never_given_again(tmp_path: Any) -> None:
    """Files and caches are named by them."""
    engine = open_engine(f"sqlite:///{tmp_path / 'ids.db'}")
    migrate(engine)
    ids = []
    for _ in range(2):
        with operator(engine) as session:
            row = Subscriber(doc={"slug": "a", "name": "a"})
            session.add(row)
            session.flush()
            ids.append(row.id)
            session.delete(row)
    assert ids[0] != ids[1]


def _counted(engine: Engine, owner: int) -> dict[str, int]:
    with operator(engine, read_only=True) as session:
        rows = {kind: session.scalars(select(kind).filter_by(subscriber_id=owner)).all() for kind in TABLES}
        return {kind.__name__: len(found) for kind, found in rows.items()}
