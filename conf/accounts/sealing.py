"""Sealing small secrets for the database with a key of this installation: the web secret, and the one before it."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, select
from sqlalchemy.orm import InstrumentedAttribute

from conf.database import operator
from conf.models import Account, KeyGrant, Webhook
from conf.secret_files import valid

# What stays sealed for long. Answers of idempotency keys are sealed too, and forgotten after a day.
COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (Account.totp, Webhook.secret, KeyGrant.wrapped)


class Unsealable(Exception):
    """Sealed with a key that is gone, or too long ago, or not by us."""


def seal(text: str, secret: str) -> bytes:
    """A text that only this installation reads. `secret` is settings.web_secret."""
    return _keys(secret).encrypt(text.encode())


def unseal(sealed: bytes, secret: str, within: float | None = None) -> str:
    """The text. Raises Unsealable, also when it was sealed more than `within` seconds ago."""
    try:
        ttl = None if within is None else int(within)
        return _keys(secret).decrypt(sealed, ttl=ttl).decode()
    except InvalidToken:
        raise Unsealable from None


def renew(engine: Engine, secret: str) -> int:
    """Seal anew what an older value of the secret sealed, so that the value may be forgotten; how many there were."""
    newest, keys = Fernet(_key(valid(secret)[0])), _keys(secret)
    renewed = 0
    with operator(engine) as session:
        for column in COLUMNS:
            for row in session.scalars(select(column.class_).where(column.is_not(None)).with_for_update()):
                sealed = getattr(row, column.key)
                if not _opens(newest, sealed) and _opens(keys, sealed):
                    setattr(row, column.key, keys.rotate(sealed))
                    renewed += 1
    return renewed


def is_stale(engine: Engine, secret: str) -> bool:
    """Whether something is still sealed with an older value: `renew` has work."""
    newest = Fernet(_key(valid(secret)[0]))
    with operator(engine, read_only=True) as session:
        every = [sealed for one in COLUMNS for sealed in session.scalars(select(one).where(one.is_not(None)))]
        return any(not _opens(newest, sealed) for sealed in every)


def _opens(key: Fernet | MultiFernet, sealed: bytes) -> bool:
    try:
        key.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _keys(secret: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(one)) for one in valid(secret)])


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"souffleur sealed columns").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
