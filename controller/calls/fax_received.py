"""A fax that came in: from the folder that FreeSWITCH writes to into the vault, and a row that tells of it.

The file stays where it is until the row is there, so a database that is away costs nothing. A fax that broke off is
kept with the pages that came; one without any page is only a call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import content_keys
from conf.fax import box, notices
from conf.models import Fax
from conf.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """Keeps what came in. `folder` is the one that FreeSWITCH writes to; `secret` is settings.web_secret."""

    folder: Path
    vault: Vault
    secret: str

    def write(self, session: Session, fact: Mapping[str, Any]) -> Path | None:
        """Write a row, its content sealed, once; the session is the subscriber's. The file that may go after that."""
        result, file = fact["result"], self._file(fact["file"])
        known = f"{fact['call']} {fact['key']}"
        if session.scalar(select(Fax.id).where(Fax.received_as == known)) is not None:
            return file
        if not result["pages"]:
            return file
        stored, size = "", 0
        if file is not None and file.is_file():
            stored, size = f"{fact['call']}-{fact['key']}", file.stat().st_size
            with file.open("rb") as content:
                key = content_keys.public_key(session, self.secret)
                self.vault.put(fact["subscriber"], "fax", stored, content, key)
        else:
            log.error("call %s: the fax that came in is not where it was written", fact["call"])
        at = datetime.fromtimestamp(fact["at"], UTC)
        told = {name: result[name] for name in ("code", "remote_id", "rate", "ecm", "bad_rows", "seconds")}
        row = Fax(
            direction="in",
            state="received" if result["code"] == 0 else "partial",
            from_number=fact["from"],
            to_number=fact["to"],
            pages=max(result["total"], result["pages"]),
            pages_confirmed=result["pages"],
            created_at=at,
            due_at=at,
            done_at=at,
            call=fact["call"],
            received_as=known,
            t38=result["t38"] == "negotiated",
            tiff=stored,
            size=size,
            **told,
        )
        row.until = at + timedelta(days=box.read(session).keep_days)
        session.add(row)
        session.flush()
        notices.notify(session, row, notices.RECEIVED, at)
        return file

    def _file(self, name: str) -> Path | None:
        path = Path(name)
        return path if path.parent == self.folder and path.suffix == ".tif" else None
