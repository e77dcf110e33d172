"""A page that was found in a document, before it is on the fax's paper."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from fax.bits import Ink
from fax.convert.paper import Fit
from fax.convert.tones import Grey
from fax.tiff import WIDTH, Resolution


class Sheet(Protocol):
    """A page. `points` is its size in 1/72 inch; `exact` tells that its size on paper is meant."""

    points: tuple[float, float]
    exact: bool

    def draw(self, fit: Fit, resolution: Resolution) -> Grey:
        """The page in shades of grey (255 is white), `fit.rows` high and as wide as the paper."""
        ...

    def ready(self, resolution: Resolution) -> Ink | None:
        """The page's ink, where it is a fax already; else None."""
        ...


def white(rows: int) -> Grey:
    """Empty paper."""
    return np.full((rows, WIDTH), 255, dtype=np.uint8)
