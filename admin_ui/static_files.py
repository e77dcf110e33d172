"""Static files: served compressed where the build made them so, and kept by browsers when their name holds a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

HERE = Path(__file__).parent / "static"


def init_app(app: Flask) -> None:
    """Answer for /static/ before the application is asked."""
    # autorefresh finds what was built after the start; the folder is small, and browsers ask once.
    found = WhiteNoise(app.wsgi_app, autorefresh=True, immutable_file_test=_never_changes)
    found.add_files(str(HERE), prefix="static/")
    app.wsgi_app = _Quietly(found)  # type: ignore[method-assign]


def _never_changes(_path: str, url: str) -> bool:
    return "/built/assets/" in url


class _Quietly:
    """Sends what static files need of the security headers too."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if not environ.get("PATH_INFO", "").startswith("/static/"):
            return self.application(environ, start_response)

        def started(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            return start_response(status, [*headers, ("X-Content-Type-Options", "nosniff")], error)

        return self.application(environ, started)
