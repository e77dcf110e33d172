"""Who sends a request: a person who is logged in, or a token of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import abort
from flask_login import current_user, login_required

from conf.accounts.permissions import ALLOWED
from conf.accounts.scopes import needs

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Person:
    """What a request may know of who sends it. An operator has no subscriber.

    `session_id` is the web session's; 0 for a token of the API, whose `scopes` bound what its role may do.
    """

    account_id: int
    login: str
    name: str
    role: str  # operator, administrator, engineer, agent, fax
    subscriber_id: int | None = None
    slug: str = ""
    subscriber: str = ""  # its name
    language: str = ""
    time_zone: str = "UTC"
    country: str = ""
    theme: str = ""
    session_id: int = 0
    token_id: int = 0
    must_change_password: bool = False
    must_set_up_two_step: bool = False
    scopes: frozenset[str] | None = field(default=None, repr=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps; the cookie's token is what counts."""
        return str(self.account_id)

    def may(self, *permissions: str) -> bool:
        """Whether the role allows any of these; for a token, its scopes too."""
        return not self.permissions.isdisjoint(permissions)

    @property
    def permissions(self) -> frozenset[str]:
        """What the role allows; for a token, what its scopes leave of it."""
        given = ALLOWED[self.role]
        if self.scopes is not None:
            given = given & frozenset().union(*map(needs, self.scopes))
        return given


def me() -> Person:
    """The person behind this request; only where one is required."""
    return cast(Person, current_user._get_current_object())  # a proxy looks it up again for each attribute


def allowed(*permissions: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a page be seen by those who have any of the permissions; for others it is forbidden."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        @login_required
        def guarded(*arguments: P.args, **options: P.kwargs) -> R:
            if not me().may(*permissions):
                abort(403)
            return view(*arguments, **options)

        guarded.permissions = permissions  # type: ignore[attr-defined]  # read by the test that walks all routes
        return cast(Callable[P, R], guarded)

    return decorate


def subscriber_id() -> int:
    """The subscriber that this request acts for; an operator has none, and is refused."""
    found: Any = me().subscriber_id
    if found is None:
        abort(403)
    return int(found)
