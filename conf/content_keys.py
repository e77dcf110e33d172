"""The keys of a subscriber's content: made when the first content comes, and granted to the server by purpose.

Until a subscriber holds the key alone, the server keeps the secret half sealed in a grant of its own.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.accounts import sealing
from conf.models import KeyGrant, SubscriberKey
from conf.vault import Unlocked, new_key

FAX = "fax"


class Locked(Exception):
    """The server was not granted, or no longer has, the key to this kind of content."""


def public_key(session: Session, web_secret: str, purpose: str = FAX) -> bytes:
    """What seals a subscriber's content; a first key is made, and granted to the server for `purpose`.

    The session is the subscriber's, and writes. `web_secret` is settings.web_secret.
    """
    key = _newest(session)
    if key is not None:
        _grant_too(session, web_secret, key, purpose)
        return key.public
    try:
        with session.begin_nested():
            return _make(session, web_secret, purpose)
    except IntegrityError:  # another process made it meanwhile
        key = _newest(session)
        assert key is not None
        return key.public


def unlocked(session: Session, web_secret: str, purpose: str = FAX) -> Unlocked:
    """What opens a subscriber's content of one purpose. Raises Locked when that was not granted, or was revoked."""
    wanted = (
        select(KeyGrant.wrapped)
        .join(SubscriberKey, SubscriberKey.id == KeyGrant.key_id)
        .where(KeyGrant.purpose == purpose, KeyGrant.revoked_at.is_(None), SubscriberKey.retired_at.is_(None))
        .order_by(SubscriberKey.generation.desc(), KeyGrant.id)
    )
    wrapped = session.scalars(wanted).first()
    if wrapped is None:
        raise Locked(f"no key is granted for {purpose}")
    try:
        return Unlocked(base64.b64decode(sealing.unseal(wrapped, web_secret)))
    except sealing.Unsealable:
        raise Locked("the key was sealed with a secret that is gone") from None


def _newest(session: Session) -> SubscriberKey | None:
    wanted = select(SubscriberKey).where(SubscriberKey.retired_at.is_(None))
    return session.scalars(wanted.order_by(SubscriberKey.generation.desc())).first()


def _grant_too(session: Session, web_secret: str, key: SubscriberKey, purpose: str) -> None:
    """A key that the server made, and holds for another purpose, is granted for this one, unless that was revoked."""
    grants = list(session.scalars(select(KeyGrant).where(KeyGrant.key_id == key.id).order_by(KeyGrant.id)))
    held = [grant for grant in grants if grant.revoked_at is None]
    if key.derivation.get("kind") != "server" or not held or any(grant.purpose == purpose for grant in grants):
        return
    try:
        secret = sealing.unseal(held[0].wrapped, web_secret)
    except sealing.Unsealable:
        return  # it is said where content is to be opened
    wrapped = sealing.seal(secret, web_secret)
    session.add(KeyGrant(key_id=key.id, purpose=purpose, wrapped=wrapped, granted_at=datetime.now(UTC)))
    session.flush()


def _make(session: Session, web_secret: str, purpose: str) -> bytes:
    public, secret = new_key()
    key = SubscriberKey(generation=1, public=public, wrapped=b"", derivation={"kind": "server"})
    session.add(key)
    session.flush()
    wrapped = sealing.seal(base64.b64encode(secret).decode(), web_secret)
    session.add(KeyGrant(key_id=key.id, purpose=purpose, wrapped=wrapped, granted_at=datetime.now(UTC)))
    session.flush()
    return public
