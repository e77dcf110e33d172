"""How often somebody may ask: by person where one is logged in, else by address. Generous, against loops and floods."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_login import current_user

from admin_ui import limit_counts
from conf.accounts.lockout import network

EVERYTHING = "600 per minute"
LOGIN = "60 per minute"  # of an address: the lock-out is what stops guessing
MAILS = "20 per hour"  # of an address: mails that a stranger has sent


def whose() -> str:
    """Whom a request counts for."""
    if current_user and current_user.is_authenticated:
        return f"{current_user.account_id} {getattr(current_user, 'token_id', 0)}"
    return address()


def address() -> str:
    """Where a request comes from; an IPv6 network counts as one."""
    return network(request.remote_addr or "")


limiter = Limiter(
    key_func=whose,
    application_limits=[lambda: str(current_app.config.get("RATELIMIT_EVERYTHING", EVERYTHING))],
    storage_uri=f"{limit_counts.Counts.STORAGE_SCHEME[0]}://",  # each process counts for itself
    headers_enabled=True,
)


@limiter.request_filter
def _is_off() -> bool:
    return not current_app.config.get("RATELIMIT_ENABLED", True)


def init_app(app: Flask) -> None:
    """Count the requests of an application."""
    limiter.init_app(app)
