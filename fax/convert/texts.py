"""Plain text on paper: lines of 84 letters in a font of fixed width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fax.fonts import font, missing

_SIZE, _LEADING, _MARGIN = 10, 12.5, 42  # points
_COLUMNS, _LINES = 84, 60
_TAB = 8
_MOST = 4_000_000  # bytes: far more than 300 pages
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def laid_out(path: Path, pdf: Path, most_pages: int) -> tuple[str, int]:
    """Make a PDF of a text file, at most a page more than there may be.

    What its letters were taken for where it is no UTF-8, and how many characters have no letter.
    """
    with path.open("rb") as file:
        text, encoding = _text(file.read(_MOST))
    canvas = Canvas(str(pdf), pagesize=A4)
    shown = []
    for number, lines in enumerate(_pages(text)):
        if number > most_pages:
            break
        canvas.setFont(font("mono"), _SIZE)
        for row, line in enumerate(lines):
            canvas.drawString(_MARGIN, A4[1] - _MARGIN - _SIZE - row * _LEADING, line)
        canvas.showPage()
        shown += lines
    canvas.save()
    return encoding, missing("mono", "".join(shown))


def _text(raw: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace"), ""
    try:
        return raw.decode(), ""
    except UnicodeDecodeError:
        pass
    guess = from_bytes(raw[:65536], cp_isolation=["cp1252", "cp1250", "iso8859_15", "utf_16", "cp850"]).best()
    encoding = guess.encoding if guess else "cp1252"
    return raw.decode(encoding, "replace"), encoding


def _pages(text: str) -> Iterator[list[str]]:
    for part in text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n\f ").split("\f"):
        lines = [piece for line in part.split("\n") for piece in _wrapped(line.expandtabs(_TAB))]
        for start in range(0, max(len(lines), 1), _LINES):
            yield lines[start : start + _LINES]


def _wrapped(line: str) -> Iterator[str]:
    """A line in pieces that fit, cut between words where there is one."""
    line = "".join(letter if letter.isprintable() else " " for letter in line).rstrip()
    while len(line) > _COLUMNS:
        cut = line.rfind(" ", _COLUMNS // 2, _COLUMNS + 1)
        cut = cut if cut > 0 else _COLUMNS
        yield line[:cut]
        line = line[cut:].lstrip()
    yield line
