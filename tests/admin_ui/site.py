"""A web UI over a database of its own, with the sample subscribers, and browsers that are logged in to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from admin_ui.app import create_app
from admin_ui.database import db
from admin_ui.identity import COOKIE_KEY
from admin_ui.live import Calls
from conf.accounts import sessions
from conf.apply import apply
from conf.database import open_engine, operator
from conf.models import Account, Subscriber, User
from conf.settings import load

SAMPLES = Path(__file__).parents[2] / "conf" / "samples"
EVERYBODY = ("operator", "martin", "duval")
ROLES = ("administrator", "engineer", "agent", "fax", "operator")


class Compiled(BytecodeCache):
    """Templates that are compiled once for all applications of a run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Browser(FlaskClient):
    """A client that sends the CSRF token with what it posts, as the pages do."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        if options.get("method", "GET") not in ("GET", "HEAD", "OPTIONS"):
            headers = dict(options.get("headers") or {})
            headers.setdefault("X-CSRFToken", self.csrf())
            options["headers"] = headers
        return super().open(*arguments, **options)

    def csrf(self) -> str:
        """The token of a page."""
        page = super().open("/login", method="GET", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        return found.group(1) if found else ""


def load_samples(engine: Engine, prompts_dir: Path, domain: str, samples: Iterable[str] = EVERYBODY) -> None:
    """Load sample subscribers into a database."""
    for sample in samples:
        apply(engine, SAMPLES / sample, prompts_dir=prompts_dir, domain=domain)


class Site:
    """`app` over `engine`; subscribers martin and duval are loaded, `as_role` gives a browser."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        calls: Calls | None = None,
        samples: Iterable[str] = EVERYBODY,
        **environ: str,
    ) -> None:
        self.settings = load({"SOUFFLEUR_DATA_DIR": str(folder), "SOUFFLEUR_DATABASE_URL": database_url, **environ})
        self.engine: Engine = open_engine(database_url)
        load_samples(self.engine, self.settings.prompts_dir, self.settings.domain, samples)
        self.app: Flask = create_app(self.settings, calls)
        self.app.jinja_env.bytecode_cache = COMPILED
        self.app.config["RATELIMIT_ENABLED"] = False
        self.app.test_client_class = Browser

    def as_role(self, role: str, slug: str = "martin", language: str = "en") -> Browser:
        """A browser that is logged in as somebody of a role; the person is made when there is none."""
        token = self.token(role, slug, language)
        browser = self.app.test_client()
        with browser.session_transaction() as cookie:
            cookie[COOKIE_KEY] = token
        assert isinstance(browser, Browser)
        return browser

    def token(self, role: str, slug: str = "martin", language: str = "en") -> str:
        """The token of a new web session."""
        with operator(self.engine) as session:
            account = self._account(session, role, slug, language)
            return sessions.begin(session, account, datetime.now(UTC), address="127.0.0.1", browser="test")

    def account_id(self, role: str, slug: str = "martin") -> int:
        """The account of somebody of a role; the person is made when there is none."""
        with operator(self.engine) as session:
            return self._account(session, role, slug, "en").id

    def subscriber_id(self, slug: str = "martin") -> int:
        """A subscriber's id."""
        with operator(self.engine, read_only=True) as session:
            return session.scalars(select(Subscriber.id).where(Subscriber.slug == slug)).one()

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.engine.dispose()
        self.engine.dispose()

    def _account(self, session: Any, role: str, slug: str, language: str) -> Account:
        login = f"{role}@{slug}.test" if role != "operator" else "operator@pbx.localhost"
        found = session.scalars(select(Account).where(Account.login == login)).one_or_none()
        if found is not None:
            return found
        account = Account(login=login, language=language)
        if role != "operator":
            subscriber = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one()
            mine = select(User).where(User.subscriber_id == subscriber.id, User.login == login)
            user = session.scalars(mine).one_or_none()
            if user is None:
                doc = {"login": login, "name": role.title(), "role": role}
                user = User(subscriber_id=subscriber.id, doc=doc, position=99)
                session.add(user)
                session.flush()
            account.subscriber_id, account.user_id = subscriber.id, user.id
        session.add(account)
        session.flush()
        return account
