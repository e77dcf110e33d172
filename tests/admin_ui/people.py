"""Accounts with passwords, and people who type them."""

from __future__ import annotations

import email.policy
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from admin_ui import mails
from conf import audit
from conf.accounts import lockout, passwords
from conf.database import operator
from conf.models import Account, AuditEntry, LoginFailure, Subscriber, User
from tests.admin_ui.site import Browser, Site

# Made for tests: what makes argon2 slow is its parameters, and they are argon2's own matter.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._hasher.hash("nobody's")

PASSWORD = "correct horse battery"
OTHER = "tractor umbrella seven"
_hashed: dict[str, str] = {}


def account(
    site: Site, login: str, slug: str = "martin", password: str = PASSWORD, role: str = "engineer", **columns: Any
) -> int:
    """A user of a subscriber with an account; its id."""
    hashed = _hashed.setdefault(password, passwords.hashed(password)) if password else ""
    with operator(site.engine) as session:
        made = Account(login=login, password=hashed, **columns)
        if slug:
            subscriber = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one()
            doc = {"login": login, "name": login.partition("@")[0].title(), "role": role}
            user = User(subscriber_id=subscriber.id, doc=doc, position=98)
            session.add(user)
            session.flush()
            made.subscriber_id, made.user_id = subscriber.id, user.id
        session.add(made)
        session.flush()
        return made.id


def browser(site: Site, **options: Any) -> Browser:
    """A browser that nobody is logged in with."""
    made = site.app.test_client(**options)
    assert isinstance(made, Browser)
    return made


def log_in(site: Site, login: str, password: str = PASSWORD, address: str = "192.0.2.1") -> Browser:
    """A browser with which somebody typed mail address and password."""
    made = browser(site)
    made.post("/login", data={"login": login, "password": password}, environ_base={"REMOTE_ADDR": address})
    return made


def is_in(who: Browser) -> bool:
    """Whether somebody is logged in, wholly."""
    return who.get("/me").status_code == 200


def entries(site: Site, slug: str = "martin") -> list[tuple[str, str]]:
    """The audit log of a subscriber, or the operator's (""): (action, name), the newest first."""
    with operator(site.engine, read_only=True) as session:
        owner = AuditEntry.subscriber_id == site.subscriber_id(slug) if slug else AuditEntry.subscriber_id.is_(None)
        wanted = select(AuditEntry).where(owner).order_by(AuditEntry.id.desc()).limit(audit.PAGE)
        return [(one.action, one.name) for one in session.scalars(wanted)]


def wait_out(site: Site, key: lockout.Key | None = None) -> None:
    """Let the time of the lock-outs pass."""
    with operator(site.engine) as session:
        for row in session.scalars(select(LoginFailure)):
            if row.locked_until and (key is None or row.key == key.key):
                row.locked_until = datetime.now(UTC) - timedelta(seconds=1)


def mailed(site: Site) -> list[str]:
    """The mails that are sent now, as texts."""
    with site.app.app_context():
        mails.send_due(site.app)
    found = []
    for path in sorted((site.settings.data_dir / "mails").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append(f"To: {message['To']}\nSubject: {message['Subject']}\n\n{message.get_content()}")
        path.unlink()
    return found
