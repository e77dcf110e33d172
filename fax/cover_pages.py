"""How covers are laid out on paper, as PDF."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PIL import Image as Picture
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from fax.cover import MOST_MESSAGE_PAGES, Cover
from fax.fonts import font
from fax.words import word

_MARGIN = 51  # points
_WIDE = A4[0] - 2 * _MARGIN - 12  # a frame's padding
_LOGO = (170, 70)  # points at most
_LETTERS = 20_000  # of a message: more than the pages it may fill
_SIZES = {"classic": (26, 11), "letter": (18, 11), "compact": (15, 10)}  # heading, text


def drawn(cover: Cover, pdf: Path, total: int) -> int:
    """Write a cover before a fax of so many pages in all; how many pages it has."""
    message, shortened = cover.message[:_LETTERS], len(cover.message) > _LETTERS
    while True:
        count = _written(cover, message, shortened, pdf, total)
        if count <= MOST_MESSAGE_PAGES:
            return count
        keep = int(len(message) * (MOST_MESSAGE_PAGES - 0.2) / count)
        message, shortened = message[:keep].rsplit(maxsplit=1)[0], True


def _written(cover: Cover, message: str, shortened: bool, pdf: Path, total: int) -> int:
    title, size = _SIZES.get(cover.template.layout, _SIZES["classic"])
    parts = [*_head(cover, title), *_table(cover, total, size), *_continued(cover, size)]
    if message.strip():
        parts += _message(message, size)
    if shortened:
        parts.append(Paragraph(escape(word("cut", cover.language)), _style(size, "bold", before=10)))
    document = SimpleDocTemplate(
        str(pdf), pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN + 12,
        title=word("fax", cover.language),
    )  # fmt: skip

    def footer(canvas: Canvas, _: object) -> None:
        canvas.setFont(font("regular"), 8)
        canvas.drawCentredString(A4[0] / 2, _MARGIN - 8, cover.template.footer[:120])

    document.build(parts, onFirstPage=footer, onLaterPages=footer)
    return document.page


def _head(cover: Cover, size: int) -> list[Flowable]:
    template = cover.template
    heading = Paragraph(escape(word("fax", cover.language)), _style(size, "bold"))
    sender: list[Flowable] = [Paragraph(escape(template.name), _style(11, "bold", right=True))] if template.name else []
    sender += [Paragraph(escape(line), _style(9, right=True)) for line in template.lines[:8]]
    logo = _logo(template.logo)
    left: list[Flowable] = [logo, Spacer(1, 8)] if logo else []
    if template.layout == "letter":
        left, sender = [heading], ([logo, Spacer(1, 6)] if logo else []) + sender
        if logo:
            logo.hAlign = "RIGHT"
    else:
        left.append(heading)
    head = Table([[left, sender or ""]], colWidths=[_WIDE * 0.5, _WIDE * 0.5])
    head.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, 0), 0),
                ("RIGHTPADDING", (1, 0), (1, 0), 0),
            ]
        )
    )
    return [head, Spacer(1, 10), HRFlowable(width="100%", thickness=1.5, color=colors.black), Spacer(1, 6)]


def _table(cover: Cover, total: int, size: int) -> list[Flowable]:
    rows = [
        [Paragraph(escape(name), _style(size, "bold")), Paragraph(escape(value), _style(size))]
        for name, value in cover.rows(total)
    ]
    table = Table(rows, colWidths=[_WIDE * 0.22, _WIDE * 0.78])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return [table, Spacer(1, 6), HRFlowable(width="100%", thickness=1.5, color=colors.black), Spacer(1, 12)]


def _continued(cover: Cover, size: int) -> list[Flowable]:
    if not cover.continued:
        return []
    sentence = escape(cover.continuation())
    reason = escape(word("interrupted", cover.language))
    return [Paragraph(sentence, _style(size + 5, "bold")), Spacer(1, 6), Paragraph(reason, _style(size)), Spacer(1, 12)]


def _message(text: str, size: int) -> list[Flowable]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    style = _style(size)
    return [Paragraph(_safe(line), style) if line.strip() else Spacer(1, size * 0.8) for line in lines]


def _safe(line: str) -> str:
    """A line for a paragraph: nothing in it is markup, and what begins it stays in its place."""
    line = "".join(letter if letter.isprintable() else " " for letter in line)
    bare = line.lstrip(" ")
    return "\u00a0" * min(len(line) - len(bare), 40) + escape(bare)


def _style(size: float, weight: str = "regular", right: bool = False, before: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{weight}-{right}", fontName=font(weight), fontSize=size, leading=size * 1.35, spaceBefore=before,
        alignment=TA_RIGHT if right else TA_LEFT, splitLongWords=True,
    )  # fmt: skip


def _logo(path: str) -> Image | None:
    """The logo, no larger than its place; none where it cannot be read."""
    if not path:
        return None
    try:
        with Picture.open(path, formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
            if width * height > 25_000_000:
                return None
            picture.load()
    except (OSError, ValueError, SyntaxError):
        return None
    scale = min(_LOGO[0] / width, _LOGO[1] / height)
    image = Image(path, width * scale, height * scale, mask="auto")
    image.hAlign = "LEFT"
    return image
