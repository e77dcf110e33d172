"""Who may ask for an operation of the API: a token by its scopes, a person by the role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from admin_ui.person import Person, me
from conf.accounts.scopes import AREAS, covers, needs

V = TypeVar("V", bound=Callable[..., Any])


def scope(*words: str) -> Callable[[V], V]:
    """Let an operation be asked by who has one of some scopes, such as `flows:write`.

    A token needs the scope itself; a person who is logged in needs a role that could give it. 401, 403 for others.
    """
    unknown = [word for word in words if word.partition(":")[0] not in AREAS]
    if unknown or not words:
        raise ValueError(f"no such scope: {unknown}")

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*arguments: Any, **options: Any) -> Any:
            check(words)
            return view(*arguments, **options)

        guarded.scopes = words  # type: ignore[attr-defined]  # read by the description of the API, and by tests
        guarded.permissions = frozenset().union(*map(needs, words))  # type: ignore[attr-defined]
        return cast(V, guarded)

    return decorate


def check(words: tuple[str, ...]) -> None:
    """Refuse who may not."""
    if not current_user.is_authenticated:
        abort(401)
    person = me()
    if person.must_change_password:
        abort(403, _("Log in and choose a password of your own first."))
    if person.must_set_up_two_step:
        abort(403, _("Log in and set up two-step login first."))
    if not any(permits(person, word) for word in words):
        wanted = " / ".join(words)
        if person.scopes is not None:
            abort(403, _("The token does not have the scope %(scope)s.", scope=wanted))
        abort(403)


def permits(person: Person, word: str) -> bool:
    """Whether somebody has a scope."""
    if person.scopes is not None and not covers(person.scopes, word):
        return False
    return person.may(*needs(word))


def caller() -> str:
    """Who asks, for limits and idempotency keys: a token, an account, or an address."""
    if current_user.is_authenticated:
        person = me()
        return f"token:{person.token_id}" if person.token_id else f"account:{person.account_id}"
    return f"address:{request.remote_addr or ''}"
