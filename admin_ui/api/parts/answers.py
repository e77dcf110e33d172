"""What an operation answers, with its headers."""

from __future__ import annotations

from typing import Any

from flask import Response, request

Answer = tuple[Any, int, dict[str, str]] | Response


def answer(body: Any, status: int = 200, *, etag: str = "", location: str = "", link: str = "") -> Answer:
    """A body for `blueprint.output` with its ETag (unquoted here), its place, and the link to the next page.

    A GET whose If-None-Match has the ETag already is answered 304, without a body.
    """
    headers = {}
    if etag:
        headers["ETag"] = f'"{etag}"'
        if request.method in ("GET", "HEAD") and etag in request.if_none_match:
            return Response(status=304, headers=headers)
    if location:
        headers["Location"] = location
    if link:
        headers["Link"] = f'<{link}>; rel="next"'
    return body, status, headers
