"""A web UI for a measurement: a database with a subscriber, its people logged in, and the process that serves it."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench.processes import ROOT, Failed, Program, running
from conf.accounts import sessions
from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.models import Account, Subscriber, User
from conf.settings import load

STARTS_WITHIN = 30.0  # seconds
SAMPLES = ("operator", "martin")


@dataclass(frozen=True)
class Website:
    """A running web UI; `cookies` are browsers that are logged in as the subscriber's administrator."""

    program: Program
    port: int
    engine: Engine
    subscriber_id: int
    cookies: list[str]

    def get(self, path: str, cookie: str, connection: HTTPConnection | None = None) -> tuple[float, int, bytes]:
        """Ask for a page: seconds, status, content."""
        connection = connection or HTTPConnection("127.0.0.1", self.port, timeout=30)
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"souffleur={cookie}"})
        answer = connection.getresponse()
        content = answer.read()
        return time.perf_counter() - began, answer.status, content


@contextmanager
def serving(url: str = "", people: int = 1) -> Iterator[Website]:
    """A web UI over a database (SQLite in a folder of its own unless told), with so many browsers logged in."""
    with TemporaryDirectory(prefix="souffleur-bench-web-") as name:
        folder = Path(name)
        environment = _environment(folder, url)
        settings = load(environment)
        engine = open_engine(settings.database_url)
        migrate(engine)
        for sample in SAMPLES:
            apply(engine, ROOT / "conf" / "samples" / sample, prompts_dir=settings.prompts_dir)
        subscriber_id, tokens = _log_in(engine, people)
        cookies = [_cookie(token, settings.web_secret) for token in tokens]
        with running([sys.executable, "-m", "admin_ui", "serve"], environment) as program:
            site = Website(program, settings.web_port, engine, subscriber_id, cookies)
            _wait(site)
            yield site
        engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, url: str) -> dict[str, str]:
    found = {"SOUFFLEUR_DATA_DIR": str(folder), "SOUFFLEUR_DATABASE_URL": url or f"sqlite:///{folder / 'web.db'}"}
    for name in ("WEB", "CONTROL", "OFFER", "DIRECTORY"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            found[f"SOUFFLEUR_{name}_PORT"] = str(probe.getsockname()[1])
    return found


def _log_in(engine: Engine, people: int) -> tuple[int, list[str]]:
    with operator(engine) as session:
        subscriber = session.scalars(select(Subscriber).where(Subscriber.slug == "martin")).one()
        tokens = [_one_more(session, subscriber.id, number) for number in range(people)]
        return subscriber.id, tokens


def _one_more(session: Session, subscriber_id: int, number: int) -> str:
    """One more administrator, who is logged in."""
    login = f"person-{number}@martin.example"
    doc = {"login": login, "name": f"Person {number}", "role": "administrator"}
    user = User(subscriber_id=subscriber_id, doc=doc, position=100 + number)
    session.add(user)
    session.flush()
    account = Account(login=login, subscriber_id=subscriber_id, user_id=user.id)
    session.add(account)
    session.flush()
    return sessions.begin(session, account, datetime.now(UTC))


def _cookie(token: str, secret: str) -> str:
    """The cookie that the web UI gives a browser after a login."""
    from admin_ui.identity import COOKIE_KEY

    app = Flask("bench")
    app.secret_key = str(secret)
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return str(serializer.dumps({COOKIE_KEY: token}))


def _wait(site: Website) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            if site.get("/login", "")[1] in (200, 302):
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        if not site.program.alive:
            break
    raise Failed(f"the web UI did not start\n{site.program.complaints}")


def p95(values: list[float]) -> float:
    """The value that 95 of 100 stay under; seconds in, seconds out."""
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]
