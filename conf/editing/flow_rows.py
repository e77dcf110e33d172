"""A flow's rows: itself, its draft, its versions, its plans."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.difference import same
from conf.models import Document, Flow, FlowDraft, FlowVersion, PlannedPublication
from conf.problems import Problem

NEVER = (0, datetime.min.replace(tzinfo=UTC))  # what `last_versions` would say of a flow that has no version


@dataclass(frozen=True)
class Draft:
    """What an editor works on. Without changes of its own it is what is published.

    `revision` is what `save_draft` and `publish` want back. `changed` says that it is not what is published.
    """

    name: str
    doc: Document = field(repr=False)
    revision: int
    published: int | None
    saved_at: datetime | None
    saved_by: str
    changed: bool


@dataclass(frozen=True)
class Version:
    """One published version, without its document."""

    version: int
    comment: str
    author: str
    created_at: datetime
    published: bool


@dataclass(frozen=True)
class Plan:
    """A publication to come, or what became of it: waiting, done, failed (by its `problems`), cancelled."""

    id: int
    flow: str
    at: datetime
    comment: str
    author: str
    state: str
    version: int | None
    problems: tuple[Problem, ...] = ()


def flow(session: Session, subscriber_id: int, name: str) -> Flow:
    """The flow's row, as it is now. LookupError when there is none, or only versions of a withdrawn one."""
    found = any_flow(session, subscriber_id, name)
    if found is None or (found.published is None and draft_row(session, found) is None):
        raise LookupError(f"no flow {name}")
    return found


def any_flow(session: Session, subscriber_id: int, name: str) -> Flow | None:
    """The flow's row, withdrawn or not."""
    wanted = select(Flow).where(Flow.subscriber_id == subscriber_id, Flow.name == name)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def draft_row(session: Session, flow: Flow) -> FlowDraft | None:
    """The flow's draft, as it is now."""
    wanted = select(FlowDraft).where(FlowDraft.flow_id == flow.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def draft(session: Session, flow: Flow) -> Draft:
    """The draft as an editor sees it."""
    return opened(session, flow, draft_row(session, flow), version_row(session, flow, flow.published))


def opened(
    session: Session,
    flow: Flow,
    row: FlowDraft | None,
    published: FlowVersion | None,
    last: tuple[int, datetime] | None = None,
) -> Draft:
    """The draft as an editor sees it, from its rows; `last` is what `last_versions` says, by who asks for many."""
    own = row is not None and (published is None or not same(row.doc, published.doc))
    saved_last = row is not None and last is not None and last[1] < row.saved_at  # nothing was published since
    if row is not None and (own and (saved_last or not _settled(session, flow, row)) or published is None):
        return Draft(flow.name, row.doc, row.revision, flow.published, row.saved_at, row.saved_by, own)
    assert published is not None
    revision = row.revision if row is not None else (last or (newest(session, flow),))[0]
    return Draft(flow.name, published.doc, revision, flow.published, published.created_at, published.author, False)


def newest(session: Session, flow: Flow) -> int:
    """The newest version that ever was; 0 for none."""
    wanted = select(func.max(FlowVersion.version)).where(FlowVersion.flow_id == flow.id)
    return session.scalars(wanted).one() or 0


def last_versions(session: Session, subscriber_id: int) -> dict[int, tuple[int, datetime]]:
    """For each flow that has versions: the newest that ever was, and when the last one was made; see NEVER."""
    wanted = (
        select(FlowVersion.flow_id, func.max(FlowVersion.version), func.max(FlowVersion.created_at))
        .where(FlowVersion.subscriber_id == subscriber_id)
        .group_by(FlowVersion.flow_id)
    )
    return {flow_id: (version, at) for flow_id, version, at in session.execute(wanted)}


def version_row(session: Session, flow: Flow, version: int | None) -> FlowVersion | None:
    """One version's row."""
    if version is None:
        return None
    wanted = select(FlowVersion).where(FlowVersion.flow_id == flow.id, FlowVersion.version == version)
    return session.scalars(wanted).one_or_none()


def plans(session: Session, flow: Flow, *states: str) -> list[PlannedPublication]:
    """The flow's plans in some states, those to come first."""
    wanted = select(PlannedPublication).where(PlannedPublication.flow_id == flow.id)
    wanted = wanted.where(PlannedPublication.state.in_(states)).order_by(PlannedPublication.at, PlannedPublication.id)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def plan(row: PlannedPublication, name: str) -> Plan:
    """A plan as it is told."""
    told: dict[str, Any] = {key: getattr(row, key) for key in ("id", "at", "comment", "author", "state", "version")}
    return Plan(flow=name, problems=_told(row.problem), **told)


def kept(problems: Iterable[Problem]) -> str:
    """Problems as a text to be kept: they are translated when they are read."""
    found = [[item.code, item.message, dict(item.fields), item.field, item.severity] for item in problems]
    return json.dumps(found, default=str)


def _told(kept: str) -> tuple[Problem, ...]:
    found = json.loads(kept) if kept else []
    return tuple(
        Problem(code, message, fields, field=field, severity=severity)
        for code, message, fields, field, severity in found
    )


def _settled(session: Session, flow: Flow, row: FlowDraft) -> bool:
    """Whether a draft was published since it was saved: then what was published later, from files, is the newer."""
    wanted = select(FlowVersion.doc).where(FlowVersion.flow_id == flow.id, FlowVersion.created_at >= row.saved_at)
    return any(same(doc, row.doc) for doc in session.scalars(wanted))
