"""Putting faxes in: documents once, a fax for each number, the same key twice the same faxes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.fax import content, daily, numbers
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.models import Fax, FaxBatch, FaxDocument, FaxList, Subscriber
from conf.problems import N_, ConfigurationError, Problem, Wrong

RESOLUTIONS = ("standard", "fine", "superfine")
MOST_DOCUMENTS = 20
MOST_NUMBERS = 500
NO_COVER = "-"  # in place of a cover's name
LATEST = timedelta(days=366)
PRIORITIES = {"low": -1, "normal": 0, "high": 1}


class Conflict(Exception):
    """The key was used for another fax."""


@dataclass(frozen=True)
class To:
    """Whom a fax goes to."""

    number: str
    name: str = ""


@dataclass(frozen=True)
class Given:
    """A file that was put in. One that lies in the vault already has a name there, with what is known of its content.

    `url` is where it was fetched from: asked for again by the same key, it is the same, whatever lies there by then.
    """

    name: str
    content: BinaryIO
    stored: str = ""
    digest: str = ""  # SHA-256
    size: int = 0  # bytes
    url: str = ""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants faxed. `to_list` names a distribution list; `cover` is a document of the cover's own words.

    `key` is the client's name for it; `send_at` None is at once; `mail_to` None is as the box says.
    """

    to: Sequence[To] = ()
    documents: Sequence[Given] = ()
    cover: Mapping[str, Any] | None = None
    to_list: str = ""
    from_number: str = ""
    resolution: str = "fine"
    send_at: datetime | None = None
    priority: str = "normal"
    key: str = ""
    created_by: str = ""
    source: str = "page"
    mail_to: Sequence[str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Queued:
    """What was put in; `new` is False when the key had been used for the very same."""

    batch: FaxBatch
    faxes: Sequence[Fax]
    new: bool


def queue(session: Session, store: Store, subscriber_id: int, wanted: Wanted, policy: Policy, now: datetime) -> Queued:
    """Put faxes in, of one subscriber, in its session; commit afterwards.

    Raises ConfigurationError with the fields that are wrong (to.0, documents, ...), Conflict.
    """
    sizes = _sizes(wanted)
    fingerprint = _fingerprint(wanted, sizes)
    daily.hold(session, subscriber_id)
    if earlier := _earlier(session, wanted.key):
        return _again(session, earlier, fingerprint)
    subscriber = session.scalars(select(Subscriber).where(Subscriber.id == subscriber_id)).one()
    shown, to = _whom(session, wanted, subscriber, policy, now, sizes)
    kept: list[str] = []
    try:
        with session.begin_nested():
            batch = _batch(session, wanted, fingerprint, now)
            for position, one in enumerate(wanted.documents):
                stored = one.stored
                if not stored:
                    kept.append(stored := store.put(session, subscriber_id, one.content, "document"))
                digest, size = sizes[position]
                session.add(_document(batch, position, one.name, digest, size, stored))
            faxes = [_fax(batch, one, shown, wanted, now) for one in to]
            session.add_all(faxes)
            session.flush()
    except BaseException as error:
        for name in kept:
            store.delete(subscriber_id, name)
        if isinstance(error, IntegrityError) and (earlier := _earlier(session, wanted.key)):
            return _again(session, earlier, fingerprint)  # somebody asked for the same at the same moment
        raise
    return Queued(batch, faxes, new=True)


def _earlier(session: Session, key: str) -> FaxBatch | None:
    return session.scalars(select(FaxBatch).where(FaxBatch.client_key == key)).one_or_none() if key else None


def _again(session: Session, batch: FaxBatch, fingerprint: str) -> Queued:
    if batch.fingerprint != fingerprint:
        raise Conflict(batch.client_key)
    faxes = session.scalars(select(Fax).where(Fax.batch_id == batch.id).order_by(Fax.id)).all()
    return Queued(batch, faxes, new=False)


def asked_before(session: Session, wanted: Wanted) -> Queued | None:
    """What was put in by this key; None when it is new. Content that is yet to be fetched from its URL does not matter.

    Raises Conflict when that was something else.
    """
    earlier = _earlier(session, wanted.key)
    return _again(session, earlier, _fingerprint(wanted, _sizes(wanted))) if earlier else None


def cover_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The cover's own words of what somebody typed; None when there is no cover."""
    if said.get("cover") == NO_COVER or not (said.get("subject") or said.get("message")):
        return None
    return {name: said[name] for name in ("subject", "message", "from_name", "cover") if said.get(name)}


def _sizes(wanted: Wanted) -> list[tuple[str, int]]:
    return [(one.digest, one.size) if one.stored else content.digest(one.content) for one in wanted.documents]


def _fingerprint(wanted: Wanted, sizes: Sequence[tuple[str, int]]) -> str:
    documents = zip(wanted.documents, sizes, strict=True)
    told = {
        "to": [[one.number, one.name] for one in wanted.to],
        "list": wanted.to_list,
        "documents": [["url", one.url] if one.url else [one.name, digest] for one, (digest, _) in documents],
        "cover": dict(wanted.cover) if wanted.cover is not None else None,
        "from": wanted.from_number,
        "resolution": wanted.resolution,
        "send_at": wanted.send_at.astimezone(UTC).isoformat() if wanted.send_at else "",
        "priority": wanted.priority,
        "options": dict(wanted.options),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _whom(
    session: Session,
    wanted: Wanted,
    subscriber: Subscriber,
    policy: Policy,
    now: datetime,
    sizes: Sequence[tuple[str, int]],
) -> tuple[str, list[To]]:
    """The number that is shown, and whom the fax goes to. All that is wrong is told at once."""
    problems = list(_of_documents(wanted, sizes, policy, now))
    found: dict[str, To] = {}
    for field_name, one in _asked(session, wanted, problems):
        try:
            number = numbers.destination(one.number, subscriber.country, policy)
            found.setdefault(number, To(number, one.name))
        except Wrong as wrong:
            problems.append(wrong.problem.at(field=field_name, value=one.number))
    if not found and not problems:
        problems.append(Problem("missing", N_("must name a number"), field="to"))
    if len(found) > MOST_NUMBERS:
        problems.append(Problem("too_many", N_("may name at most {most} numbers"), {"most": MOST_NUMBERS}, field="to"))
    try:
        shown = numbers.shown(session, wanted.from_number, wanted.created_by)
    except Wrong as wrong:
        shown = ""
        problems.append(wrong.problem.at(field="from_number", value=wanted.from_number))
    if found and not problems:
        problems += daily.problems(session, policy, wanted.created_by, shown, len(found), subscriber.time_zone, now)
    if problems:
        raise ConfigurationError(problems)
    return shown, list(found.values())


def _asked(session: Session, wanted: Wanted, problems: list[Problem]) -> Iterator[tuple[str, To]]:
    for position, one in enumerate(wanted.to):
        yield f"to.{position}", one
    if not wanted.to_list:
        return
    row = session.scalars(select(FaxList).where(FaxList.name == wanted.to_list)).one_or_none()
    if row is None:
        problems.append(Problem("unknown_list", N_("there is no such list"), field="to_list", value=wanted.to_list))
        return
    for member in row.members:
        yield "to_list", To(str(member.get("number", "")), str(member.get("name", "")))


def _of_documents(wanted: Wanted, sizes: Sequence[tuple[str, int]], policy: Policy, now: datetime) -> Iterator[Problem]:
    if not wanted.documents and wanted.cover is None:
        yield Problem("missing", N_("must hold a document, or there must be a cover"), field="documents")
    if len(wanted.documents) > MOST_DOCUMENTS:
        yield Problem("too_many", N_("may be at most {most} documents"), {"most": MOST_DOCUMENTS}, field="documents")
    if sum(size for _, size in sizes) > policy.bytes:
        most = {"most": policy.bytes // 1_000_000}
        yield Problem("too_large", N_("are larger than {most} MB together"), most, field="documents")
    for one, (_, size) in zip(wanted.documents, sizes, strict=True):
        if not size:
            yield Problem("empty", N_("is empty"), field="documents", value=one.name)
    if wanted.resolution not in RESOLUTIONS:
        told = {"expected": ", ".join(RESOLUTIONS)}
        yield Problem("unknown_resolution", N_("must be one of {expected}"), told, field="resolution")
    if wanted.priority not in PRIORITIES:
        told = {"expected": ", ".join(PRIORITIES)}
        yield Problem("unknown_priority", N_("must be one of {expected}"), told, field="priority")
    if wanted.send_at and wanted.send_at > now + LATEST:
        yield Problem("too_late", N_("lies more than a year ahead"), field="send_at")


def _batch(session: Session, wanted: Wanted, fingerprint: str, now: datetime) -> FaxBatch:
    batch = FaxBatch(
        name=wanted.to_list,
        client_key=wanted.key or None,
        fingerprint=fingerprint,
        source=wanted.source,
        created_by=wanted.created_by,
        created_at=now,
        resolution=wanted.resolution,
        options=dict(wanted.options),
        cover=content.sealed(wanted.cover),
        mail_to=list(wanted.mail_to) if wanted.mail_to is not None else ["*"],
    )
    session.add(batch)
    session.flush()
    return batch


def _document(batch: FaxBatch, position: int, name: str, digest: str, size: int, stored: str) -> FaxDocument:
    return FaxDocument(batch_id=batch.id, position=position, name=name, digest=digest, size=size, stored=stored)


def _fax(batch: FaxBatch, to: To, shown: str, wanted: Wanted, now: datetime) -> Fax:
    return Fax(
        batch_id=batch.id,
        state="queued",
        from_number=shown,
        to_number=to.number,
        name=to.name,
        resolution=wanted.resolution,
        priority=PRIORITIES[wanted.priority],
        created_at=now,
        created_by=wanted.created_by,
        due_at=max(now, wanted.send_at or now),
    )
