"""Publishing a flow from its draft, and going back: versions never change, so history only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import document_problems, documents, flow_checks, publishing
from conf.difference import Change, same
from conf.editing import checking, flow_rows, stored
from conf.editing.flow_rows import Version
from conf.editing.stale import Stale
from conf.editing.storable import unstorable
from conf.flow_checks import Checks
from conf.folder import Folder, Item
from conf.models import Document, Flow, FlowVersion
from conf.problems import ConfigurationError, Problem


@dataclass(frozen=True)
class Published:
    """The version that new calls walk from now on. `change` is None when it was published already."""

    version: int
    change: Change | None = field(default=None, repr=False)
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A flow that can be published, as it was when the subscriber's configuration had a version."""

    version: int
    doc: Document = field(repr=False)
    warnings: tuple[Problem, ...] = ()


class FailingTests(ConfigurationError):
    """The flow is right, and its own tests fail: `problems` say where. It may be published all the same."""


def check(
    session: Session, subscriber_id: int, doc: Document, checks: Checks, *, folder: Folder | None = None
) -> list[Problem]:
    """Everything wrong with a flow among the subscriber's documents, the form of its tests too.

    A problem's `fields` have `node` and `field` besides. `folder` is given where several are checked one by one.
    """
    found = list(unstorable(doc)) if isinstance(doc, dict) else []
    if found:
        return found
    item = Item(doc, checking.HERE)
    form = [*map(checking.placeless, flow_checks.form(Folder(stored.NOWHERE, flows=(item,)), checks))]
    if not isinstance(doc, dict) or not isinstance(doc.get("name"), str):
        return form
    folder = _with(folder or stored.folder(session, subscriber_id), item)
    return [*form, *map(checking.placeless, flow_checks.check_flow(item, folder, checks))]


def failing(
    session: Session, subscriber_id: int, doc: Document, checks: Checks, *, folder: Folder | None = None
) -> list[Problem]:
    """What the flow's own tests say of a flow that is right."""
    item = Item(doc, checking.HERE)
    folder = _with(folder or stored.folder(session, subscriber_id), item)
    whole = stored.rehearsable(session, subscriber_id, folder, doc)
    return [checking.placeless(problem) for problem in flow_checks.rehearse_flow(item, whole, checks)]


def publish(
    session: Session,
    subscriber_id: int,
    name: str,
    comment: str,
    author: str,
    *,
    revision: int,
    checks: Checks,
    despite_failing_tests: bool = False,
    checked: Checked | None = None,
    now: datetime | None = None,
) -> Published:
    """Make the draft a new version that new calls walk, each flow that it enters pinned to the one published now.

    `checked` is what `check_ahead` found before the transaction began; it counts while nobody has changed anything.

    Raises:
        Stale: the draft is not the one of that revision.
        ConfigurationError: the flow is wrong. FailingTests, which is one, when only its tests fail.
        LookupError: there is no such flow.
    """
    version = stored.lock(session, subscriber_id)
    row, doc = draft_of(session, subscriber_id, name, revision)
    warnings = ready(session, subscriber_id, doc, checks, despite_failing_tests, known(checked, version, doc))
    done = put(session, subscriber_id, row, doc, comment, author, now=now)
    return replace(done, warnings=tuple(warnings))


def rollback(
    session: Session,
    subscriber_id: int,
    name: str,
    number: int,
    comment: str,
    author: str,
    *,
    checks: Checks,
    checked: Checked | None = None,
    now: datetime | None = None,
) -> Published:
    """Publish an old version again, as a new one, entering the very versions that it entered.

    Refused when something that it names is no longer there; its tests do not stand in the way. Raises as `publish`.
    `checked` is by `check_version_ahead`.
    """
    version = stored.lock(session, subscriber_id)
    row = flow_rows.flow(session, subscriber_id, name)
    old = _version(session, row, number)
    doc = publishing.pinned(old.doc, old.pins)
    warnings = ready(session, subscriber_id, doc, checks, True, known(checked, version, doc))
    done = put(session, subscriber_id, row, old.doc, comment, author, pins=old.pins, now=now)
    return replace(done, warnings=tuple(warnings))


def versions(session: Session, subscriber_id: int, name: str) -> list[Version]:
    """The versions of a flow, newest first. LookupError when there is no such flow."""
    row = flow_rows.flow(session, subscriber_id, name)
    wanted = (
        select(FlowVersion.version, FlowVersion.comment, FlowVersion.author, FlowVersion.created_at)
        .where(FlowVersion.flow_id == row.id)
        .order_by(FlowVersion.version.desc())
    )
    return [Version(*found, published=found.version == row.published) for found in session.execute(wanted)]


def version(session: Session, subscriber_id: int, name: str, number: int) -> Document:
    """The document of a version, as it was written. LookupError when there is none."""
    return _version(session, flow_rows.flow(session, subscriber_id, name), number).doc


def draft_of(session: Session, subscriber_id: int, name: str, revision: int) -> tuple[Flow, Document]:
    """The flow and the draft of a revision. Raises Stale, LookupError."""
    row = flow_rows.flow(session, subscriber_id, name)
    present = flow_rows.draft(session, row)
    if present.revision != revision:
        raise Stale(present)
    return row, present.doc


def check_ahead(
    session: Session,
    subscriber_id: int,
    name: str,
    *,
    revision: int,
    checks: Checks,
    despite_failing_tests: bool = False,
) -> Checked:
    """Check the draft of a revision while nobody has to wait: a session that only reads will do.

    Raises as `publish`.
    """
    version = stored.version(session, subscriber_id)
    doc = draft_of(session, subscriber_id, name, revision)[1]
    return Checked(version, doc, tuple(ready(session, subscriber_id, doc, checks, despite_failing_tests)))


def check_version_ahead(session: Session, subscriber_id: int, name: str, number: int, *, checks: Checks) -> Checked:
    """Check an old version, for `rollback`, while nobody has to wait. Raises as `publish`."""
    version = stored.version(session, subscriber_id)
    old = _version(session, flow_rows.flow(session, subscriber_id, name), number)
    doc = publishing.pinned(old.doc, old.pins)
    return Checked(version, doc, tuple(ready(session, subscriber_id, doc, checks, True)))


def known(checked: Checked | None, version: int, doc: Document) -> Checked | None:
    """What was found before, while it still holds."""
    return checked if checked and checked.version == version and same(checked.doc, doc) else None


def ready(
    session: Session,
    subscriber_id: int,
    doc: Document,
    checks: Checks,
    despite_failing_tests: bool,
    checked: Checked | None = None,
) -> list[Problem]:
    """The warnings of a flow that can be published. Raises ConfigurationError, FailingTests."""
    if checked is not None:
        return list(checked.warnings)
    form = [*map(checking.placeless, document_problems.check(documents.Flow, doc, checking.HERE))]
    told = check(session, subscriber_id, doc, checks)
    warnings = checking.refuse([*(problem for problem in form if not told), *told])
    tests = failing(session, subscriber_id, doc, checks)
    if tests and not despite_failing_tests:
        raise FailingTests(tests)
    return [*warnings, *(problem.at(severity="warning") for problem in tests)]


def put(
    session: Session,
    subscriber_id: int,
    row: Flow,
    doc: Document,
    comment: str,
    author: str,
    *,
    pins: Mapping[str, int] | None = None,
    now: datetime | None = None,
) -> Published:
    """Write a version; nothing when the published one is the same and enters the same."""
    before = flow_rows.version_row(session, row, row.published)
    pins = _pins(session, subscriber_id, doc) if pins is None else pins
    if before is not None and same(before.doc, doc) and dict(before.pins) == dict(pins):
        return Published(before.version)
    number = flow_rows.newest(session, row) + 1
    publishing.publish(session, subscriber_id, row.name, number, doc, pins, comment, author, now or datetime.now(UTC))
    session.flush()
    old = publishing.pinned(before.doc, before.pins) if before else None
    change = Change("flow", row.name, "changed" if before else "added", old, publishing.pinned(doc, pins))
    return Published(number, change)


def _pins(session: Session, subscriber_id: int, doc: Document) -> dict[str, int]:
    wanted = select(Flow.name, Flow.published).where(Flow.subscriber_id == subscriber_id, Flow.published.is_not(None))
    published = {row.name: row.published or 0 for row in session.execute(wanted)}
    return {name: number or published[name] for name, number in publishing.entered(doc).items()}


def _with(folder: Folder, item: Item) -> Folder:
    others = tuple(other for other in folder.flows if other.doc["name"] != item.doc["name"])
    return folder.having("flows", (*others, item))


def _version(session: Session, row: Flow, number: int) -> FlowVersion:
    found = flow_rows.version_row(session, row, number)
    if found is None:
        raise LookupError(f"no version {number} of the flow {row.name}")
    return found
