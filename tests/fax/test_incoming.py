"""What came in becomes a TIFF of ours, a PDF and a picture, in the vault; what cannot stays as it came."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine

from conf.database import scoped
from conf.fax.content import Store
from conf.models import Fax
from conf.vault import Vault
from fax.incoming import Incoming
from fax.tiff import read
from tests.fax.pages import differences, sample

SECRET = "web-secret"


@pytest.fixture
def incoming(engine: Engine, two: tuple[int, int], tmp_path: Path) -> Incoming:
    assert two[0] == 1
    return Incoming(engine, Store(Vault(tmp_path / "vault"), SECRET), tmp_path)


def came(incoming: Incoming, content: bytes) -> int:
    """A row as the controller writes it."""
    with scoped(incoming.engine, 1) as session:
        stored = incoming.store.put(session, 1, io.BytesIO(content), "came")
        now = datetime.now(UTC)
        row = Fax(direction="in", state="received", pages=2, pages_confirmed=2, tiff=stored, due_at=now, resolution="")
        session.add(row)
        session.flush()
        return row.id


def group_3(file: Path) -> bytes:
    """The pages of a TIFF as the engine of FreeSWITCH writes them."""
    written = io.BytesIO()
    with Image.open(file) as image:
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(image.convert("1"))
        options = {"compression": "group3", "dpi": (204, 196)}
        frames[0].save(written, "TIFF", save_all=True, append_images=frames[1:], **options)
    return written.getvalue()


def test_it_is_kept_in_three_ways(incoming: Incoming, tmp_path: Path) -> None:
    theirs = sample(tmp_path / "theirs.tif", 2, density=4)
    fax = came(incoming, group_3(theirs))
    assert incoming.look()
    assert not incoming.look()
    with scoped(incoming.engine, 1) as session:
        row = session.get_one(Fax, fax)
        names = ("tiff", "pdf", "thumbnail")
        content = {name: incoming.store.open(session, 1, getattr(row, name)).read() for name in names}
        assert (row.pages, row.resolution) == (2, "fine")
    ours = tmp_path / "ours.tif"
    ours.write_bytes(content["tiff"])
    assert len(list(read(ours))) == 2
    assert differences(theirs, ours) == []
    assert content["pdf"].startswith(b"%PDF")
    assert Image.open(io.BytesIO(content["thumbnail"])).width > 0
    assert len(list(incoming.store.vault.list(1, "fax"))) == 3  # what came as it came is gone
    assert list(tmp_path.glob("souffleur-fax-*")) == []


def test_what_cannot_be_read_stays_and_holds_up_nobody(incoming: Incoming, tmp_path: Path) -> None:
    broken = came(incoming, b"II*\0 and nothing more")
    whole = came(incoming, group_3(sample(tmp_path / "theirs.tif", 1, density=4)))
    assert [incoming.look() for _ in range(3)] == [True, True, False]
    with scoped(incoming.engine, 1) as session:
        assert session.get_one(Fax, broken).tiff.startswith("came-")
        assert session.get_one(Fax, whole).pdf.startswith("pdf-")


def test_a_page_without_end_holds_up_nobody(incoming: Incoming, tmp_path: Path) -> None:
    """A far end may send a paper whose ends are glued together: pages before it are kept, and other faxes."""
    endless = io.BytesIO()
    Image.new("1", (1728, 110_000), 1).save(endless, "TIFF", compression="group4", dpi=(204, 196))
    alone = came(incoming, endless.getvalue())
    whole = came(incoming, group_3(sample(tmp_path / "theirs.tif", 1, density=4)))
    assert [incoming.look() for _ in range(3)] == [True, True, False]
    with scoped(incoming.engine, 1) as session:
        assert session.get_one(Fax, alone).pdf == ""
        assert session.get_one(Fax, whole).pdf.startswith("pdf-")
