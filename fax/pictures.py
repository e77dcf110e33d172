"""Pages as pictures: what will go, or what came, just as it is."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

MOST_WIDE = 1728
THUMBNAIL = 200  # dots


class NoSuchPage(Exception):
    """The fax has fewer pages, or cannot be read."""


def preview(tiff: Path, page: int = 0, width: int = 864) -> bytes:
    """A page (from 0) of any fax TIFF as PNG, so many dots wide and as high as it is on paper.

    Raises:
        NoSuchPage: there is none.
    """
    width = max(16, min(width, MOST_WIDE))
    try:
        with Image.open(tiff, formats=("TIFF",)) as image:
            image.seek(page)
            across, down = dots(image)
            rows = max(1, round(image.height * across / down * width / image.width))
            grey = image.convert("L")
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise NoSuchPage(page) from error
    png = io.BytesIO()
    sized = grey.resize((width, rows), Image.Resampling.BOX if width < grey.width else Image.Resampling.NEAREST)
    sized.quantize(16).save(png, "PNG", optimize=False)
    return png.getvalue()


def thumbnail(tiff: Path, page: int = 0) -> bytes:
    """A small picture of a page (from 0), as PNG."""
    return preview(tiff, page, THUMBNAIL)


def dots(image: Image.Image) -> tuple[float, float]:
    """Dots an inch across and down; fine where a TIFF does not say."""
    across, down = (float(one) for one in image.info.get("dpi", (204.0, 196.0)))
    return (across, down) if across > 20 and down > 20 else (204.0, 196.0)
