"""Passwords: argon2, and what a good one must be."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from conf.problems import N_, Wrong

SHORTEST = 12
LONGEST = 200
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without what is misread: i l o I O 0 1
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex())


def hashed(password: str) -> str:
    """The argon2id hash that is kept."""
    return _hasher.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether a password is the one; an account without one takes as long to say no."""
    try:
        return _hasher.verify(kept or _NOBODY, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_old(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, login: str) -> None:
    """Refuse a password that is easily guessed. Raises Wrong."""
    if len(password) < SHORTEST:
        raise Wrong("short_password", N_("needs at least {least} characters"), least=SHORTEST)
    if len(password) > LONGEST:
        raise Wrong("long_password", N_("may have at most {most} characters"), most=LONGEST)
    name = login.partition("@")[0].lower()
    if len(set(password.lower())) < 5 or (len(name) > 3 and name in password.lower()):
        raise Wrong("guessable_password", N_("is too easily guessed: it repeats itself, or holds your name"))


def one_time() -> str:
    """A password to be typed once, from paper or a terminal."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
