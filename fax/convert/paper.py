"""Where a page of any size lies on the fax's paper, which is 215 mm wide and 297 mm high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fax.bits import Ink
from fax.tiff import WIDTH, Resolution

_LARGER = 1.5  # small pages are enlarged so much and no more
_FITS = 1.03  # so much too wide a page is made smaller, not turned


@dataclass(frozen=True)
class Fit:
    """A page's place: turned by a quarter or not, its dots, how far from the left, its scale against its own size."""

    turned: bool
    width: int
    rows: int
    left: int
    scale: float

    def smaller(self, factor: float) -> Fit:
        """The same, smaller."""
        width, rows = max(1, int(self.width * factor)), max(1, int(self.rows * factor))
        return Fit(self.turned, width, rows, (WIDTH - width) // 2, self.scale * factor)


def fit(width: float, height: float, resolution: Resolution) -> Fit:
    """Lay a page (its size in points of 1/72 inch) on the paper: as large as it is, smaller where it must be."""
    width, height = max(width, 1.0), max(height, 1.0)
    turned = width > height and width * resolution.x / 72 > WIDTH * _FITS
    if turned:
        width, height = height, width
    dots, rows = width * resolution.x / 72, height * resolution.y / 72
    scale = min(WIDTH / dots, resolution.rows / rows, _LARGER)
    across, down = max(1, round(dots * scale)), max(1, round(rows * scale))
    across, down = min(across, WIDTH), min(down, resolution.rows)
    return Fit(turned, across, down, (WIDTH - across) // 2, scale)


def settled(ink: Ink, resolution: Resolution) -> Ink | None:
    """The page with its last rows blank, moved up where that frees them; None where it must be made smaller."""
    free = resolution.rows - resolution.header
    if len(ink) <= free:
        return np.vstack([ink, np.zeros((resolution.header, ink.shape[1]), dtype=np.bool_)])
    if ink[free:].any():
        inked = np.flatnonzero(ink.any(axis=1))
        over = int(inked[-1]) + 1 - free
        if inked[0] < over:
            return None
        ink = np.roll(ink, -over, axis=0)
    return ink


def shrink(resolution: Resolution) -> float:
    """By how much a page is made smaller that leaves no room at its end."""
    return (resolution.rows - resolution.header - 1) / resolution.rows
