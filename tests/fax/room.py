"""A room to send faxes from: a database, a vault, a controller that stands in, a clock moved by hand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from conf.database import operator, scoped
from conf.fax import queueing
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.fax.queueing import Given, To, Wanted
from conf.models import Fax, FaxAttempt, Number, Subscriber
from conf.vault import Vault
from fax.controllers import Controllers
from fax.tiff import RESOLUTIONS, Page, Writer
from fax.worker import Worker
from tests.conf.conftest import about
from tests.conf.rows import NOW
from tests.fax.stand_in import SECRET, StandIn

FAR, OTHER = "+33199000001", "+33199000002"
OURS = "+33123456780"
WEB_SECRET = "a-secret-of-the-web"
# A white page in Group 4: each row as the one above.
WHITE = b"\xff" * ((2292 + 7) // 8) + b"\x00\x10\x01"


class Room:
    """Two subscribers, martin and duval. `now` is the clock of everybody."""

    def __init__(self, engine: Engine, owners: tuple[int, int], folder: Path) -> None:
        self.engine, self.owners, self.folder = engine, owners, folder / "fax"
        self.now = NOW
        self.store = Store(Vault(folder / "vault"), WEB_SECRET)
        self.controller = StandIn(engine)
        self.policy = Policy()
        with operator(engine) as session:
            for place, owner in enumerate(owners):
                session.add(Number(subscriber_id=owner, doc={"number": f"{OURS[:-1]}{place}", "mode": "fax"}))

    @classmethod
    def on(cls, engine: Engine, folder: Path) -> Room:
        """A room on an empty database."""
        with operator(engine) as session:
            rows = [Subscriber(doc=about(slug)) for slug in ("martin", "duval")]
            session.add_all(rows)
            session.flush()
            owners = rows[0].id, rows[1].id
        return cls(engine, owners, folder)

    def close(self) -> None:
        self.controller.close()

    def worker(self, name: str = "w", **more: Any) -> Worker:
        controllers = Controllers(lambda: {"c": self.controller.url}, SECRET)
        return Worker(name, self.engine, self.store, controllers, self.folder, lambda: self.now, **more)

    def passes(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

    def put(self, *to: str, owner: int = 0, text: bytes = b"Bonjour.", **more: Any) -> list[int]:
        """Put a document in; the ids of its faxes."""
        wanted = Wanted(
            to=[To(number) for number in to or (FAR,)], documents=[Given("letter.txt", io.BytesIO(text))], **more
        )
        with scoped(self.engine, self.owners[owner]) as session:
            return [fax.id for fax in self.queue(session, wanted, owner).faxes]

    def queue(self, session: Any, wanted: Wanted, owner: int = 0) -> queueing.Queued:
        return queueing.queue(session, self.store, self.owners[owner], wanted, self.policy, self.now)

    def ready(self, *to: str, owner: int = 0, pages: int = 3, **more: Any) -> list[int]:
        """Put faxes in whose pages are made already."""
        keys = self.put(*to, owner=owner, **more)
        tiff = io.BytesIO()
        with Writer(tiff) as writer:
            for _ in range(pages):
                writer.add(Page(WHITE, 2292, RESOLUTIONS["fine"]))
        with scoped(self.engine, self.owners[owner]) as session:
            for fax in session.scalars(select(Fax).where(Fax.id.in_(keys))):
                tiff.seek(0)
                fax.tiff, fax.pages = self.store.put(session, fax.subscriber_id, tiff, "tiff"), pages
                fax.state = "waiting"
        return keys

    def fax(self, key: int) -> Fax:
        with operator(self.engine, read_only=True) as session:
            found = session.scalars(select(Fax).where(Fax.id == key)).one()
            session.expunge_all()
            return found

    def states(self, *keys: int) -> list[str]:
        return [self.fax(key).state for key in keys]

    def attempts(self, key: int) -> Sequence[FaxAttempt]:
        with operator(self.engine, read_only=True) as session:
            found = session.scalars(select(FaxAttempt).where(FaxAttempt.fax_id == key).order_by(FaxAttempt.number))
            rows = found.all()
            session.expunge_all()
            return rows

    def spool(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "out").glob("*"))
