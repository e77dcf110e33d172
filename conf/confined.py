"""The last look before a subscriber's statement goes out: does every one of its tables say whose rows it means?

SQLAlchemy adds the condition to what it recognises as a mapped class. A class that is only named in a condition or in a
window function, it may miss. Each SELECT, also the inner ones, is looked at once, when it is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Alias, BinaryExpression, BindParameter, BooleanClauseList, ColumnElement, Engine, Join, Table
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import FromGrouping

from conf.models import OfSubscriber, Subscriber

_MARK = "acting_subscriber"  # in the name of the condition's parameter: a condition that somebody wrote does not count


class Unscoped(Exception):
    """A session touched a subscriber's table without saying for whom, or in a way that cannot be confined."""


@lru_cache(maxsize=1024)
def conditions(acting_subscriber: int) -> tuple[LoaderCriteriaOption, ...]:
    """The options that confine a statement to one subscriber. Making them takes as long as a small query."""
    return (
        with_loader_criteria(
            OfSubscriber, lambda entity: entity.subscriber_id == acting_subscriber, include_aliases=True
        ),
        with_loader_criteria(Subscriber, lambda entity: entity.id == acting_subscriber, include_aliases=True),
    )


def watch(engine: Engine) -> None:
    """Look at every statement that is compiled for an engine."""
    usual: Any = engine.dialect.statement_compiler

    class Confined(usual):  # type: ignore[misc]
        def _compose_select_body(
            self, text: str, select: Any, compile_state: Any, inner_columns: Any, froms: Any, *rest: Any
        ) -> str:
            if _is_confined(self):
                for table in _unconfined(froms, select._where_criteria):
                    raise Unscoped(f"{table}: name its class in the columns or with select_from(), once per expression")
            return str(super()._compose_select_body(text, select, compile_state, inner_columns, froms, *rest))

    engine.dialect.statement_compiler = Confined


def whose(table: Table) -> str:
    """The column that says whose a row is; "" for the operator's tables."""
    return "id" if table.name == "subscriber" else ("subscriber_id" if "subscriber_id" in table.c else "")


def _is_confined(compiler: SQLCompiler) -> bool:
    options = getattr(compiler.statement, "_with_options", ())
    return any(isinstance(option, LoaderCriteriaOption) for option in options)


def _unconfined(froms: Iterable[Any], criteria: Iterable[ColumnElement[Any]]) -> Iterator[str]:
    confined = set(_confining(criteria))
    for item in froms:
        if isinstance(item, Join):
            onclause = [item.onclause] if item.onclause is not None else []
            yield from _unconfined((item.left, item.right), [*criteria, *onclause])
        elif isinstance(item, FromGrouping):
            yield from _unconfined([item.element], criteria)
        else:
            table = item.element if isinstance(item, Alias) else item
            if isinstance(table, Table) and whose(table) and item.name not in confined:
                yield table.name


def _confining(criteria: Iterable[ColumnElement[Any]]) -> Iterator[str]:
    """The names of the tables that the conditions, joined by AND, confine."""
    for condition in criteria:
        if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
            yield from _confining(condition.clauses)
        elif isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
            right, left = condition.right, condition.left
            if isinstance(right, BindParameter) and _MARK in str(right.key) and left.key in ("subscriber_id", "id"):
                yield left.table.name
