"""Pages made of documents, of every size and resolution, are taken by the real sender and arrive dot by dot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A3, A4, A6, LETTER, landscape

from fax.convert import Document, Options, convert
from tests.calls.test_fax import over, queued
from tests.fax import files
from tests.fax.pages import differences
from tests.real.test_fax import A_FAX, T38, Place, place

__all__ = ["place"]
SIZES = [A4, landscape(A4), A3, LETTER, landscape(A6), (200, 30)]


@pytest.fixture(scope="module")
def sent(place: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, Path]]:
    folder = tmp_path_factory.mktemp("documents")
    made = {}
    for number, resolution in enumerate(("standard", "fine", "superfine")):
        source = files.pdf(folder / f"{resolution}.pdf", SIZES, text="ab")
        to = f"+33699077{number}{T38}"
        key = queued(place.live, number=1, fax=None, to=to)
        tiff = convert([Document(source)], folder / f"{resolution}.tiff", Options(resolution=resolution)).tiff
        file = place.out / f"{key}.tif"
        shutil.copyfile(tiff, file)
        wish = {"subscriber": "martin", "attempt": key, "to": to, "from": "+33123456789", "file": str(file)}
        place.live.control.ask("POST", "/v1/faxes", wish | {"ident": "+33123456789", "header": "Martin"})
        made[resolution] = key, to, file
    return made


@pytest.mark.parametrize("resolution", ["standard", "fine", "superfine"])
def test_every_page_arrives(sent: dict[str, tuple[str, str, Path]], place: Place, resolution: str) -> None:
    key, to, file = sent[resolution]
    done = over(place.live, key, A_FAX)
    assert (done.code, done.pages_confirmed) == (0, len(SIZES))
    (came,) = place.far.received(to)
    assert differences(file, came) == []
