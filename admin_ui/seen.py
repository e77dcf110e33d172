"""When each browser was last seen: remembered at once, written together a little later. No page waits for that."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError

from admin_ui import worker
from admin_ui.database import db
from conf.database import operator
from conf.models import WebSession

WRITTEN_EVERY = 10.0  # seconds


class Seen:
    """What is to be written, by web session."""

    def __init__(self) -> None:
        self._waiting: dict[int, datetime] = {}

    def note(self, session_id: int, now: datetime) -> None:
        """Remember that a browser was seen."""
        self._waiting[session_id] = now

    def write(self, engine: Engine) -> None:
        """Write it. What cannot be written now is noted again by the browser's next page."""
        waiting, self._waiting = self._waiting, {}
        found = list(waiting.items())
        if not found:
            return
        with suppress(SQLAlchemyError), operator(engine) as session:
            for session_id, at in found:
                known = update(WebSession).where(WebSession.id == session_id, WebSession.seen_at < at)
                session.execute(known.values(seen_at=at))


def init_app(app: Flask) -> None:
    """Write what was seen, as long as the process serves."""
    noted = app.extensions["seen"] = Seen()
    worker.register(app, "noting who was seen", lambda: noted.write(db.engine), WRITTEN_EVERY)


def seen() -> Seen:
    """What this application is to write."""
    return cast(Seen, current_app.extensions["seen"])
