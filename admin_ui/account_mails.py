"""The mails of accounts: an invitation, a link for a new password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin_ui import mails
from conf.accounts import links, logins
from conf.mail import Mail
from conf.models import Account, Subscriber, User
from conf.settings import Settings
from conf.translations import LANGUAGES

RESET = "reset"
INVITATION = "invitation"


@mails.writer(RESET)
def reset(session: Session, payload: dict[str, Any], now: datetime) -> Iterator[Mail]:
    """A link for each account of an address; nothing when there is none."""
    for one in logins.candidates(session, str(payload["login"])):
        account = session.get_one(Account, one.account_id)
        language = _language(session, account, str(payload.get("language", "")))
        with force_locale(language):
            url = _link(session, account, links.RESET, now, str(payload.get("next", "")))
            text = _(
                "Somebody, probably you, wants a new password for %(login)s%(place)s.\n\n"
                "Choose it here within the hour; the link works once:\n%(url)s\n\n"
                "If it was not you, do nothing: your password stays as it is.",
                login=account.login,
                place=f" ({one.subscriber})" if one.subscriber else "",
                url=url,
            )
            yield Mail(account.login, _("A new password for Souffleur"), text, language)


@mails.writer(INVITATION)
def invitation(session: Session, payload: dict[str, Any], now: datetime) -> Iterator[Mail]:
    """A link for the first password; nothing when the account is gone, or has a password."""
    account = session.get(Account, int(payload["account"]))
    if account is None or account.password:
        return
    subscriber = session.get(Subscriber, account.subscriber_id) if account.subscriber_id else None
    language = _language(session, account, "")
    with force_locale(language):
        text = _(
            "%(inviter)s invites you to the telephone system of %(subscriber)s.\n\n"
            "Choose your password here within three days; the link works once:\n%(url)s\n\n"
            "You log in with %(login)s.",
            inviter=payload.get("inviter") or _("Your administrator"),
            subscriber=subscriber.name if subscriber else "Souffleur",
            url=_link(session, account, links.INVITATION, now),
            login=account.login,
        )
        yield Mail(account.login, _("Your access to Souffleur"), text, language)


def _link(session: Session, account: Account, purpose: str, now: datetime, wanted: str = "") -> str:
    """A link to choose a password, and to go on to a page of ours."""
    token = links.make(session, account, purpose, now)
    following = wanted if wanted not in ("", "/") else None
    return url_for("passwords.link", token=token, next=following, _external=True)


def _language(session: Session, account: Account, wish: str) -> str:
    """What they chose, what they were given, what they asked in."""
    user = session.get(User, account.user_id) if account.user_id else None
    settings: Settings = current_app.config["SETTINGS"]
    wishes = (account.language, user.doc.get("language", "") if user else "", wish, settings.language)
    return next(one for one in wishes if one in LANGUAGES)
