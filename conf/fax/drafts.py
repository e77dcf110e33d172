"""Faxes that are being written. Nothing typed or put in is lost before it is sent: all of it is kept here as it comes.

A draft is whoever began it's alone. Its files go over to the fax when it is sent, without being copied.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import Engine, Select, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.database import operator
from conf.fax import content, queueing
from conf.fax.content import Store
from conf.fax.queueing import Given
from conf.models import Content, FaxDraft, FaxDraftFile
from conf.problems import N_, ConfigurationError, Problem

KEEPS = timedelta(days=7)  # after the last change
MOST = 20  # drafts of one person; the oldest go
BATCH = 100
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
# What the pages of a fax are made of, besides its files.
DRAWN = ("to", "from", "resolution", "subject", "message", "from_name", "cover", "trim_blank")


def find(session: Session, key: str, login: str, lock: bool = False) -> FaxDraft | None:
    """A person's draft; held until the transaction ends if that is wanted."""
    wanted = select(FaxDraft).where(FaxDraft.key == key, FaxDraft.created_by == login)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def begin(session: Session, store: Store, key: str, login: str, now: datetime) -> FaxDraft:
    """A person's draft, a new one when there is none of that key; it is held. Raises LookupError for another's key."""
    if not KEY.fullmatch(key):
        raise LookupError(f"no draft {key}")
    if found := find(session, key, login, lock=True):
        return found
    old = session.scalars(_of(login).order_by(FaxDraft.changed_at.desc(), FaxDraft.id.desc()).offset(MOST - 1)).all()
    for one in old:
        drop(session, store, one)
    try:
        with session.begin_nested():
            session.add(FaxDraft(key=key, created_by=login, created_at=now, changed_at=now))
            session.flush()
    except IntegrityError:  # another click began it a moment ago, or it is another person's
        pass
    made = find(session, key, login, lock=True)
    if made is None:
        raise LookupError(f"no draft {key}")
    return made


def files(session: Session, draft: FaxDraft) -> Sequence[FaxDraftFile]:
    """The files of a draft, in their order."""
    wanted = select(FaxDraftFile).where(FaxDraftFile.draft_id == draft.id)
    return session.scalars(wanted.order_by(FaxDraftFile.position, FaxDraftFile.id)).all()


def add_file(
    session: Session, store: Store, draft: FaxDraft, name: str, file: BinaryIO, most: int, now: datetime
) -> FaxDraftFile:
    """Put a file in, after the others. `most` bytes may all have together. Raises ConfigurationError (`files`)."""
    there = files(session, draft)
    digest, size = content.digest(file)
    if len(there) >= queueing.MOST_DOCUMENTS:
        raise _refused("too_many", N_("may be at most {most} documents"), most=queueing.MOST_DOCUMENTS)
    if not size:
        raise _refused("empty", N_("is empty"), value=name)
    if size + sum(one.size for one in there) > most:
        raise _refused("too_large", N_("are larger than {most} MB together"), most=most // 1_000_000)
    stored = store.put(session, draft.subscriber_id, file, "document")
    row = FaxDraftFile(draft_id=draft.id, position=len(there), name=name[:255], size=size, digest=digest, stored=stored)
    session.add(row)
    session.flush()
    settle(session, draft, now)
    return row


def remove_file(session: Session, store: Store, draft: FaxDraft, file_id: int, now: datetime) -> None:
    """Take a file out. LookupError when the draft has none of that id."""
    row = next((one for one in files(session, draft) if one.id == file_id), None)
    if row is None:
        raise LookupError(f"no file {file_id}")
    session.delete(row)
    session.flush()
    settle(session, draft, now)
    store.delete(draft.subscriber_id, row.stored)


def keep(session: Session, draft: FaxDraft, said: Mapping[str, Any], order: Sequence[int], now: datetime) -> None:
    """Keep what was typed, and the order of the files; files that `order` does not name follow in their order."""
    draft.typed = Content.plain(json.dumps(dict(said), sort_keys=True))
    places = {file_id: place for place, file_id in enumerate(order)}
    ordered = sorted(files(session, draft), key=lambda one: places.get(one.id, len(places)))
    for position, row in enumerate(ordered):
        row.position = position
    session.flush()
    settle(session, draft, now)


def typed(draft: FaxDraft) -> dict[str, Any]:
    """What was typed; {} when nothing, or it is sealed."""
    return content.opened(draft.typed) or {}


def settle(session: Session, draft: FaxDraft, now: datetime) -> None:
    """Say what the pages are to be made of now."""
    said, rows = typed(draft), files(session, draft)
    draft.changed_at = now
    draft.wanted = ""
    if rows or queueing.cover_of(said):
        told = [{name: said.get(name) for name in DRAWN}, [[one.name, one.digest] for one in rows]]
        draft.wanted = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    session.flush()


def given(session: Session, draft: FaxDraft) -> list[Given]:
    """The files of a draft as documents of a fax, which takes them over."""
    return [Given(one.name, io.BytesIO(), one.stored, one.digest, one.size) for one in files(session, draft)]


def sent(session: Session, store: Store, draft: FaxDraft) -> None:
    """Forget a draft whose files a fax has taken over."""
    store.delete(draft.subscriber_id, draft.tiff)
    session.delete(draft)
    session.flush()


def drop(session: Session, store: Store, draft: FaxDraft) -> None:
    """Forget a draft and all that is in it."""
    names = [draft.tiff, *(one.stored for one in files(session, draft))]
    owner = draft.subscriber_id
    session.delete(draft)
    session.flush()
    for name in names:
        store.delete(owner, name)


def to_draw(session: Session, worker: str, now: datetime, lease: timedelta) -> FaxDraft | None:
    """A draft whose pages are to be made, in an operator's session; it is this worker's for a while."""
    free = or_(FaxDraft.lease_until.is_(None), FaxDraft.lease_until <= now)
    wanted = select(FaxDraft).where(and_(FaxDraft.wanted != "", FaxDraft.wanted != FaxDraft.made, free))
    found = session.scalars(
        wanted.order_by(FaxDraft.changed_at, FaxDraft.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if found is not None:
        found.worker, found.lease_until = worker, now + lease
    return found


def forget_old(engine: Engine, store: Store, now: datetime) -> int:
    """Drop drafts that nobody has touched for a week, of every subscriber; how many."""
    with operator(engine) as session:
        wanted = select(FaxDraft).where(FaxDraft.changed_at < now - KEEPS).limit(BATCH)
        gone = session.scalars(wanted.with_for_update(skip_locked=True)).all()
        for draft in gone:
            drop(session, store, draft)
    return len(gone)


def _of(login: str) -> Select[FaxDraft]:
    return select(FaxDraft).where(FaxDraft.created_by == login)


def _refused(code: str, message: str, value: str = "", **told: Any) -> ConfigurationError:
    return ConfigurationError([Problem(code, message, told, field="files", value=value)])
