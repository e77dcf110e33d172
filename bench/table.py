"""The one table that the measurements end in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("what", "who", "measured", "to greenswitch", "wanted", "met")


@dataclass(frozen=True)
class Row:
    """One measurement. `ratio` is this value to greenswitch's, 0 where there is nothing to compare."""

    what: str
    who: str
    value: str
    ratio: float = 0.0
    wanted: str = ""
    met: bool | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The cells."""
        verdict = "" if self.met is None else "yes" if self.met else "NO"
        return self.what, self.who, self.value, fraction(self.ratio), self.wanted, verdict


def compared(what: str, who: str, value: str, ratio: float, most: float = 0.0) -> Row:
    """A row with a ratio to greenswitch; `most` is the largest good one, 0 where none is wanted."""
    if not most:
        return Row(what, who, value, ratio)
    return Row(what, who, value, ratio, f"<= {fraction(most)}", ratio <= most)


def fraction(ratio: float) -> str:
    """`1/12.2`, `2.2`, or nothing."""
    if 0 < ratio < 1:
        return f"1/{1 / ratio:.1f}".removesuffix(".0")
    return f"{ratio:.1f}" if ratio else ""


def show(rows: Sequence[Row]) -> str:
    """Lay rows out in columns."""
    cells = [HEAD, *(row.words for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
