"""Publishing flows: immutable versions, each pinned to the versions of the flows that it enters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.difference import same
from conf.models import Document, Flow, FlowVersion, Subscriber


class Circle(Exception):
    """Flows that enter one another in a circle: none could be pinned first."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" -> ".join(names))
        self.names = names


@dataclass(frozen=True)
class Standing:
    """What is published now: the document and its pins, and the newest version that ever was."""

    published: int | None
    newest: int
    doc: Document | None = field(repr=False)
    pins: Mapping[str, int]


def entered(doc: Document) -> dict[str, int]:
    """The flows that a flow enters, by its nodes of the kind `subflow`, and the version asked for; 0 is the newest."""
    nodes = doc.get("nodes")
    return {node["flow"]: _version(node) for node in nodes.values() if _enters(node)} if isinstance(nodes, dict) else {}


def pinned(doc: Document, pins: Mapping[str, int]) -> Document:
    """The document as calls walk it: every flow that it enters at a version."""
    if not pins:
        return doc
    nodes = {name: _pinned(node, pins) for name, node in doc.get("nodes", {}).items()}
    return {key: nodes if key == "nodes" else value for key, value in doc.items()}


def _enters(node: Any) -> bool:
    return isinstance(node, dict) and node.get("kind") == "subflow" and isinstance(node.get("flow"), str)


def _version(node: Document) -> int:
    version = node.get("version", 0)
    return version if isinstance(version, int) else 0


def _pinned(node: Any, pins: Mapping[str, int]) -> Any:
    if _enters(node) and not _version(node) and node["flow"] in pins:
        return node | {"version": pins[node["flow"]]}
    return node


def in_order(docs: Mapping[str, Document]) -> list[str]:
    """The flows, each after those that it enters. Raises Circle."""
    ordered: list[str] = []

    def visit(name: str, above: list[str]) -> None:
        if name in above:
            raise Circle([*above[above.index(name) :], name])
        if name in ordered or name not in docs:
            return
        for other, version in entered(docs[name]).items():
            if not version:
                visit(other, [*above, name])
        ordered.append(name)

    for name in docs:
        visit(name, [])
    return ordered


def standing(session: Session, subscriber_id: int) -> dict[str, Standing]:
    """Every flow that the subscriber has or had."""
    found: dict[str, Standing] = {}
    wanted = (
        select(Flow.name, Flow.published, FlowVersion)
        .join(FlowVersion, FlowVersion.flow_id == Flow.id)
        .where(Flow.subscriber_id == subscriber_id)
        .order_by(Flow.name, FlowVersion.version)
    )
    for name, published, version in session.execute(wanted):
        if published is None or version.version <= published:
            found[name] = Standing(published, version.version, version.doc, version.pins)
        else:
            found[name] = Standing(published, version.version, found[name].doc, found[name].pins)
    return found


def versions(session: Session, slug: str) -> dict[str, dict[int, Document]]:
    """Every version of every flow of a subscriber, by its slug, as calls walk it; nothing for one that is new."""
    found: dict[str, dict[int, Document]] = defaultdict(dict)
    wanted = (
        select(Flow.name, FlowVersion)
        .join(FlowVersion, FlowVersion.flow_id == Flow.id)
        .join(Subscriber, Subscriber.id == Flow.subscriber_id)
        .where(Subscriber.slug == slug)
    )
    for name, version in session.execute(wanted):
        found[name][version.version] = pinned(version.doc, version.pins)
    return dict(found)


def plan(docs: Mapping[str, Document], now: Mapping[str, Standing]) -> dict[str, tuple[int, dict[str, int]]]:
    """For each flow, the version that shall be published and its pins: a new one where something changed."""
    planned: dict[str, tuple[int, dict[str, int]]] = {}
    for name in in_order(docs):
        wanted = entered(docs[name]).items()
        pins = {other: version or planned[other][0] for other, version in wanted if version or other in planned}
        before = now.get(name)
        if before and before.doc is not None and same(before.doc, docs[name]) and dict(before.pins) == pins:
            planned[name] = (before.published or before.newest, pins)
        else:
            planned[name] = ((before.newest if before else 0) + 1, pins)
    return planned


def publish(
    session: Session,
    subscriber_id: int,
    name: str,
    version: int,
    doc: Document,
    pins: Mapping[str, int],
    comment: str = "",
    author: str = "",
    now: datetime | None = None,
) -> None:
    """Make a version the published one; it is written when it is new."""
    flow = session.scalars(select(Flow).where(Flow.name == name, Flow.subscriber_id == subscriber_id)).one_or_none()
    if flow is None:
        flow = Flow(subscriber_id=subscriber_id, name=name)
        session.add(flow)
        session.flush()
    newest = session.scalars(
        select(FlowVersion.version).where(FlowVersion.flow_id == flow.id).order_by(FlowVersion.version.desc()).limit(1)
    ).one_or_none()
    if version > (newest or 0):
        made = FlowVersion(subscriber_id=subscriber_id, flow_id=flow.id, version=version, doc=doc, pins=dict(pins))
        made.comment, made.author, made.created_at = comment, author, now or datetime.now(UTC)
        session.add(made)
    flow.published = version


def withdraw(session: Session, subscriber_id: int, name: str) -> None:
    """Take a flow out of use. Its versions stay, for the calls that walk them and the records of those that did."""
    flow = session.scalars(select(Flow).where(Flow.name == name, Flow.subscriber_id == subscriber_id)).one()
    flow.published = None
