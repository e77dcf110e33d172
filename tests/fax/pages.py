"""Fax pages for tests: TIFFs to send, and whether what came is what went, pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fax.bits import Ink, encoded
from fax.tiff import RESOLUTIONS, WIDTH, Writer


def drawn(number: int, resolution: str = "fine", density: int = 40) -> Ink:
    """A page of its own for each number: a frame, its number in large, lines of text; the last rows are blank."""
    form = RESOLUTIONS[resolution]
    rows = form.rows - form.header
    image = Image.new("1", (WIDTH, rows), 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 4, WIDTH - 9, rows - 5), outline=0, width=3)
    draw.text((200, rows // 8), f"Page {number}", font=ImageFont.load_default(140), fill=0)
    for line in range(density):
        text = f"{number}.{line} The quick brown fox jumps over the lazy dog, {number * 7919 + line * 104729} times."
        draw.text(
            (60, rows // 4 + line * (rows * 3 // 4 - 60) // density), text, font=ImageFont.load_default(30), fill=0
        )
    ink = np.zeros((form.rows, WIDTH), dtype=np.bool_)
    ink[:rows] = ~np.asarray(image)
    return ink


def sample(path: Path, pages: int = 1, resolution: str = "fine", density: int = 40) -> Path:
    """Write a fax TIFF of some pages, all different."""
    with Writer(path) as writer:
        for number in range(1, pages + 1):
            writer.add(encoded(drawn(number, resolution, density), RESOLUTIONS[resolution]))
    return path


def inks(path: Path) -> list[Ink]:
    """The pages of any fax TIFF, Group 3 or 4, as ink (True is black)."""
    found = []
    with Image.open(path) as tiff:
        for number in range(getattr(tiff, "n_frames", 1)):
            tiff.seek(number)
            found.append(~np.asarray(tiff.convert("1"), dtype=np.bool_))
    return found


def differences(sent: Path, received: Path, first: int = 0) -> list[str]:
    """What is wrong with what came; nothing when every page is the one sent, under a header line or without.

    `first` is the page (from 0) that the sending began with. The header line is added above; a receiver without room
    loses as many blank rows at the end.
    """
    want, got = inks(sent)[first:], inks(received)
    wrong = [] if len(want) == len(got) else [f"{len(got)} pages came of {len(want)}"]
    for number, (page, came) in enumerate(zip(want, got, strict=False), first + 1):
        if not any(_same(page, came, shift) for shift in (0, 16, 32, 64)):
            wrong.append(f"page {number} differs: {page.shape} sent, {came.shape} received")
    return wrong


def _same(sent: Ink, came: Ink, header: int) -> bool:
    """Whether a page came below so many rows of header; rows that are missing at its end must be blank."""
    if sent.shape[1] != came.shape[1] or len(came) < header:
        return False
    below = came[header:]
    rows = min(len(sent), len(below))
    if rows < len(sent) - 64:
        return False
    rest = not sent[rows:].any() and not below[rows:].any()
    return rest and bool(np.array_equal(sent[:rows], below[:rows]))
