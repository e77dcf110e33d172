"""What the prompter tells of an agent's calls, with the words that the page shows; each call is noted when it comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast

import gevent
import orjson
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from admin_ui.desk_words import because
from admin_ui.filters import phone
from admin_ui.live import Away, calls
from conf import wrap_up
from conf.database import scoped
from conf.models import User

log = logging.getLogger(__name__)
LOOK = 30.0  # seconds between two looks whether the reader still may
Document = dict[str, Any]


class Noting:
    """Writes down which calls came to a desk, and which are over, aside: the feed waits for no database."""

    def __init__(self, engine: Engine, subscriber: int, agent: str) -> None:
        self._engine, self._subscriber, self._agent = engine, subscriber, agent
        self._noted: dict[str, bool] = {}  # whether it is over, by call
        self._writing: set[str] = set()

    def note(self, told: Document) -> None:
        """A call is told of."""
        call, over = str(told["call"]), told["state"] == "over"
        if self._noted.get(call) is over:
            return
        self._noted[call] = over
        if call not in self._writing:
            self._writing.add(call)
            gevent.spawn(self._write_down, call, told)

    def _write_down(self, call: str, told: Document) -> None:
        """Write one thing after the other: what was told last is what stays."""
        written = None
        try:
            while (over := self._noted.get(call)) is not written:
                gevent.get_hub().threadpool.apply(self._write, (told, over))
                written = over
        except SQLAlchemyError as error:
            self._noted.pop(call, None)  # tried again when it is told of again
            log.warning("that a call came to a desk is not written down: %s", type(error).__name__)
        finally:
            self._writing.discard(call)

    def _write(self, told: Document, over: bool) -> None:
        names = ("direction", "caller", "caller_name", "called", "queue")
        known = {name: str(told.get(name) or "") for name in names}
        began_at = datetime.fromtimestamp(float(told["started_at"]), UTC)
        at_desk = wrap_up.AtDesk(str(told["call"]), self._agent, began_at, **known)
        with scoped(self._engine, self._subscriber) as session:
            wrap_up.begin(session, self._subscriber, at_desk)
            row = wrap_up.find(session, self._subscriber, at_desk.call, self._agent)
            wrap_up.end(row, datetime.now(UTC)) if over else wrap_up.go_on(row)


def login_of(engine: Engine, subscriber: int, login: str) -> str | None:
    """A user's login as it is written in the configuration; None for one that is not there."""
    wanted = select(User.login).where(User.subscriber_id == subscriber, func.lower(User.login) == login.lower())
    with scoped(engine, subscriber, read_only=True) as session:
        return session.scalars(wanted).first()


def stream(slug: str, agent: str, noting: Noting, may: Callable[[], bool]) -> Iterator[bytes]:
    """Server-sent events, until the reader leaves or may not read any more.

    `hello` tells the server's clock as soon as the controllers answer; `away` that none does.
    """
    yield b": hello\n\n"
    looked, greeted = time.monotonic(), False
    try:
        with closing(cast(Any, calls().prompter(slug, user=agent))) as documents:
            for told in documents:
                if time.monotonic() - looked > LOOK:
                    looked = time.monotonic()
                    if not may():
                        return
                if not greeted:
                    greeted = True
                    yield b"event: hello\ndata: %s\n\n" % orjson.dumps({"now": time.time()})
                if told is None:
                    yield b": still here\n\n"
                    continue
                if told["type"] == "call":
                    noting.note(told)
                yield b"data: %s\n\n" % orjson.dumps(worded(told))
    except Away:
        yield b"event: away\ndata: {}\n\n"


def worded(told: Document) -> Document:
    """A document with the words for people."""
    if told["type"] == "call":
        return {**told, "caller_shown": phone(told["caller"]), "called_shown": phone(told["called"])}
    if told["type"] == "card":
        return {**told, "because": because(told["why"])}
    return told
