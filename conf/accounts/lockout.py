"""Lock-out: after some wrong passwords nobody gets in for a while, each time for longer.

What locks soon is a mail address from one computer, and a computer whatever it types: a stranger elsewhere does not
lock anybody out. A mail address from everywhere locks later, and lets go by itself, faster than one computer can fill
it.

An attempt is counted before the password is looked at, so that many at once do not pass beside each other; a right one
takes its attempt back. What was typed is counted whether there is such an account or not: both look the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from conf.models import LoginFailure

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=1)
FORGOTTEN = timedelta(hours=24)  # after the last failure


@dataclass(frozen=True)
class Key:
    """What is counted; it is locked from `free` failures on. `mends`: a success forgets its earlier failures.

    `login` is the digest of the mail address that it is about. `drains`: as many as are free are forgotten each day.
    """

    key: str
    free: int
    mends: bool = True
    login: str = ""
    drains: bool = False


class LockedOut(Exception):
    """Too many wrong attempts; none is looked at for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"locked out for {wait:.0f} s")
        self.wait = wait


def of_login(login: str, address: str) -> tuple[Key, ...]:
    """Attempts for a mail address from a computer: of the two together, of each alone."""
    digest, pair = login_digest(login), f"{login.lower()} {network(address)}"
    return (
        Key(_digest("login from", pair), free=5, login=digest),
        Key(digest, free=50, mends=False, login=digest, drains=True),
        of_address(address),
    )


def of_code(account_id: int) -> Key:
    """Attempts at an account's second factor."""
    return Key(_digest("code", str(account_id)), free=5)


def of_address(address: str) -> Key:
    """Attempts from a computer, or from an IPv6 network; a whole office may share one."""
    return Key(_digest("address", network(address)), free=20, mends=False)


def attempt(session: Session, keys: Iterable[Key], now: datetime) -> None:
    """Count an attempt. Raises LockedOut, and counts nothing, while one of the keys is locked."""
    pairs = sorted(((key, _row(session, key, now)) for key in sorted(keys, key=lambda one: one.key)), key=_until)
    last = pairs[-1][1].locked_until
    if last is not None and last > now:
        raise LockedOut((last - now).total_seconds())
    for key, row in pairs:
        _let_go(key, row, now)
        row.failures += 1
        row.locked_until = now + _lasts(row.failures - key.free) if row.failures >= key.free else None


def succeeded(session: Session, keys: Iterable[Key], now: datetime) -> None:
    """The attempt was right: it does not count."""
    for key in sorted(keys, key=lambda one: one.key):
        row = _row(session, key, now)
        row.failures = 0 if key.mends else max(0, row.failures - 1)
        row.locked_until = None


def free(session: Session, login: str, account_id: int | None = None) -> None:
    """Forget the failures of a mail address, and of an account's codes: somebody has shown otherwise who they are."""
    known = [LoginFailure.login == login_digest(login)]
    if account_id is not None:
        known.append(LoginFailure.key == of_code(account_id).key)
    session.execute(delete(LoginFailure).where(or_(*known)))


def locked_until(session: Session, login: str, now: datetime) -> datetime | None:
    """Until when a mail address is locked, from anywhere."""
    mine = (LoginFailure.login == login_digest(login), LoginFailure.locked_until > now)
    return session.scalars(select(func.max(LoginFailure.locked_until)).where(*mine)).one()


def forget(session: Session, now: datetime) -> None:
    """Drop what counts no more."""
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - FORGOTTEN - LONGEST))


def _row(session: Session, key: Key, now: datetime) -> LoginFailure:
    """The row of a key, locked for this transaction; a new one has no failures."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"key": key.key, "login": key.login, "failures": 0, "at": now}
    session.execute(insert(LoginFailure).values(values).on_conflict_do_nothing())
    wanted = select(LoginFailure).where(LoginFailure.key == key.key).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _let_go(key: Key, row: LoginFailure, now: datetime) -> None:
    """Forget the failures that count no more. `at` is the last one, or until when one that drains has drained."""
    if key.drains and row.at >= now - FORGOTTEN:
        gone = min(row.failures, int(key.free * ((now - row.at) / FORGOTTEN)))
        row.failures -= gone
        row.at = row.at + gone * FORGOTTEN / key.free if row.failures else now
        return
    if row.at < now - FORGOTTEN:
        row.failures = 0
    row.at = now


def _until(pair: tuple[Key, LoginFailure]) -> float:
    return pair[1].locked_until.timestamp() if pair[1].locked_until else 0.0


def _lasts(times: int) -> timedelta:
    return min(FIRST * (1 << min(times, 10)), LONGEST)


def network(address: str) -> str:
    """The address that is counted: an IPv6 network, since each home has one, or an IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if mapped := getattr(parsed, "ipv4_mapped", None):
        return str(mapped)
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def login_digest(login: str) -> str:
    """What stands for a mail address."""
    return _digest("login", login.lower())


def _digest(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode(errors="replace")).hexdigest()
