"""How long a fax is on the line, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RATE = 14400  # bits a second, as most lines give
_CALL = 13.0  # seconds: answer, what both can do, training, goodbye
_PAGE = 3.0  # seconds between pages
_OTHER_CODING = 1.3  # the far end may take one that is longer than Group 4


@dataclass(frozen=True)
class OnTheLine:
    """Pages, their bytes, and seconds from the answer on."""

    pages: int
    bytes: int
    seconds: float


def estimate(sizes: Iterable[int], rate: int = RATE) -> OnTheLine:
    """What pages of so many bytes take at a rate."""
    each = list(sizes)
    seconds = sum(_PAGE + size * 8 * _OTHER_CODING / rate for size in each)
    return OnTheLine(len(each), sum(each), _CALL + seconds if each else 0.0)
