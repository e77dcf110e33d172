"""What every answer tells the browser: what it may load, and to keep to HTTPS; and how often it may ask."""

from __future__ import annotations

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface

from admin_ui import limits

# The canvas places its nodes by style attributes; no style element and no script of a page's own is allowed.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=()",
}
YEAR = 365 * 24 * 3600


class Cookies(SecureCookieSessionInterface):
    """The cookie of a page that came over HTTPS is sent over HTTPS only, whatever the settings say."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether it is."""
        return super().get_cookie_secure(app) or request.is_secure


def init_app(app: Flask) -> None:
    """Send the headers with every answer."""
    app.session_interface = Cookies()
    app.before_request(_refuse)
    app.after_request(_protect)
    limits.init_app(app)


def _refuse() -> None:
    """An address with a NUL is none that we gave out, and PostgreSQL would not even look for it."""
    if ("\x00" in request.path or b"%00" in request.query_string) and not request.path.startswith("/api/"):
        abort(400)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"  # a page of one person is not kept for the next
    elif request.path.startswith("/static/built/assets/"):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"  # named by content
    return response
