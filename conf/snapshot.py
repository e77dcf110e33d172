"""One subscriber's configuration as plain documents: what calls walk by, also when the database is away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.models import (
    Checklist,
    Document,
    Extension,
    Flow,
    FlowVersion,
    ListEntry,
    Number,
    NumberList,
    OutboundRule,
    Prompt,
    PrompterRule,
    Schedule,
    Subscriber,
    Trunk,
    User,
)
from conf.publishing import pinned


@dataclass(frozen=True)
class Snapshot:
    """The documents are those of the subscriber's files; nobody may change them.

    `users` carry `sip_user`, `sip_realm` and `sip_a1` besides. `extensions` holds those of users too, as
    `{extension, user: login}`. `prompts` are `{text: {language: ...}, file: absolute path or ""}`. `flows` are the
    published ones, `(version, document)`, each with the versions of the flows that it enters written in. `prompter` is
    `{policy: document or None, rules: [documents], checklists: [documents]}`.
    """

    subscriber_id: int
    slug: str
    name: str
    language: str
    time_zone: str
    country: str
    emergency: tuple[str, ...]
    fallback: str
    version: int
    users: tuple[Document, ...] = field(repr=False)
    extensions: dict[str, Document] = field(repr=False)
    numbers: dict[str, Document] = field(repr=False)
    schedules: dict[str, Document] = field(repr=False)
    lists: dict[str, Document] = field(repr=False)
    prompts: dict[str, Document] = field(repr=False)
    flows: dict[str, tuple[int, Document]] = field(repr=False)
    prompter: Document = field(default_factory=dict, repr=False)


def take(session: Session, subscriber_id: int, prompts_dir: Path | str = "") -> Snapshot:
    """Read a subscriber's configuration. `prompts_dir` makes the prompts' files absolute. LookupError when unknown."""
    subscriber = session.get(Subscriber, subscriber_id)
    if subscriber is None:
        raise LookupError(f"no subscriber {subscriber_id}")
    flows = published(session, subscriber_id)
    return Snapshot(
        subscriber_id=subscriber.id,
        slug=subscriber.slug,
        name=subscriber.name,
        language=subscriber.language,
        time_zone=subscriber.time_zone,
        country=subscriber.country,
        emergency=tuple(subscriber.emergency),
        fallback=subscriber.fallback,
        version=subscriber.version,
        users=tuple(_user(user) for user in in_order(session, User, subscriber_id)),
        extensions={row.number: row.doc for row in in_order(session, Extension, subscriber_id)},
        numbers={row.number: row.doc for row in in_order(session, Number, subscriber_id)},
        schedules={row.name: row.doc for row in in_order(session, Schedule, subscriber_id)},
        lists={doc["name"]: doc for doc in number_lists(session, subscriber_id)},
        prompts={row.name: _prompt(row, prompts_dir) for row in in_order(session, Prompt, subscriber_id)},
        flows={name: (version.version, pinned(version.doc, version.pins)) for name, version in flows},
        prompter={
            "policy": subscriber.doc.get("prompter"),
            "rules": [row.doc for row in in_order(session, PrompterRule, subscriber_id)],
            "checklists": [row.doc for row in in_order(session, Checklist, subscriber_id)],
        },
    )


def versions(session: Session) -> dict[int, int]:
    """Each subscriber's version: a snapshot with another one is stale."""
    return {row.id: row.version for row in session.execute(select(Subscriber.id, Subscriber.version))}


def owners(session: Session) -> dict[str, int]:
    """Each E.164 number's subscriber."""
    return {row.number: row.subscriber_id for row in session.execute(select(Number.number, Number.subscriber_id))}


def domains(session: Session) -> dict[str, int]:
    """Each slug's subscriber; the slug is the first label of its SIP domain."""
    return {row.slug: row.id for row in session.execute(select(Subscriber.slug, Subscriber.id))}


def trunks(session: Session) -> tuple[Document, ...]:
    """The operator's trunks, each with its real password."""
    found = session.scalars(select(Trunk).order_by(Trunk.position, Trunk.id))
    return tuple(trunk.doc | {"password": trunk.password} for trunk in found)


def outbound_rules(session: Session) -> tuple[Document, ...]:
    """The operator's outbound rules, in the order in which they are tried."""
    return tuple(
        rule.doc for rule in session.scalars(select(OutboundRule).order_by(OutboundRule.position, OutboundRule.id))
    )


def flow_version(session: Session, subscriber_id: int, name: str, version: int) -> Document:
    """The document of one version, published now or once. LookupError when there is none."""
    wanted = (
        select(FlowVersion)
        .join(Flow, Flow.id == FlowVersion.flow_id)
        .where(Flow.subscriber_id == subscriber_id, Flow.name == name, FlowVersion.version == version)
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise LookupError(f"no version {version} of the flow {name}")
    return pinned(found.doc, found.pins)


def superseded(session: Session, subscriber_id: int, since: datetime) -> list[tuple[str, int, Document]]:
    """The flow versions that were published since then and are not any more: a call may still walk them."""
    wanted = (
        select(Flow.name, FlowVersion)
        .join(FlowVersion, FlowVersion.flow_id == Flow.id)
        .where(Flow.subscriber_id == subscriber_id, FlowVersion.created_at > since)
        .where(FlowVersion.version != func.coalesce(Flow.published, 0))
        .order_by(FlowVersion.id)
    )
    return [(name, row.version, pinned(row.doc, row.pins)) for name, row in session.execute(wanted)]


def in_order(session: Session, kind: type[Any], subscriber_id: int) -> Sequence[Any]:
    """A subscriber's rows of a kind, in the order of their file."""
    wanted = select(kind).where(kind.subscriber_id == subscriber_id).order_by(kind.position, kind.id)
    return session.scalars(wanted).all()


def number_lists(session: Session, subscriber_id: int) -> Iterator[Document]:
    """A subscriber's lists as documents, each with its entries, which are rows of their own."""
    entries: dict[int, list[Document]] = defaultdict(list)
    for entry in in_order(session, ListEntry, subscriber_id):
        entries[entry.list_id].append(entry.doc)
    for row in in_order(session, NumberList, subscriber_id):
        yield {key: entries[row.id] if key == "entries" else value for key, value in row.doc.items()}


def published(session: Session, subscriber_id: int) -> list[tuple[str, FlowVersion]]:
    """The flows that are published, by name, with their versions."""
    wanted = (
        select(Flow.name, FlowVersion)
        .join(FlowVersion, (FlowVersion.flow_id == Flow.id) & (FlowVersion.version == Flow.published))
        .where(Flow.subscriber_id == subscriber_id)
        .order_by(Flow.name)
    )
    return [(name, version) for name, version in session.execute(wanted)]


def _user(row: User) -> Document:
    return row.doc | {"sip_user": row.sip_user, "sip_realm": row.sip_realm, "sip_a1": row.sip_a1}


def _prompt(row: Prompt, prompts_dir: Path | str) -> Document:
    return {"text": row.doc.get("text", {}), "file": str(Path(prompts_dir) / row.sound) if row.sound else ""}
