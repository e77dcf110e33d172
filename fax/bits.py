"""Between rows of ink and the data of a fax page."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fax.tiff import Page, Resolution, Writer

Ink = NDArray[np.bool_]


def encoded(ink: Ink, resolution: Resolution) -> Page:
    """A page of ink (rows x width, True is black) in Group 4."""
    rows, width = ink.shape
    # The coder calls a set bit black, whatever Pillow calls it.
    image = Image.frombytes("1", (width, rows), np.packbits(ink, axis=1).tobytes())
    tiff = io.BytesIO()
    image.save(tiff, "TIFF", compression="group4", tiffinfo={278: rows})
    with Image.open(tiff) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]
        at, size = tags[273][0], tags[279][0]
    return Page(tiff.getvalue()[at : at + size], rows, resolution, width)


def decoded(page: Page) -> Ink:
    """The ink of a page."""
    with Image.open(io.BytesIO(_alone(page))) as image:
        return ~np.asarray(image.convert("1"), dtype=np.bool_)


def image(page: Page) -> Image.Image:
    """A page as a black and white image."""
    with Image.open(io.BytesIO(_alone(page))) as found:
        found.load()
        return found.copy()


def _alone(page: Page) -> bytes:
    memory = io.BytesIO()
    with Writer(memory) as writer:
        writer.add(page)
    return memory.getvalue()
