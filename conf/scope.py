"""Whom a session acts for. Hooks on every session keep one subscriber's rows away from another's.

They guard against mistakes of ours: a query without a subscriber, a row for the wrong one. PostgreSQL adds row-level
security under them (see the first migration).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from sqlalchemy import Connection, Table, TextClause, event, inspect, text
from sqlalchemy.dialects.postgresql.dml import OnConflictDoUpdate as PostgresqlUpdate
from sqlalchemy.dialects.sqlite.dml import OnConflictDoUpdate as SqliteUpdate
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import SelectBase

from conf.confined import Unscoped, conditions, whose
from conf.models import Configuration, FlowVersion, OfSubscriber, Subscriber

OPERATOR: Literal["*"] = "*"
Scope = int | Literal["*"]


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
    if state.is_update or state.is_delete:
        _keep_versions(state)
    if scope == OPERATOR:
        if not state.is_select:
            _refuse_bulk_configuration(state)
    elif scope is None:
        tables = set(_subscribers(visitors.iterate(cast(Any, state.statement), {})))
        if tables:
            raise Unscoped(f"whose {', '.join(sorted(tables))}? open the session with scoped() or operator()")
    elif not state.is_column_load:  # reads again what this session holds: see _attached
        _confine_to(state, scope)


def _confine_to(state: ORMExecuteState, scope: int) -> None:
    elements = list(visitors.iterate(cast(Any, state.statement), {}))
    if any(isinstance(item, TextClause) for item in elements) or state.statement.__visit_name__ == "orm_from_statement":
        raise Unscoped("plain SQL cannot be confined to a subscriber")
    if not state.is_orm_statement:
        tables = set(_subscribers(elements))
        if tables:
            raise Unscoped(f"{', '.join(sorted(tables))}: use the mapped class, not the table")
        return
    if state.is_insert:
        _confine_insert(state, scope)
    else:
        if state.is_update or state.is_delete:
            _confine_change(state)
        state.statement = state.statement.options(*conditions(scope))
    if not state.is_select and _is_configuration(state):
        raise_version(state.session, scope)


def _subscribers(elements: Iterable[Any]) -> Iterator[str]:
    """The subscribers' tables among the elements of a statement, by name."""
    for element in elements:
        table = element if isinstance(element, Table) else getattr(element, "table", None)
        if isinstance(table, Table) and whose(table):
            yield table.name


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


def _confine_change(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    rows = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if rows and "id" in rows[0]:
        raise Unscoped("update rows by a condition or through their objects, not in bulk by their keys")
    named = {getattr(column, "key", column) for column in (getattr(statement, "_values", None) or {})}
    if "subscriber_id" in named or any("subscriber_id" in row for row in rows):
        raise Crossing("a row cannot change its subscriber")
    beside = set(_subscribers(_outside_selects(statement))) - {statement.table.name}
    if beside:
        raise Unscoped(f"{', '.join(sorted(beside))}: name other tables in a SELECT of their own")


def _outside_selects(element: Any) -> Iterator[Any]:
    yield element
    for child in element.get_children():
        if not isinstance(child, SelectBase):
            yield from _outside_selects(child)


# --- objects -------------------------------------------------------------------------------------------------------


@event.listens_for(Session, "before_attach")
def _attached(session: Session, item: Any) -> None:
    """An object from elsewhere must be this subscriber's: what it does not hold yet would be read without asking."""
    scope, state = session.info.get("scope"), inspect(item)
    if not isinstance(scope, int) or not isinstance(item, OfSubscriber | Subscriber) or state.key is None:
        return
    if state.dict.get("id" if isinstance(item, Subscriber) else "subscriber_id") != scope:
        raise Crossing(f"subscriber {scope} cannot take up a {type(item).__name__} that was not seen to be its own")


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
