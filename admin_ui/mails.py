"""Mails of the web UI: queued by a page, written and sent by the worker.

The queue holds what a mail is about, never its text: a link that lets somebody in is made when the mail is sent.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin_ui import worker
from admin_ui.database import db
from conf import jobs, mail
from conf.database import operator
from conf.mail import Mail, NotSent
from conf.models import Job
from conf.settings import Settings

log = logging.getLogger(__name__)
QUEUE = "mail"
LEASE = 120.0  # seconds
EVERY = 2.0  # seconds between two looks into the queue
AGAIN = (60.0, 300.0, 1800.0, 7200.0)  # seconds until it is tried again
Write = Callable[[Session, dict[str, Any], datetime], Iterable[Mail]]

WRITERS: dict[str, Write] = {}


def writer(about: str) -> Callable[[Write], Write]:
    """Say who writes the mails about something: `write(session, payload, now)`, in an operator's session."""

    def register(write: Write) -> Write:
        WRITERS[about] = write
        return write

    return register


def queue(
    session: Session, about: str, payload: dict[str, Any], *, key: str = "", subscriber: int | None = None
) -> None:
    """Have a mail sent after this transaction. `payload` says whom and what about; it holds no secret."""
    now = datetime.now(UTC)
    jobs.put(session, QUEUE, {"about": about, **payload}, due_at=now, key=key, subscriber=subscriber)


def init_app(app: Flask) -> None:
    """Send what is queued, while the application is served."""
    worker.register(app, "sending mails", partial(send_due, app), EVERY, "mails")


def send_due(app: Flask, now: datetime | None = None) -> int:
    """Send every mail that is due; how many were looked at."""
    settings: Settings = app.config["SETTINGS"]
    address = settings.web_address or f"http://{settings.web_host}:{settings.web_port}"
    done = 0
    with app.test_request_context("/", base_url=address):  # links are of the configured address
        while job := _claim(db.engine, now or datetime.now(UTC)):
            _send(db.engine, settings, job, now or datetime.now(UTC))
            done += 1
    return done


def _claim(engine: Engine, now: datetime) -> jobs.Claimed | None:
    with operator(engine, read_only=True) as session:  # a look takes no lock
        states = ("waiting", "running")
        if (
            session.scalars(select(Job.id).where(Job.queue == QUEUE, Job.state.in_(states), Job.due_at <= now)).first()
            is None
        ):
            return None
    with operator(engine) as session:
        me = f"{socket.gethostname()}-{os.getpid()}"[:64]
        return next(iter(jobs.claim(session, QUEUE, me, now, LEASE)), None)


def _send(engine: Engine, settings: Settings, job: jobs.Claimed, now: datetime) -> None:
    try:
        with operator(engine) as session:
            mails = list(WRITERS[job.payload["about"]](session, job.payload, now))
        for one in mails:
            mail.send(settings, one)
    except NotSent as error:
        log.warning("mail %s (%s) was not sent: %s", job.id, job.payload["about"], error)
        wait = AGAIN[job.attempts - 1] if error.again and job.attempts <= len(AGAIN) else None
        with operator(engine) as session:
            jobs.fail(session, job, str(error), now + timedelta(seconds=wait) if wait else None)
        return
    with operator(engine) as session:
        jobs.finish(session, job)
