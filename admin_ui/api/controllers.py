"""The operator's machines over the API: controllers and the FreeSWITCH of each. Nothing of any subscriber."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from admin_ui.api.parts import Answer, answer, scope
from admin_ui.live import calls

blueprint = APIBlueprint("api_controllers", __name__, url_prefix="/api/v1", tag="Operator")


class Switch(BaseModel):
    """A FreeSWITCH as its controller sees it."""

    state: str = Field(description="up, silent, down, refused, unknown")
    since: datetime | None
    version: str
    uptime: float = Field(description="Seconds.")
    sessions: int
    max_sessions: int


class ControllerOut(BaseModel):
    """A controller."""

    id: str
    url: str
    freeswitch: str
    alive: bool = Field(description="It renews its lease.")
    answers: bool
    since: datetime | None
    calls: int
    draining: bool
    database: bool
    switch: Switch


class Controllers(BaseModel):
    """All controllers, at a moment."""

    at: datetime
    items: list[ControllerOut]


EXAMPLE = {
    "at": "2026-11-23T12:10:11Z",
    "items": [
        {
            "id": "lyon",
            "url": "http://192.0.2.10:8090",
            "freeswitch": "127.0.0.1:8021",
            "alive": True,
            "answers": True,
            "since": "2026-11-23T06:00:00Z",
            "calls": 12,
            "draining": False,
            "database": True,
            "switch": {
                "state": "up",
                "since": "2026-11-23T06:00:01Z",
                "version": "1.11.1-release",
                "uptime": 86400,
                "sessions": 24,
                "max_sessions": 5000,
            },
        }
    ],
}


@blueprint.get("/controllers")
@scope("controllers:read")
@blueprint.output(Controllers, example=EXAMPLE)
def controllers() -> Answer:
    """List the controllers.

    Each with its FreeSWITCH and how many calls it has."""
    board = calls().board("")
    return answer({"at": _moment(board["at"]), "items": [_shown(one) for one in board["controllers"]]})


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    switch = one.get("switch") or {}
    return {
        "id": one["id"],
        "url": one.get("url", ""),
        "freeswitch": one.get("freeswitch", ""),
        "alive": bool(one.get("alive")),
        "answers": bool(one.get("answers")),
        "since": _moment(one.get("since")),
        "calls": one.get("calls") or 0,
        "draining": bool(one.get("draining")),
        "database": bool(one.get("database")),
        "switch": {
            "state": switch.get("state", "unknown"),
            "since": _moment(switch.get("since")),
            "version": switch.get("version", ""),
            "uptime": switch.get("uptime") or 0,
            "sessions": switch.get("sessions") or 0,
            "max_sessions": switch.get("max_sessions") or 0,
        },
    }


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
