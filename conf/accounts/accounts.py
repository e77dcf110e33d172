"""The accounts of a subscriber's users: who was invited, who comes in, and letting them do so no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from conf.accounts import lockout, passwords, second_factor, sessions
from conf.models import Account, LoginLink, User, WebSession
from conf.problems import N_, Wrong


@dataclass(frozen=True)
class State:
    """What an administrator sees of a user's account. `state` is none, invited, expired or active.

    `invited_until` is when the invitation ends; `locked_until` when a lock-out does; `sessions` counts browsers.
    """

    login: str
    state: str
    seen_at: datetime | None = None
    invited_until: datetime | None = None
    locked_until: datetime | None = None
    totp: bool = False
    sessions: int = 0


def of_user(session: Session, user: User, now: datetime) -> State:
    """The state of a user's account."""
    return of_users(session, [user], now)[user.id]


def of_users(session: Session, users: Iterable[User], now: datetime) -> dict[int, State]:
    """The states of users' accounts, by the users' ids."""
    wanted = {user.id: user for user in users}
    of_them = {key: account for key, account in _accounts(session).items() if key in wanted}
    invited = dict(
        session.execute(select(LoginLink.account_id, LoginLink.until).where(LoginLink.used_at.is_(None))).all()
    )
    seen = (WebSession.whole, WebSession.until > now, WebSession.seen_at > now - sessions.IDLE)
    alive = select(WebSession.account_id, func.count(WebSession.id)).where(*seen)
    browsers = dict(session.execute(alive.group_by(WebSession.account_id)).all())
    return {key: _state(session, of_them.get(key), user.login, invited, browsers, now) for key, user in wanted.items()}


def of_login(session: Session, login: str) -> tuple[User, Account | None]:
    """A user of the session's subscriber, and the account. LookupError when there is no such user."""
    user = session.scalars(select(User).where(User.login == login)).one_or_none()
    if user is None:
        raise LookupError(f"no user {login}")
    return user, session.scalars(select(Account).where(Account.user_id == user.id)).one_or_none()


def make(session: Session, user: User) -> Account:
    """The account of a user, a new one when there is none. Raises Wrong when another user comes in by that address."""
    login = user.login.lower()
    of_login = select(Account).where(Account.subscriber_id == user.subscriber_id, Account.login == login)
    found = session.scalars(of_login).one_or_none()
    if found is not None and found.user_id != user.id:
        raise Wrong("login_taken", N_("another user logs in with {login}"), login=login)
    if found is None:
        found = Account(login=login, subscriber_id=user.subscriber_id, user_id=user.id)
        session.add(found)
        session.flush()
    return found


def disable(session: Session, account: Account) -> None:
    """Let somebody in no more: the account goes, with its sessions and links. The user, and the telephone, stay."""
    session.delete(account)
    session.flush()


def reset_second_factor(session: Session, account: Account) -> None:
    """For who lost the telephone and the recovery codes: the password alone lets in, and all sessions end."""
    second_factor.switch_off(session, account)
    end_sessions(session, account.id)


def end_sessions(session: Session, account_id: int, but: int = 0) -> int:
    """Log out all browsers of an account but one; how many there were."""
    mine = (WebSession.account_id == account_id, WebSession.id != but)
    ended = session.scalars(select(func.count(WebSession.id)).where(*mine)).one()
    session.execute(delete(WebSession).where(*mine))
    return ended


def chosen(account: Account, password: str) -> str:
    """The hash of a new password of its owner's choice. Slow: not inside a transaction. Raises Wrong."""
    passwords.check(password, account.login)
    if passwords.matches(account.password, password):
        raise Wrong("same_password", N_("is the one you have now"))
    return passwords.hashed(password)


def set_password(session: Session, account: Account, hashed: str, but: int = 0) -> None:
    """Give an account a password that `chosen` has hashed. All sessions but one end, and a lock-out too."""
    account.password, account.one_time = hashed, False
    end_sessions(session, account.id, but)
    lockout.free(session, account.login)


def _accounts(session: Session) -> dict[int, Account]:
    found = session.scalars(select(Account).where(Account.user_id.is_not(None)))
    return {account.user_id: account for account in found if account.user_id is not None}


def _state(
    session: Session,
    account: Account | None,
    login: str,
    invited: dict[int, datetime],
    browsers: dict[int, int],
    now: datetime,
) -> State:
    if account is None:
        return State(login, "none")
    until = invited.get(account.id)
    if not account.password:
        waits = until is None or until > now  # no link yet: the mail is under way
        return State(login, "invited" if waits else "expired", invited_until=until)
    return State(
        login,
        "active",
        seen_at=account.seen_at,
        locked_until=lockout.locked_until(session, account.login, now),
        totp=account.totp is not None,
        sessions=browsers.get(account.id, 0),
    )
