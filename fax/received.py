"""What was received: a Group 3 TIFF becomes one of ours, a PDF without any loss, and a small picture.

Of a fax that was cut, or whose record was, the whole pages are kept.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import img2pdf
import numpy as np
from PIL import Image, UnidentifiedImageError

from fax.bits import encoded
from fax.pictures import NoSuchPage, dots, thumbnail
from fax.tiff import RESOLUTIONS, Page, Resolution, Writer, read

_MOST_PAGES = 2000
_LONGEST = 60_000  # rows: far more than any paper
_WIDTHS = (1728, 2048, 2432, 3456, 4096, 4864)


@dataclass(frozen=True)
class Received:
    """A fax that came: `pages` whole ones, more had begun where it is `cut`. `resolution` is the first page's."""

    pages: int
    cut: bool
    resolution: str
    thumbnail: bytes


class NothingReceived(Exception):
    """The file holds no whole page."""


def kept(tiff: Path, ours: Path, pdf: Path) -> Received:
    """Keep the whole pages of a received TIFF as a TIFF of ours and as a PDF, both without loss and in their aspect.

    Raises:
        NothingReceived: there is no whole page.
    """
    with Writer(ours) as writer:
        cut = _copied(tiff, writer)
    if not writer.pages:
        ours.unlink()
        raise NothingReceived(tiff.name)
    to_pdf(ours, pdf)
    try:
        small = thumbnail(ours)
    except NoSuchPage as error:
        raise NothingReceived(tiff.name) from error
    first = next(read(ours)).resolution
    return Received(writer.pages, cut, first.name, small)


def to_pdf(ours: Path, pdf: Path) -> None:
    """A PDF of a fax TIFF of ours: its very data, each page as large as it is on paper."""
    parts = []
    for page in read(ours):
        parts.append(_single(page))
    with pdf.open("wb") as file:
        img2pdf.convert(parts, outputstream=file, nodate=True, producer="", engine=img2pdf.Engine.internal)


def _single(page: Page) -> bytes:
    """One page as a TIFF of its own."""
    memory = io.BytesIO()
    with Writer(memory) as writer:
        writer.add(page)
    return memory.getvalue()


def _copied(tiff: Path, writer: Writer) -> bool:
    """Copy page after page as long as they are whole; whether something was left."""
    try:
        with Image.open(tiff, formats=("TIFF",)) as image:
            for number in count():
                try:
                    image.seek(number)
                except EOFError:
                    return False
                if number >= _MOST_PAGES or image.height > _LONGEST or image.width not in _WIDTHS:
                    return True
                ink = ~np.asarray(image.convert("1"), dtype=np.bool_)
                writer.add(encoded(ink, _resolution(image)))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        KeyError,
        TypeError,
    ):
        return True
    return False


def _resolution(image: Image.Image) -> Resolution:
    across, down = dots(image)
    for form in RESOLUTIONS.values():
        if abs(across - form.x) <= form.x * 0.05 and abs(down - form.y) <= form.y * 0.05:
            return form
    return Resolution("", round(across), round(down), image.height, 0)
