"""Values that travel through the browser and come back as they were: signed, for one person's organisation."""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from admin_ui.person import me

KEPT = 24 * 3600  # seconds in which what was removed can be brought back


def seal(purpose: str, value: Any) -> str:
    """A value as text."""
    return str(_serializer(purpose).dumps(value))


def opened(purpose: str, text: str) -> Any:
    """The value; None when the text was made for something else, by somebody else, or too long ago."""
    try:
        return _serializer(purpose).loads(text, max_age=KEPT)
    except BadData:
        return None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    keys = [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt=f"{purpose}:{me().subscriber_id or 0}")
