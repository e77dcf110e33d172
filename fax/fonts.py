"""The letters of what we write ourselves: DejaVu, which Debian has, else what reportlab brings along."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDERS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/TTF"), Path("/usr/share/fonts/dejavu"))
_FILES = {
    "regular": ("DejaVuSans.ttf", "Vera.ttf"),
    "bold": ("DejaVuSans-Bold.ttf", "VeraBd.ttf"),
    "mono": ("DejaVuSansMono.ttf", "Vera.ttf"),
}


@cache
def font(style: str) -> str:
    """The name of a font for reportlab: regular, bold or mono."""
    wanted, spare = _FILES[style]
    path = next((folder / wanted for folder in _FOLDERS if (folder / wanted).exists()), spare)
    name = f"Fax-{style}"
    pdfmetrics.registerFont(TTFont(name, str(path)))
    return name


def missing(style: str, text: str) -> int:
    """How many characters of a text have no letter."""
    widths = pdfmetrics.getFont(font(style)).face.charWidths  # type: ignore[attr-defined]
    return sum(ord(letter) not in widths for letter in text if not letter.isspace())
