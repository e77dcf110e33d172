"""Replays calls on record, on the version that they walked or on another document."""

from __future__ import annotations

from typing import Any

from conf import publishing
from conf.database import scoped
from conf.models import CallRecord
from conf.recorded import RecordedCall, recorded
from conf.snapshot import take
from controller.flow.replay import Replayed, replay
from controller.flow.world import World
from tests.calls.live import Live


def of(live: Live, record: CallRecord) -> tuple[RecordedCall, World]:
    """A call on record, and the world of its subscriber."""
    assert record.subscriber_id
    with scoped(live.engine, record.subscriber_id, read_only=True) as session:
        known = take(session, record.subscriber_id, live.settings.prompts_dir)
        flows = publishing.versions(session, known.slug)
        call = recorded(session, record.call)
    assert call
    prompts, lists, schedules = known.prompts, known.lists, known.schedules
    place: dict[str, Any] = {"language": known.language, "time_zone": known.time_zone, "country": known.country}
    return call, World(schedules=schedules, lists=lists, prompts=prompts, flows=flows, **place)


def again(live: Live, record: CallRecord, doc: Any = None, **options: Any) -> Replayed:
    """Replay a call on its own version, unless another document is given."""
    call, world = of(live, record)
    doc = doc or world.flow_doc(call.flow, call.version)
    return replay(doc, call.entries, world, given=call.given, version=call.version, **options)


def path(replayed: Replayed) -> list[dict[str, Any]]:
    """The way of a replayed call, as a record tells it."""
    steps: list[dict[str, Any]] = replayed.dump()["steps"]
    return steps
