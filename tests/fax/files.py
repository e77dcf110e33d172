"""Documents for tests, made here: good ones, odd ones, and hostile ones."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def pdf(
    path: Path,
    pages: Sequence[tuple[float, float]] = (A4,),
    text: str = "Hello",
    encrypt: pdfencrypt.StandardEncryption | None = None,
) -> Path:
    """A PDF whose pages have sizes in points; a page without room for text stays blank."""
    canvas = Canvas(str(path), encrypt=encrypt)
    for width, height in pages:
        canvas.setPageSize((width, height))
        if text:
            canvas.setFont("Helvetica", min(width, height) / 10)
            canvas.drawString(width * 0.1, height * 0.8, text)
        canvas.showPage()
    canvas.save()
    return path


def locked(path: Path, user: str = "") -> Path:
    """A PDF with an owner's password, and a user's where one is given."""
    return pdf(path, encrypt=pdfencrypt.StandardEncryption(user, ownerPassword="owner", strength=128))


def raw_pdf(path: Path, content: bytes, resources: str = "", extra: Sequence[bytes] = ()) -> Path:
    """A PDF of one A4 page with a content stream, deflated, and further objects from number 5 on."""
    packed = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<{resources}>>>>".encode(),
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream",
        *extra,
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj" % number + body + b"endobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    path.write_bytes(out.getvalue())
    return path


def vector_bomb(path: Path, draws: int) -> Path:
    """A page of very many curves, each a little elsewhere."""
    some = b"".join(
        b"%d %d m %d 800 300 %d 500 %d c S\n" % (i % 595, i % 842, i % 500, i % 700, i % 842) for i in range(1000)
    )
    return raw_pdf(path, some * (draws // 1000))


def image_bomb(path: Path, side: int) -> Path:
    """A PDF with a picture of side x side dots that takes a few kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(side)
    packed = b"".join(packer.compress(row) for _ in range(min(side, 2000))) + packer.flush()
    picture = (
        f"<</Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceGray/BitsPerComponent 8"
        f"/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    ).encode()
    return raw_pdf(path, b"500 0 0 500 40 40 cm /Im0 Do", "/XObject<</Im0 5 0 R>>", [picture + packed + b"\nendstream"])


def many_pages(path: Path, count: int) -> Path:
    """A PDF of very many blank pages."""
    with pikepdf.new() as made:
        for _ in range(count):
            made.add_blank_page()
        made.save(path)
    return path


def png_bomb(path: Path, side: int) -> Path:
    """A PNG that says it is side x side dots; its data are short."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )
    return path
