"""Flows as they are edited: drafts, names, and what uses them. Publishing is in `conf.editing.flow_publishing`."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import document_problems, documents
from conf.difference import Change
from conf.editing import carrying, checking, flow_rows, stored, where_used
from conf.editing.flow_publishing import (
    Checked,
    FailingTests,
    Published,
    check,
    check_ahead,
    check_version_ahead,
    failing,
    publish,
    rollback,
    version,
    versions,
)
from conf.editing.flow_rows import Draft, Plan, Version
from conf.editing.plans import cancel, plan_publication, planned, publish_due
from conf.editing.stale import Stale
from conf.editing.storable import unstorable
from conf.editing.where_used import Use
from conf.models import Document, Flow, FlowDraft, FlowVersion, PlannedPublication
from conf.problems import N_, ConfigurationError, Problem
from conf.yaml_source import LARGEST

__all__ = [
    "Checked",
    "Draft",
    "FailingTests",
    "Listed",
    "Plan",
    "Published",
    "Stale",
    "Version",
    "cancel",
    "check",
    "check_ahead",
    "check_version_ahead",
    "create",
    "draft",
    "failing",
    "listed",
    "plan_publication",
    "planned",
    "publish",
    "publish_due",
    "remove",
    "rename",
    "restore",
    "rollback",
    "save_draft",
    "version",
    "versions",
]


@dataclass(frozen=True)
class Listed:
    """A flow as lists show it. `uses` are the numbers, extensions, lists and flows that lead to it."""

    name: str
    published: int | None
    published_at: datetime | None
    changed: bool
    revision: int
    saved_at: datetime | None
    saved_by: str
    nodes: int
    tests: int
    planned_at: datetime | None
    uses: tuple[Use, ...] = ()
    doc: Document = field(default_factory=dict, repr=False)


def listed(session: Session, subscriber_id: int) -> list[Listed]:
    """The subscriber's flows, published ones and drafts, by name. `doc` is what an editor would open."""
    wanted = select(Flow).where(Flow.subscriber_id == subscriber_id).order_by(Flow.name)
    rows = list(session.scalars(wanted.execution_options(populate_existing=True)))
    plans, last = _waiting(session, subscriber_id), flow_rows.last_versions(session, subscriber_id)
    docs, published = _drafts(session, subscriber_id), _published(session, subscriber_id)
    uses = _uses(session, subscriber_id, rows, docs, published)
    found = []
    for row in rows:
        own, about = docs.get(row.id), published.get(row.id)
        if own or about:
            here = flow_rows.opened(session, row, own, about, last.get(row.id, flow_rows.NEVER))
            found.append(_listed(here, about, plans.get(row.id), tuple(uses[row.name])))
    return found


def draft(session: Session, subscriber_id: int, name: str) -> Draft:
    """What an editor opens. LookupError when there is no such flow."""
    return flow_rows.draft(session, flow_rows.flow(session, subscriber_id, name))


def create(session: Session, subscriber_id: int, doc: Document, author: str, *, now: datetime | None = None) -> Draft:
    """Make a new flow, as a draft; what `doc` says besides its name may be unfinished. Raises ConfigurationError."""
    stored.lock(session, subscriber_id)
    checking.refuse([*_kept(doc), *_name(doc.get("name"))])
    row = flow_rows.any_flow(session, subscriber_id, doc["name"])
    if row is None:
        row = Flow(subscriber_id=subscriber_id, name=doc["name"])
        session.add(row)
        session.flush()
    elif row.published is not None or flow_rows.draft_row(session, row) is not None:
        raise ConfigurationError([_taken(doc["name"])])
    return _write(session, row, doc, author, now)


def save_draft(
    session: Session,
    subscriber_id: int,
    name: str,
    doc: Document,
    revision: int,
    author: str,
    *,
    now: datetime | None = None,
) -> Draft:
    """Keep what an editor has. `revision` is the draft's that it began from; raises Stale when there is another one."""
    stored.lock(session, subscriber_id)
    row = flow_rows.flow(session, subscriber_id, name)
    present = flow_rows.draft(session, row)
    if present.revision != revision:
        raise Stale(present)
    problems = _kept(doc)
    if not problems and doc.get("name") != name:
        problems = [Problem("renamed", N_("is changed by renaming the flow"), field="name")]
    checking.refuse(problems)
    return _write(session, row, doc, author, now)


def restore(
    session: Session,
    subscriber_id: int,
    name: str,
    number: int,
    revision: int,
    author: str,
    *,
    now: datetime | None = None,
) -> Draft:
    """Make an old version the draft. Raises Stale, LookupError."""
    doc = version(session, subscriber_id, name, number)
    return save_draft(session, subscriber_id, name, doc, revision, author, now=now)


def rename(
    session: Session,
    subscriber_id: int,
    name: str,
    new: str,
    author: str,
    *,
    carry: bool = False,
    now: datetime | None = None,
) -> Draft:
    """Give a draft another name; `carry` lets other drafts name it anew. What was published keeps its name."""
    stored.lock(session, subscriber_id)
    row = flow_rows.flow(session, subscriber_id, name)
    present = flow_rows.draft(session, row)
    if new == name:
        return present
    checking.refuse(_name(new))
    if flow_rows.any_flow(session, subscriber_id, new) is not None:
        raise ConfigurationError([_taken(new)])
    if flow_rows.newest(session, row):
        message = N_(
            "{name} was published, and its versions and the records of calls keep that name: duplicate it as {new}, "
            "lead the numbers there, then remove {name}"
        )
        raise ConfigurationError([Problem("published_name", message, {"name": name, "new": new}, field="name")])
    folder, drafts = stored.folder(session, subscriber_id), where_used.drafts(session, subscriber_id)
    found = where_used.uses(folder, drafts, {("flows", name)})
    fields = {"flows": "name"}
    if not carry:
        checking.refuse(where_used.problems(found, fields))
    for along in carrying.along(folder, drafts, found, {("flows", name): new}, fields):
        along.write(session, subscriber_id)
    row.name = new
    return _write(session, row, {**present.doc, "name": new}, author, now)


def remove(session: Session, subscriber_id: int, name: str) -> Change:
    """Take a flow out of use. Its versions stay for calls that walk them. Refused while anything leads there."""
    stored.lock(session, subscriber_id)
    row = flow_rows.flow(session, subscriber_id, name)
    before = flow_rows.draft(session, row).doc
    folder, drafts = stored.folder(session, subscriber_id), where_used.drafts(session, subscriber_id)
    checking.refuse(where_used.problems(where_used.uses(folder, drafts, {("flows", name)}), {"flows": "name"}))
    if flow_rows.newest(session, row):
        row.published = None
        own = flow_rows.draft_row(session, row)
        if own is not None:
            session.delete(own)
        for plan in flow_rows.plans(session, row, "waiting"):
            plan.state = "cancelled"
    else:
        session.delete(row)
    session.flush()
    return Change("flow", name, "removed", before, None)


def _write(session: Session, row: Flow, doc: Document, author: str, now: datetime | None) -> Draft:
    kept = flow_rows.draft_row(session, row)
    if kept is None:
        kept = FlowDraft(subscriber_id=row.subscriber_id, flow_id=row.id, revision=flow_rows.newest(session, row))
        session.add(kept)
    kept.doc, kept.revision = doc, kept.revision + 1
    kept.saved_at, kept.saved_by = now or datetime.now(UTC), author
    session.flush()
    return flow_rows.draft(session, row)


def _kept(doc: object) -> list[Problem]:
    """What keeps even a draft from being kept."""
    if not isinstance(doc, dict):
        return [Problem("model_type", document_problems.MESSAGES["model_type"])]
    problems = list(unstorable(doc))
    if not problems and len(json.dumps(doc)) > LARGEST:
        problems = [Problem("too_large", N_("the file is larger than {limit} bytes"), {"limit": LARGEST})]
    return problems


def _name(name: object) -> list[Problem]:
    found = document_problems.check(documents.Flow, {"name": name, "start": "", "nodes": {}}, checking.HERE)
    return [checking.placeless(problem) for problem in found]


def _taken(name: str) -> Problem:
    return Problem("given_twice", N_("{name} exists already"), {"name": name}, field="name")


def _drafts(session: Session, subscriber_id: int) -> dict[int, FlowDraft]:
    wanted = select(FlowDraft).where(FlowDraft.subscriber_id == subscriber_id)
    return {row.flow_id: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def _published(session: Session, subscriber_id: int) -> dict[int, FlowVersion]:
    wanted = (
        select(FlowVersion)
        .join(Flow, (Flow.id == FlowVersion.flow_id) & (Flow.published == FlowVersion.version))
        .where(Flow.subscriber_id == subscriber_id)
    )
    return {row.flow_id: row for row in session.scalars(wanted)}


def _uses(
    session: Session,
    subscriber_id: int,
    rows: list[Flow],
    docs: dict[int, FlowDraft],
    published: dict[int, FlowVersion],
) -> dict[str, list[Use]]:
    """What leads to each flow, by its name."""
    folder = stored.leading(session, subscriber_id, (published[row.id].doc for row in rows if row.id in published))
    drafts = {
        row.name: docs[row.id].doc
        for row in rows
        if row.id in docs and (row.id not in published or docs[row.id].doc != published[row.id].doc)
    }
    found: dict[str, list[Use]] = defaultdict(list)
    for use in where_used.uses(folder, drafts, {("flows", row.name) for row in rows}, together=False):
        found[use.of[1]].append(use)
    return found


def _waiting(session: Session, subscriber_id: int) -> dict[int, datetime]:
    wanted = select(PlannedPublication.flow_id, PlannedPublication.at).where(
        PlannedPublication.subscriber_id == subscriber_id, PlannedPublication.state == "waiting"
    )
    return {row.flow_id: row.at for row in session.execute(wanted)}


def _listed(here: Draft, about: FlowVersion | None, planned_at: datetime | None, uses: tuple[Use, ...]) -> Listed:
    nodes, tests = here.doc.get("nodes"), here.doc.get("tests")
    return Listed(
        name=here.name,
        published=here.published,
        published_at=about.created_at if about else None,
        changed=here.changed,
        revision=here.revision,
        saved_at=here.saved_at,
        saved_by=here.saved_by,
        nodes=len(nodes) if isinstance(nodes, dict) else 0,
        tests=len(tests) if isinstance(tests, list) else 0,
        planned_at=planned_at,
        uses=uses,
        doc=here.doc,
    )
