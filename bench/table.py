"""The one table that the measurements end in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement. `ratio` is ours to the peer's (0 where there is none); `wanted` its largest good value."""

    what: str
    who: str
    value: str
    ratio: float = 0.0
    wanted: float = 0.0

    @property
    def words(self) -> tuple[str, ...]:
        """The cells."""
        ratio = f"1/{1 / self.ratio:.1f}" if 0 < self.ratio < 1 else f"{self.ratio:.2f}" if self.ratio else ""
        wanted = f"<= 1/{1 / self.wanted:.0f}" if 0 < self.wanted < 1 else f"<= {self.wanted:g}" if self.wanted else ""
        verdict = "" if not self.wanted else "yes" if self.ratio <= self.wanted else "NO"
        return self.what, self.who, self.value, ratio, wanted, verdict


def show(rows: Sequence[Row]) -> str:
    """Lay rows out in columns."""
    cells = [("what", "who", "measured", "ours/theirs", "wanted", "met"), *(row.words for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
