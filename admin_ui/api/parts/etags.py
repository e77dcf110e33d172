"""If-Match: a change says which state of the thing it was made on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, request
from flask_babel import gettext as _

V = TypeVar("V", bound=Callable[..., Any])


def matched(view: V) -> V:
    """Give a view `expected`: the ETag in If-Match, or None for `*`. 428 without the header."""

    @wraps(view)
    def asked(*arguments: Any, **options: Any) -> Any:
        return view(*arguments, expected=_expected(), **options)

    asked.needs_match = True  # type: ignore[attr-defined]  # read by the description of the API
    return cast(V, asked)


def _expected() -> str | None:
    if "If-Match" not in request.headers:
        abort(428, _("Send If-Match with the ETag of what you changed, or * to write over anything."))
    if request.if_match.star_tag:
        return None
    given = request.if_match.as_set()
    if len(given) > 1:
        abort(412, _("If-Match may have one ETag here."))
    return next(iter(given), "")  # a weak one is never what is there
