"""What was received becomes a PDF without loss; of what was cut, the whole pages are kept. Pictures and receipts."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from fax.estimate import estimate
from fax.pictures import NoSuchPage, preview, thumbnail
from fax.receipt import Receipt, pdf
from fax.received import NothingReceived, kept
from tests.fax.pages import inks, sample


def as_received(path: Path, pages: int, resolution: str = "fine") -> Path:
    """A Group 3 TIFF, as the switch writes it."""
    with Image.open(sample(path.with_name("sent.tiff"), pages, resolution)) as sent:
        frames = []
        for number in range(pages):
            sent.seek(number)
            frames.append(sent.copy())
        frames[0].save(path, compression="group3", save_all=True, append_images=frames[1:], dpi=sent.info["dpi"])
    return path


@pytest.mark.parametrize("resolution", ["standard", "fine", "superfine"])
def test_not_a_dot_is_lost_and_pages_have_their_height(tmp_path: Path, resolution: str) -> None:
    came = as_received(tmp_path / "came.tiff", 2, resolution)
    found = kept(came, tmp_path / "ours.tiff", tmp_path / "fax.pdf")
    assert (found.pages, found.cut, found.resolution) == (2, False, resolution)
    document = pdfium.PdfDocument(tmp_path / "fax.pdf")
    for number, want in enumerate(inks(came)):
        page = document[number]
        width, height = page.get_size()
        assert (width / 72 * 25.4, height / 72 * 25.4) == (pytest.approx(215, abs=1), pytest.approx(297, abs=1))
        (image,) = page.get_objects()
        assert image.get_filters() == ["CCITTFaxDecode"]
        got = np.asarray(image.get_bitmap().to_pil().convert("L")) < 128
        assert np.array_equal(got, want)
        assert np.array_equal(inks(tmp_path / "ours.tiff")[number], want)
    document.close()


@pytest.mark.parametrize(("share", "pages"), [(0.5, 1), (0.9, 2)])
def test_of_a_cut_file_the_whole_pages_are_kept(tmp_path: Path, share: float, pages: int) -> None:
    came = as_received(tmp_path / "came.tiff", 3)
    want = inks(came)
    whole = came.read_bytes()
    came.write_bytes(whole[: int(len(whole) * share)])
    found = kept(came, tmp_path / "ours.tiff", tmp_path / "fax.pdf")
    assert (found.pages, found.cut) == (pages, True)
    assert all(np.array_equal(one, other) for one, other in zip(inks(tmp_path / "ours.tiff"), want, strict=False))


@pytest.mark.parametrize("content", [b"", b"II*\0", b"nothing of a fax"])
def test_nothing_whole_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "came.tiff").write_bytes(content)
    with pytest.raises(NothingReceived):
        kept(tmp_path / "came.tiff", tmp_path / "ours.tiff", tmp_path / "fax.pdf")
    assert not (tmp_path / "ours.tiff").exists()


def test_previews_are_as_high_as_on_paper(tmp_path: Path) -> None:
    for resolution in ("standard", "fine", "superfine"):
        path = sample(tmp_path / "fax.tiff", 2, resolution)
        with Image.open(io.BytesIO(preview(path, 1, 600))) as image:
            assert image.size == (600, pytest.approx(828, abs=2))
    with Image.open(io.BytesIO(thumbnail(path))) as image:
        assert image.width == 200
    assert preview(path, 0) != preview(path, 1)
    with pytest.raises(NoSuchPage):
        preview(path, 2)


RECEIPT = Receipt(
    result="Sent.", number="+33144556677", pages_sent=3, pages_total=9,
    started_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC), time_zone="Europe/Paris",
    language="en", remote_id="REMOTE 1", reference="F-12", seconds=95, rate=14400, ecm=True,
    t38=False, bad_rows=2, attempts=3,
)  # fmt: skip


def said(receipt: Receipt) -> str:
    (page,) = pdfium.PdfDocument(pdf(receipt))
    return str(page.get_textpage().get_text_range())


def test_a_receipt_tells_everything(tmp_path: Path) -> None:
    text = said(replace(RECEIPT, thumbnail=thumbnail(sample(tmp_path / "fax.tiff"))))
    for part in (
        "Sent.",
        "+33144556677",
        "3 of 9",
        "REMOTE 1",
        "F-12",
        "1:35",
        "14400 bit/s",
        "audio",
        "2 July 2026, 00:30",
    ):
        assert part in text
    french = said(replace(RECEIPT, language="fr", result="Télécopie transmise.", t38=True, ecm=None))
    assert "3 sur 9" in french
    assert "T.38" in french
    assert "ECM" not in french  # what is not known is not told


def test_time_on_the_line_grows_with_bytes_and_pages() -> None:
    assert estimate([]).seconds == 0
    photo, text = estimate([866_000]), estimate([30_000])
    assert photo.seconds > 481 > text.seconds
    assert estimate([30_000] * 10).seconds < 10 * text.seconds
    assert estimate([30_000], rate=9600).seconds > text.seconds
    assert (estimate([1, 2]).pages, estimate([1, 2]).bytes) == (2, 3)
