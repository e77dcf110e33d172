"""How often somebody may ask: per token, per account, or per address while nobody is known.

Each process counts for itself; behind several, the limit is that many times higher.
"""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from admin_ui.api.parts.guard import caller
from admin_ui.bearer import API

LIMITS = "1200 per minute"


def _is_a_page() -> bool:
    return not request.path.startswith(API)


def init_app(app: Flask) -> None:
    """Count the requests of the API. `RATELIMIT_API` in the configuration gives other limits."""
    app.extensions["api_limiter"] = Limiter(
        caller,
        app=app,
        application_limits=[lambda: str(app.config.get("RATELIMIT_API", LIMITS))],
        application_limits_exempt_when=_is_a_page,
        headers_enabled=True,
        storage_uri="memory://",
        strategy="fixed-window",  # counts without timers, which the threads of a request would not run
        key_prefix="api",
    )
