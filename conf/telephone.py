"""The SIP account of a user's telephone: a name, the subscriber's domain, and what digest authentication needs."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from conf.models import User

KEEP = "***"
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without what is misread: i l o I O 0 1


@dataclass(frozen=True)
class Credentials:
    """A new password, to be shown once: only its digest is kept."""

    login: str
    username: str
    domain: str
    password: str = field(repr=False)


def digest(username: str, domain: str, password: str) -> str:
    """HA1 of RFC 2617, as FreeSWITCH's directory takes it (`a1-hash`)."""
    return hashlib.md5(f"{username}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()


def equip(user: User, username: str, domain: str, password: str) -> Credentials | None:
    """Give a user the account that the files ask for; the credentials when they are new and nobody knows them.

    A password that was made for another name or domain is of no use any more: a new one is made.
    """
    if not username:
        user.sip_user = user.sip_realm = user.sip_a1 = ""
        return None
    made = None
    if password in ("", KEEP):
        if user.sip_a1 and (user.sip_user, user.sip_realm) == (username, domain):
            return None
        password = "".join(secrets.choice(_ALPHABET) for _ in range(20))
        made = Credentials(user.login, username, domain, password)
    a1 = digest(username, domain, password)
    if a1 != user.sip_a1:
        user.sip_user, user.sip_realm, user.sip_a1 = username, domain, a1
    return made
