"""Making the pages of a fax: its documents and cover from the vault into a TIFF, and the file that a call sends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.fax import box, content
from conf.fax.content import Store
from conf.models import Fax, FaxAttempt, FaxBatch, FaxBox, FaxDocument, Subscriber
from fax.convert import Converted, Document, Options, convert
from fax.cover import Cover, Template
from fax.tiff import join

OUT = "out"
_LOWER = {"superfine": "fine", "fine": "standard"}


@dataclass(frozen=True)
class Making:
    """What pages are made of; it outlives the session that read it."""

    fax: int
    subscriber: int
    documents: tuple[Document, ...]
    options: Options
    cover: Cover | None


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A folder for content in the clear: in memory, ours alone, gone at the end."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=folder) as name:
        yield Path(name)


def gather(session: Session, store: Store, fax: Fax, place: Path, now: datetime) -> Making:
    """Read what a fax is made of into a folder. FileNotFoundError, vault.Damaged, content_keys.Locked."""
    batch = session.scalars(select(FaxBatch).where(FaxBatch.id == fax.batch_id)).one()
    wanted = select(FaxDocument).where(FaxDocument.batch_id == batch.id).order_by(FaxDocument.position)
    documents = []
    for row in session.scalars(wanted).all():
        path = place / f"document-{row.position}{Path(row.name).suffix[:12]}"
        _copy(session, store, fax.subscriber_id, row.stored, path)
        documents.append(Document(path, row.name))
    options = Options(resolution=fax.resolution, trim_blank=bool(batch.options.get("trim_blank")))
    return Making(fax.id, fax.subscriber_id, tuple(documents), options, cover_of(session, store, fax, place, now))


def cover_of(session: Session, store: Store, fax: Fax, place: Path, now: datetime) -> Cover | None:
    """The cover of a fax; None when it has none."""
    batch = session.scalars(select(FaxBatch).where(FaxBatch.id == fax.batch_id)).one()
    told = content.opened(batch.cover)
    if told is None:
        return None
    subscriber = session.scalars(select(Subscriber).where(Subscriber.id == fax.subscriber_id)).one()
    template: dict[str, Any] = dict(told.get("template") or {})
    if logo := template.get("logo"):
        path = place / "logo"
        _copy(session, store, fax.subscriber_id, str(logo), path)
        template["logo"] = str(path)
    template["lines"] = tuple(template.get("lines", ()))
    return Cover(
        to_name=fax.name,
        to_number=fax.to_number,
        from_name=str(told.get("from_name") or subscriber.name),
        from_number=fax.from_number,
        subject=str(told.get("subject", "")),
        message=str(told.get("message", "")),
        at=now,
        time_zone=subscriber.time_zone,
        language=str(told.get("language") or subscriber.language),
        template=Template(**template) if template.get("name") else Template(name=subscriber.name),
    )


def make(making: Making, out: Path) -> Converted:
    """Make the pages. Raises fax.convert.ConversionError."""
    return convert(making.documents, out, making.options, making.cover)


def lower(resolution: str) -> str:
    """The resolution of pages that are made anew because the far end did not take them."""
    return _LOWER.get(resolution, resolution)


def spooled(folder: Path, attempt: str) -> Path:
    """Where FreeSWITCH finds the pages of a call."""
    return folder / OUT / f"{attempt}.tiff"


def spool(session: Session, store: Store, fax: Fax, attempt: FaxAttempt, folder: Path, now: datetime) -> int:
    """Put the pages of a call where FreeSWITCH finds them; how many of them are a continuation cover."""
    target = spooled(folder, attempt.key)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with workplace(folder) as place:
        whole, ready = place / "whole.tiff", place / "ready.tiff"
        _copy(session, store, fax.subscriber_id, fax.tiff, whole)
        covers = _continued(session, store, fax, attempt, whole, ready, now) if attempt.start_page else 0
        if not covers:
            join([(whole, attempt.start_page)], ready)
        ready.chmod(0o600)
        os.replace(ready, target)
    return covers


def _continued(
    session: Session, store: Store, fax: Fax, attempt: FaxAttempt, whole: Path, out: Path, now: datetime
) -> int:
    row = session.scalars(select(FaxBox).where(FaxBox.subscriber_id == fax.subscriber_id)).one_or_none()
    if not box.of_document(row.doc if row else {}).continuation:
        return 0
    cover = cover_of(session, store, fax, whole.parent, now) or _plain(session, fax, now)
    drawn = whole.with_name("continued.tiff")
    following = cover.continuing(attempt.start_page + 1, fax.pages, fax.pages)
    covers = convert([], drawn, Options(resolution=fax.resolution), following).pages
    join([(drawn, 0), (whole, attempt.start_page)], out)
    return covers


def _plain(session: Session, fax: Fax, now: datetime) -> Cover:
    subscriber = session.scalars(select(Subscriber).where(Subscriber.id == fax.subscriber_id)).one()
    return Cover(
        to_name=fax.name,
        to_number=fax.to_number,
        from_name=subscriber.name,
        from_number=fax.from_number,
        at=now,
        time_zone=subscriber.time_zone,
        language=subscriber.language,
        template=Template(name=subscriber.name),
    )


def _copy(session: Session, store: Store, subscriber: int, name: str, path: Path) -> None:
    with store.open(session, subscriber, name) as sealed, path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        shutil.copyfileobj(sealed, file)


def forget_spooled(session: Session, folder: Path) -> None:
    """Remove the pages of calls that are over: a worker may have died before it did."""
    there = list((folder / OUT).glob("*-*.tiff"))  # before the database is read: what comes later is not looked at
    wanted = select(FaxAttempt).where(FaxAttempt.state.in_(("intended", "dialled")))
    needed = {spooled(folder, attempt.key) for attempt in session.scalars(wanted)}
    for path in there:
        if path not in needed:
            path.unlink(missing_ok=True)
