"""Publications that happen at a moment: planned now, done by whichever process comes first when it is due."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from conf import audit
from conf.database import operator, scoped
from conf.editing import flow_publishing, flow_rows, stored
from conf.editing.flow_publishing import Checked
from conf.editing.flow_rows import Plan
from conf.flow_checks import Checks
from conf.models import Flow, PlannedPublication
from conf.problems import N_, ConfigurationError, Problem

FURTHEST = timedelta(days=5 * 366)
log = logging.getLogger(__name__)


def plan_publication(
    session: Session,
    subscriber_id: int,
    name: str,
    at: datetime,
    comment: str,
    author: str,
    *,
    revision: int,
    checks: Checks,
    despite_failing_tests: bool = False,
    checked: Checked | None = None,
    now: datetime | None = None,
) -> Plan:
    """Publish the draft as it is now at a moment; in the place of what was planned before. Raises as `publish`."""
    now = now or datetime.now(UTC)
    if not now < at < now + FURTHEST:
        raise ConfigurationError([Problem("past", N_("must be in the future, within five years"), field="at")])
    version = stored.lock(session, subscriber_id)
    flow, doc = flow_publishing.draft_of(session, subscriber_id, name, revision)
    checked = flow_publishing.known(checked, version, doc)
    flow_publishing.ready(session, subscriber_id, doc, checks, despite_failing_tests, checked)
    for other in flow_rows.plans(session, flow, "waiting"):
        other.state = "cancelled"
    row = PlannedPublication(subscriber_id=subscriber_id, flow_id=flow.id, at=at, doc=doc, comment=comment)
    row.author = author
    session.add(row)
    session.flush()
    return flow_rows.plan(row, name)


def planned(session: Session, subscriber_id: int, name: str) -> Plan | None:
    """What is planned for a flow, or the newest that failed since it was last published; None for neither."""
    flow = flow_rows.flow(session, subscriber_id, name)
    waiting = flow_rows.plans(session, flow, "waiting")
    if waiting:
        return flow_rows.plan(waiting[0], name)
    published = flow_rows.version_row(session, flow, flow.published)
    failed = [row for row in flow_rows.plans(session, flow, "failed") if not published or row.at > published.created_at]
    return flow_rows.plan(failed[-1], name) if failed else None


def cancel(session: Session, subscriber_id: int, name: str) -> Plan:
    """Cancel what is planned for a flow. LookupError when there is nothing."""
    stored.lock(session, subscriber_id)
    waiting = flow_rows.plans(session, flow_rows.flow(session, subscriber_id, name), "waiting")
    if not waiting:
        raise LookupError(f"nothing is planned for {name}")
    waiting[0].state = "cancelled"
    session.flush()
    return flow_rows.plan(waiting[0], name)


def publish_due(engine: Engine, now: datetime, *, checks: Checks) -> list[Plan]:
    """Publish what is due, and say what became of it. Any number of processes may do so: one does each."""
    wanted = select(PlannedPublication.subscriber_id, PlannedPublication.id)
    wanted = wanted.where(PlannedPublication.state == "waiting", PlannedPublication.at <= now)
    with operator(engine, read_only=True) as session:
        due = [(owner, key) for owner, key in session.execute(wanted.order_by(PlannedPublication.at))]
    done: list[Plan] = []
    for owner, key in due:
        try:
            with scoped(engine, owner, read_only=True) as session:
                checked = _checked(session, owner, key, checks)
            with scoped(engine, owner) as session:
                done += _publish(session, owner, key, now, checks, checked)
        except (SQLAlchemyError, LookupError):
            log.exception("a planned publication waits for another try")
    return done


def _checked(session: Session, owner: int, key: int, checks: Checks) -> Checked | None:
    """Look at it while nobody has to wait; what is wrong is found again by whoever publishes it."""
    version = stored.version(session, owner)
    doc = session.scalars(select(PlannedPublication.doc).where(PlannedPublication.id == key)).one_or_none()
    with suppress(ConfigurationError):
        if doc is not None:
            return Checked(version, doc, tuple(flow_publishing.ready(session, owner, doc, checks, True)))
    return None


def _publish(
    session: Session, owner: int, key: int, now: datetime, checks: Checks, checked: Checked | None
) -> Iterable[Plan]:
    version = stored.lock(session, owner)  # who holds it does it; whoever comes after sees that it was done
    wanted = select(PlannedPublication).where(PlannedPublication.id == key, PlannedPublication.state == "waiting")
    row = session.scalars(wanted).one_or_none()
    if row is None:
        return
    flow = session.scalars(select(Flow).where(Flow.id == row.flow_id)).one()
    try:
        flow_publishing.ready(session, owner, row.doc, checks, True, flow_publishing.known(checked, version, row.doc))
        done = flow_publishing.put(session, owner, flow, row.doc, row.comment, row.author, now=now)
        row.state, row.version = "done", done.version
        audit.record(session, row.author, "", "published", "flow", flow.name, done.change or (), at=now)
    except ConfigurationError as error:
        row.state, row.problem = "failed", flow_rows.kept(error.problems)
    session.flush()
    yield flow_rows.plan(row, flow.name)
