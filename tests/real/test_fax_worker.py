"""The worker on a real FreeSWITCH: a text goes in, the very pages that were made of it come out at the far end."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from conf.database import operator, scoped
from conf.models import FaxMemory
from tests.fax.pages import differences
from tests.fax.test_worker_live import Desk
from tests.real.test_fax import REFUSES, Place, place  # noqa: F401  a fixture


def test_a_text_arrives_as_sound_where_t38_is_refused(place: Place, tmp_path: Path) -> None:  # noqa: F811
    desk = Desk(place.live)
    number = f"+331990009{REFUSES}"
    key = desk.put(b"Page un.\fPage deux.", to=number)
    fax = desk.until(
        lambda: (found := desk.fax(key)).state not in ("queued", "converting", "waiting", "sending") and found, 200
    )
    assert (fax.state, fax.pages, fax.pages_confirmed, fax.code, fax.t38) == ("sent", 2, 2, 0, False)
    made = tmp_path / "made.tiff"
    with scoped(place.live.engine, desk.subscriber, read_only=True) as session:
        made.write_bytes(desk.store.open(session, desk.subscriber, fax.tiff).read())
    (came,) = place.far.received(number)
    assert differences(made, came) == []
    with operator(place.live.engine, read_only=True) as session:
        row = session.scalars(select(FaxMemory).where(FaxMemory.number == number)).one()
        assert (row.rung, row.trunk) == ("A", "carrier")  # the engine fell to sound by itself
