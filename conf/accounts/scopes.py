"""What a token of the API may do: words such as `flows:write`, each within what a role is allowed."""

from __future__ import annotations

from collections.abc import Iterable

from conf.accounts.permissions import ACCOUNT, ALLOWED, CALLS, CONFIGURE, DESK, FAX, LIVE, OPERATE, PEOPLE

# What each area needs of a role: any of these permissions.
AREAS: dict[str, frozenset[str]] = {
    "flows": frozenset({CONFIGURE}),
    "numbers": frozenset({CONFIGURE}),
    "schedules": frozenset({CONFIGURE}),
    "lists": frozenset({CONFIGURE}),
    "prompts": frozenset({CONFIGURE}),
    "users": frozenset({PEOPLE}),
    "extensions": frozenset({PEOPLE}),
    "calls": frozenset({CALLS}),
    "live": frozenset({LIVE}),
    "subscriber": frozenset({ACCOUNT}),
    "campaigns": frozenset({CONFIGURE}),
    "prompter": frozenset({CONFIGURE}),
    "desk": frozenset({DESK}),
    "fax": frozenset({FAX}),
    "webhooks": frozenset({ACCOUNT}),
    "tokens": frozenset({ACCOUNT, OPERATE}),
    "audit": frozenset({ACCOUNT, OPERATE}),
    "trunks": frozenset({OPERATE}),
    "controllers": frozenset({OPERATE}),
}
# Who may also read an area: whoever draws flows needs the subscriber's language, country and time zone.
READERS: dict[str, frozenset[str]] = {"subscriber": frozenset({CONFIGURE})}
_READ_ONLY = {"calls", "audit", "controllers"}
SCOPES: tuple[str, ...] = tuple(
    f"{area}:{action}" for area in AREAS for action in ("read", "write") if action == "read" or area not in _READ_ONLY
)


def needs(word: str) -> frozenset[str]:
    """The permissions of which a role must have one, for a scope."""
    area, _, action = word.partition(":")
    return AREAS[area] | (READERS.get(area, frozenset()) if action == "read" else frozenset())


def covers(given: Iterable[str], word: str) -> bool:
    """Whether some scopes include one: who may write may read."""
    area, _, action = word.partition(":")
    given = set(given)
    return word in given or (action == "read" and f"{area}:write" in given)


def grantable(role: str) -> tuple[str, ...]:
    """The scopes that somebody of a role may give to a token."""
    return tuple(word for word in SCOPES if needs(word) & ALLOWED.get(role, frozenset()))


def within(scopes: Iterable[str], role: str) -> tuple[str, ...]:
    """Those of some scopes that a role covers."""
    may = grantable(role)
    return tuple(word for word in scopes if word in may)
