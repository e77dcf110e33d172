"""The live feed over the API: what happens in the subscriber's calls, as server-sent events."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast

from apiflask import APIBlueprint
from flask import Response, request, session, stream_with_context
from pydantic import Field

from admin_ui import bearer, identity
from admin_ui.api.parts import Query, asks, scope
from admin_ui.api.parts.guard import permits
from admin_ui.live import Entry, calls
from admin_ui.person import me, subscriber_id

blueprint = APIBlueprint("api_events", __name__, url_prefix="/api/v1", tag="Calls")
LOOK = 60.0  # seconds between two looks whether the reader still may
EXAMPLE = """id: 35594fa8-006d-422b-ad37-fa65c5a76d47.9
data: {"event": "ended", "call": "35594fa8-006d-422b-ad37-fa65c5a76d47", "sequence": 9, "data": {"by": "caller"}}

"""


EVENT = {
    "type": "object",
    "description": "One event of the stream.",
    "properties": {
        "id": {"type": "string", "description": "For Last-Event-ID."},
        "data": {"type": "string", "description": "JSON.", "contentMediaType": "application/json"},
    },
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream that does not end.",
        "content": {"text/event-stream": {"schema": EVENT, "example": EXAMPLE}},
    }
}


class Wanted(Query):
    """Which events."""

    call: str = Field("", max_length=64, description="Only those of one call.")


@blueprint.get("/events")
@scope("live:read")
@asks(Wanted)
@blueprint.doc(responses=STREAM)
def feed(query: Wanted) -> Response:
    """Follow what happens in calls.

    Server-sent events: `data` is a JSON object with `event`, `call`, `sequence`, `at`, `subscriber`, `data`. After
    `Last-Event-ID` it goes on where you broke off. When nothing happens, a comment comes every ten seconds."""
    subscriber_id()
    entries = calls().feed(me().slug, query.call, request.headers.get("Last-Event-ID", ""))
    return Response(
        stream_with_context(_lines(entries, me().slug)),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _lines(entries: Iterator[tuple[str, Entry] | None], slug: str) -> Iterator[str]:
    """The stream, until the reader leaves, or may not read any more."""
    looked = time.monotonic()
    with closing(cast(Any, entries)):
        yield ": hello\n\n"
        for item in entries:
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                if not _is_still_somebody():
                    return
            yield _event(*item, slug) if item else ": still here\n\n"


def _event(place: str, entry: Entry, slug: str) -> str:
    told = {
        "event": entry["kind"],
        "call": entry["call"],
        "sequence": entry["sequence"],
        "at": datetime.fromtimestamp(entry["at"], UTC).isoformat(),
        "subscriber": slug,
        "data": entry["data"],
    }
    return f"id: {place}\ndata: {json.dumps(told)}\n\n"


def _is_still_somebody() -> bool:
    """Whether the token was not revoked meanwhile, the session not ended."""
    if bearer.is_given(request):
        found = bearer.person(request)
    else:
        found = identity.find(str(session.get(bearer.COOKIE_KEY, "")))
    return found is not None and permits(found, "live:read")
