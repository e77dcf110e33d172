"""A call on record, as a replay needs it: how it began, and its journal with what its web services answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import CallEvent, CallRecord, Document, Intent, Subscriber

LONGEST = 200  # characters of a call's variable


@dataclass(frozen=True)
class RecordedCall:
    """`given` is the call as it began, in the words of a flow's test; `entries` are `{kind, data}`, in order.

    `flow` and `version` are those it began with, `path` the nodes it walked.
    """

    call: str
    flow: str
    version: int
    given: Document
    entries: list[Document]
    path: list[Document]


def recorded(session: Session, call: str) -> RecordedCall | None:
    """Read a call of the subscriber whose session this is; None when there is none that has ended."""
    record = session.scalar(select(CallRecord).where(CallRecord.call == call))
    if record is None or record.subscriber_id is None:
        return None
    wanted = select(CallEvent.kind, CallEvent.data).where(CallEvent.call == call).order_by(CallEvent.sequence)
    saved = _saved(session, call)
    entries = [{"kind": kind, "data": _whole(kind, data, saved)} for kind, data in session.execute(wanted)]
    subscriber = session.get_one(Subscriber, record.subscriber_id).doc
    given = _given(record, entries, subscriber)
    return RecordedCall(call, record.flow, record.flow_version or 0, given, entries, record.path)


def _given(record: CallRecord, entries: list[Document], subscriber: Document) -> Document:
    first: Document = next((entry["data"] for entry in entries if entry["kind"] == "offered"), {})
    number = first.get("number") or record.number or record.called
    at = record.started_at.astimezone(ZoneInfo(subscriber["time_zone"]))
    given = {"caller": record.caller, "called": number, "caller_name": record.caller_name}
    variables = {"call": record.call, "subscriber": subscriber["slug"]}
    return {
        **{name: value[:LONGEST] for name, value in given.items()},
        "at": at.isoformat(timespec="seconds"),
        "variables": variables,
    }


def _saved(session: Session, call: str) -> dict[str, list[Any]]:
    """What each of the call's requests was answered, by its command."""
    found = session.execute(select(Intent.command, Intent.outcome).where(Intent.call == call)).all()
    return {command: outcome.get("saved", []) for command, outcome in found if outcome}


def _whole(kind: str, data: Document, saved: dict[str, list[Any]]) -> Document:
    """A reply with the values that its journal entry only names."""
    found = saved.get(str(data.get("index")))
    if kind != "result" or not data.get("saved") or found is None:
        return data
    return data | {"saved": found} if [name for name, _ in found] == data["saved"] else data
