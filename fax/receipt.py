"""The receipt of a fax on paper: what went, to whom, and how it ended."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, HRFlowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from fax.fonts import font
from fax.words import lasting, moment, word

_MARGIN = 51  # points
_WIDE = A4[0] - 2 * _MARGIN - 12
_PICTURE = 250  # points wide


@dataclass(frozen=True)
class Receipt:
    """What a receipt tells. `result` is a sentence in its language; what is None is not known and not told.

    `rate` is in bits a second, `started_at` aware, `thumbnail` a PNG of the first page.
    """

    result: str
    number: str
    pages_sent: int
    pages_total: int
    started_at: datetime
    time_zone: str = "UTC"
    language: str = "en"
    received: bool = False
    name: str = ""
    from_number: str = ""
    subject: str = ""
    remote_id: str = ""
    reference: str = ""
    seconds: float | None = None
    rate: int | None = None
    ecm: bool | None = None
    t38: bool | None = None
    bad_rows: int | None = None
    attempts: int | None = None
    thumbnail: bytes = b""

    def rows(self) -> Iterator[tuple[str, str]]:
        """Its lines: a word and what stands behind it."""
        language = self.language
        other = " · ".join(part for part in (self.name, self.number) if part)
        of = word("of", language, sent=self.pages_sent, total=self.pages_total)
        yield word("result", language), self.result
        yield word("from" if self.received else "to", language), other
        yield word("to" if self.received else "from", language), self.from_number
        yield word("subject", language), self.subject
        yield word("pages" if self.received else "pages_sent", language), str(self.pages_sent) if self.received else of
        yield word("started", language), moment(self.started_at, self.time_zone, language)
        yield word("duration", language), "" if self.seconds is None else lasting(self.seconds)
        yield word("remote_id", language), self.remote_id
        yield word("rate", language), word("bits", language, rate=self.rate) if self.rate else ""
        yield word("ecm", language), self._yes(self.ecm)
        yield word("carried", language), "" if self.t38 is None else "T.38" if self.t38 else word("audio", language)
        yield word("bad_rows", language), "" if self.bad_rows is None else str(self.bad_rows)
        yield word("attempts", language), str(self.attempts or "")
        yield word("reference", language), self.reference

    def _yes(self, value: bool | None) -> str:
        return "" if value is None else word("yes" if value else "no", self.language)


def pdf(receipt: Receipt) -> bytes:
    """The receipt as a PDF of one page."""
    title = word("received_report" if receipt.received else "receipt", receipt.language)
    parts: list[Flowable] = [
        Paragraph(escape(title), _style(18, "bold")),
        Spacer(1, 8),
        HRFlowable(width="100%", thickness=1.5, color=colors.black),
        Spacer(1, 6),
        _table(receipt),
    ]
    if receipt.thumbnail:
        parts += [Spacer(1, 14), _picture(receipt.thumbnail)]
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN, title=title
    )
    document.build(parts)
    return made.getvalue()


def _table(receipt: Receipt) -> Table:
    rows = [
        [Paragraph(escape(name), _style(10, "bold")), Paragraph(escape(value[:300]), _style(10))]
        for name, value in receipt.rows()
        if value
    ]
    table = Table(rows, colWidths=[_WIDE * 0.34, _WIDE * 0.66])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _picture(png: bytes) -> Table:
    image = Image(io.BytesIO(png))
    scale = min(_PICTURE / image.imageWidth, _PICTURE * 1.45 / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    framed = Table([[image]], hAlign="LEFT")
    framed.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.5, colors.grey)]))
    return framed


def _style(size: float, weight: str = "regular") -> ParagraphStyle:
    return ParagraphStyle(f"{size}-{weight}", fontName=font(weight), fontSize=size, leading=size * 1.35)
