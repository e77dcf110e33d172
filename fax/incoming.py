"""Faxes that came in: the TIFF of the engine becomes one of ours, a PDF without loss and a small picture."""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from conf import content_keys
from conf.database import operator, scoped
from conf.fax.content import Store
from conf.models import Fax
from conf.vault import Damaged
from fax.received import NothingReceived, Received, kept

log = logging.getLogger(__name__)
BATCH = 50


@dataclass
class Incoming:
    """Prepares what came in. `folder` is in memory; what cannot be prepared stays as it came, and is said once."""

    engine: Engine
    store: Store
    folder: Path
    given_up: set[int] = field(default_factory=set)

    def look(self) -> bool:
        """Prepare the oldest that is not; whether there was one."""
        with operator(self.engine, read_only=True) as session:
            raw = select(Fax.id, Fax.subscriber_id).where(Fax.direction == "in", Fax.tiff != "", Fax.pdf == "")
            found = session.execute(raw.order_by(Fax.id).limit(BATCH + len(self.given_up))).all()
        left = [row for row in found if row.id not in self.given_up]
        if not left:
            return False
        self._prepare(left[0].id, left[0].subscriber_id)
        return True

    def _prepare(self, fax: int, subscriber: int) -> None:
        with tempfile.TemporaryDirectory(prefix="souffleur-fax-", dir=self.folder) as name:
            came, ours, pdf = (Path(name) / each for each in ("came.tif", "ours.tif", "fax.pdf"))
            try:
                with scoped(self.engine, subscriber, read_only=True) as session:
                    stored = session.get_one(Fax, fax).tiff
                    with self.store.open(session, subscriber, stored) as content, came.open("wb") as file:
                        shutil.copyfileobj(content, file)
                made = kept(came, ours, pdf)
            except (NothingReceived, FileNotFoundError, Damaged, content_keys.Locked) as error:
                log.error("fax %d, which came in, stays as it is: %s", fax, error)
                self.given_up.add(fax)
                return
            except (SQLAlchemyError, OSError):
                raise
            except Exception as error:  # noqa: BLE001  whatever a stranger's line made of one holds up no other
                log.error("fax %d, which came in, stays as it is: %s", fax, type(error).__name__)
                self.given_up.add(fax)
                return
            with scoped(self.engine, subscriber) as session:
                replaced = self._keep(session, session.get_one(Fax, fax, with_for_update=True), made, ours, pdf, stored)
            self.store.delete(subscriber, replaced)

    def _keep(self, session: Session, row: Fax, made: Received, ours: Path, pdf: Path, stored: str) -> str:
        """Store all of it; the name of the content that is not needed any more."""
        if row.tiff != stored or row.pdf:  # another worker was quicker
            return ""
        subscriber = row.subscriber_id
        with ours.open("rb") as tiff, pdf.open("rb") as document:
            row.tiff = self.store.put(session, subscriber, tiff, "tiff")
            row.pdf = self.store.put(session, subscriber, document, "pdf")
        row.thumbnail = self.store.put(session, subscriber, io.BytesIO(made.thumbnail), "thumbnail")
        row.resolution, row.size = made.resolution or row.resolution, ours.stat().st_size
        row.pages = max(row.pages, made.pages)
        return stored
