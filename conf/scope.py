"""Whom a session acts for. Hooks on every session keep one subscriber's rows away from another's.

They guard against mistakes of ours: a query without a subscriber, a row for the wrong one. PostgreSQL adds row-level
security under them (see the first migration).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from sqlalchemy import Connection, Table, TextClause, event, inspect, text
from sqlalchemy.dialects.postgresql.dml import OnConflictDoUpdate as PostgresqlUpdate
from sqlalchemy.dialects.sqlite.dml import OnConflictDoUpdate as SqliteUpdate
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.sql import Executable, visitors

from conf.models import Configuration, FlowVersion, OfSubscriber, Subscriber

OPERATOR: Literal["*"] = "*"
Scope = int | Literal["*"]


class Unscoped(Exception):
    """A session touched a subscriber's table without saying for whom, or in a way that cannot be confined."""


class Crossing(Unscoped):
    """A session of one subscriber reached for another's row."""


def enter(session: Session, scope: Scope, *, read_only: bool = False) -> None:
    """Say whom a session acts for: a subscriber's id, or OPERATOR. For sessions that others opened (Flask's)."""
    session.info["scope"] = scope
    session.info["read_only"] = read_only
    if session.in_transaction():
        _tell_postgresql(session.connection(), scope)


@contextmanager
def narrowed(session: Session, subscriber_id: int) -> Iterator[None]:
    """Let an operator's session act for one subscriber for a while, in the same transaction."""
    session.flush()
    session.expunge_all()  # nothing that the operator has seen may be changed from inside
    enter(session, subscriber_id)
    yield
    session.flush()
    session.expunge_all()
    enter(session, OPERATOR)


@event.listens_for(Session, "after_begin")
def _began(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info.pop("raised", None)
    if "scope" in session.info:
        _tell_postgresql(connection, session.info["scope"])


def _tell_postgresql(connection: Connection, scope: Scope) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('souffleur.subscriber', :scope, true)"), {"scope": str(scope)})


# --- statements ----------------------------------------------------------------------------------------------------


@event.listens_for(Session, "do_orm_execute")
def _confine(state: ORMExecuteState) -> None:
    scope = state.session.info.get("scope")
    tables, entities = _mentioned(state.statement)
    if state.is_update or state.is_delete:
        _keep_versions(state)
    if scope == OPERATOR:
        if not state.is_select:
            _refuse_bulk_configuration(state)
        return
    if scope is None:
        if tables:
            raise Unscoped(f"whose {', '.join(sorted(tables))}? open the session with scoped() or operator()")
        return
    if _has_text(state.statement):
        raise Unscoped("plain SQL cannot be confined to a subscriber")
    if tables - entities:
        raise Unscoped(f"{', '.join(sorted(tables - entities))}: use the mapped class, not the table")
    if not state.is_orm_statement:
        return
    if state.is_insert:
        _confine_insert(state, scope)
    else:
        if state.is_update:
            _confine_update(state)
        state.statement = state.statement.options(*_criteria(scope))
    if not state.is_select and _is_configuration(state):
        raise_version(state.session, scope)


def _criteria(scope: int) -> tuple[Any, ...]:
    return (
        with_loader_criteria(OfSubscriber, lambda entity: entity.subscriber_id == scope, include_aliases=True),
        with_loader_criteria(Subscriber, lambda entity: entity.id == scope, include_aliases=True),
    )


def _mentioned(statement: Executable) -> tuple[set[str], set[str]]:
    """Subscribers' tables that a statement names, and those it names by their mapped class."""
    tables, entities = set(), set()
    for element in visitors.iterate(cast(Any, statement), {}):
        table = element if isinstance(element, Table) else getattr(element, "table", None)
        if not isinstance(table, Table) or not _is_subscribers(table):
            continue
        tables.add(table.name)
        if "parententity" in element._annotations:
            entities.add(table.name)
    return tables, entities


def _is_subscribers(table: Table) -> bool:
    return "subscriber_id" in table.c or table.name == "subscriber"


def _has_text(statement: Executable) -> bool:
    if statement.__visit_name__ == "orm_from_statement":
        return True
    return any(isinstance(element, TextClause) for element in visitors.iterate(cast(Any, statement), {}))


def _is_configuration(state: ORMExecuteState) -> bool:
    mapper = state.bind_mapper
    return mapper is not None and issubclass(mapper.class_, Configuration | Subscriber)


def _refuse_bulk_configuration(state: ORMExecuteState) -> None:
    if _is_configuration(state):
        raise Unscoped("configuration is changed for one subscriber at a time: use scoped() or narrowed()")


def _keep_versions(state: ORMExecuteState) -> None:
    if state.bind_mapper is not None and issubclass(state.bind_mapper.class_, FlowVersion):
        raise Unscoped("a published flow version never changes")


def _confine_insert(state: ORMExecuteState, scope: int) -> None:
    statement: Any = state.statement
    if isinstance(statement._post_values_clause, PostgresqlUpdate | SqliteUpdate):
        raise Unscoped("an insert that may update a row cannot be confined to a subscriber")
    if statement.select is not None or statement._multi_values:
        raise Unscoped("insert rows by parameters, each with its subscriber")
    given: Any = state.parameters
    if given is None:
        given = statement.compile(dialect=state.session.get_bind().dialect).params
    for row in [given] if isinstance(given, dict) else given:
        if row.get("subscriber_id") != scope:
            raise Crossing(f"subscriber {scope} cannot insert for {row.get('subscriber_id')}")


def _confine_update(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    rows = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if rows and "id" in rows[0]:
        raise Unscoped("update rows by a condition or through their objects, not in bulk by their keys")
    named = {getattr(column, "key", column) for column in (statement._values or {})}
    if "subscriber_id" in named or any("subscriber_id" in row for row in rows):
        raise Crossing("a row cannot change its subscriber")


# --- objects -------------------------------------------------------------------------------------------------------


@event.listens_for(Session, "before_flush")
def _check_objects(session: Session, _context: Any, _instances: Any) -> None:
    scope = session.info.get("scope")
    dirty = [item for item in session.dirty if session.is_modified(item)]
    for item in (*session.new, *dirty, *session.deleted):
        if isinstance(item, OfSubscriber | Subscriber):
            if session.info.get("read_only"):
                raise Unscoped("this session only reads")
            _check_owner(item, scope)
        if isinstance(item, FlowVersion) and item not in session.new:
            raise Unscoped("a published flow version never changes")
        if isinstance(item, Configuration):
            raise_version(session, item.subscriber_id)
        elif isinstance(item, Subscriber) and item in dirty:
            raise_version(session, item.id)


def _check_owner(item: OfSubscriber | Subscriber, scope: Scope | None) -> None:
    name = type(item).__name__
    if scope is None:
        raise Unscoped(f"whose {name}? open the session with scoped() or operator()")
    if scope == OPERATOR:
        return
    if isinstance(item, Subscriber):
        if item.id != scope:
            raise Crossing(f"subscriber {scope} cannot touch another subscriber")
        return
    state = inspect(item)
    history = state.attrs.subscriber_id.history
    if item.subscriber_id is None and state.pending:
        item.subscriber_id = scope
    if item.subscriber_id != scope or any(old not in (None, scope) for old in history.deleted or ()):
        raise Crossing(f"subscriber {scope} cannot touch a {name} of {item.subscriber_id}")


def raise_version(session: Session, subscriber_id: int) -> None:
    """Raise the version of a subscriber's configuration, once per transaction."""
    raised = session.info.setdefault("raised", set())
    if subscriber_id in raised:
        return
    raised.add(subscriber_id)
    table = Subscriber.__table__
    session.connection().execute(
        table.update().where(table.c.id == subscriber_id).values(version=table.c.version + 1)  # type: ignore[attr-defined]
    )
    for item in session.identity_map.values():
        if isinstance(item, Subscriber) and item.id == subscriber_id and item not in session.dirty:
            session.expire(item, ["version"])
