"""The shared database inside a request: Flask-SQLAlchemy over the tables of `conf`, sessions are confined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RequestSession
from sqlalchemy import Engine

from conf.database import OPERATOR, enter, open_engine, reading
from conf.models import Base

STATEMENT_TIMEOUT = 10.0  # seconds: a page never waits longer for PostgreSQL
KEPT = 8  # connections to SQLite that stay open: opening one takes longer than most of what a page asks


class Session(RequestSession):
    """A session that only reads takes no lock: see `conf.database.reading`."""

    def get_bind(self, *arguments: Any, **options: Any) -> Any:
        bind = super().get_bind(*arguments, **options)
        if not isinstance(bind, Engine) or not self.info.get("read_only"):
            return bind
        if "reader" not in self.info:  # one for all statements: another engine would be another connection
            self.info["reader"] = reading(bind)
        return self.info["reader"]


class Database(SQLAlchemy):
    """Opens its engine the way every process of the house does."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return open_engine(options["url"], STATEMENT_TIMEOUT, KEPT)


# What was read stays readable after the commit: an answer is written from it.
db = Database(model_class=Base, session_options={"class_": Session, "expire_on_commit": False})


def has_written() -> bool:
    """Whether this request's transaction has changed the configuration already."""
    session = db.session()
    return session.in_transaction() and bool(session.new or session.dirty or session.info.get("raised"))


@contextmanager
def looking(subscriber_id: int | None) -> Iterator[RequestSession]:
    """The request's session while it only reads: nobody who writes has to wait for it. Afterwards it may write.

    What takes long is done here, before anything is written: RuntimeError when something was, since it would be lost.
    """
    if has_written():
        raise RuntimeError("what was written in this transaction would be lost")
    db.session.close()
    confine(subscriber_id, read_only=True)
    try:
        yield db.session()
    finally:
        db.session.close()
        confine(subscriber_id, read_only=False)


def confine(subscriber_id: int | None, *, read_only: bool) -> None:
    """Say whom this request's session acts for: a subscriber, or the operator when there is none."""
    enter(db.session(), OPERATOR if subscriber_id is None else subscriber_id, read_only=read_only)
