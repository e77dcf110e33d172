"""What a file is, by its first bytes: names lie."""

from __future__ import annotations

import zipfile
from pathlib import Path

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
_TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_OFFICE_FOLDERS = ("word/", "xl/", "ppt/")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_ENOUGH = 65536


def kind(path: Path) -> str:
    """`pdf`, `tiff`, `picture`, `office` or `text`; `empty` or `unknown`."""
    with path.open("rb") as file:
        start = file.read(_ENOUGH)
    if not start.strip(b"\0 \t\r\n\x0c"):
        return "empty"
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith(_TIFFS):
        return "tiff"
    if start.startswith(_PICTURES) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP"):
        return "picture"
    if start.startswith((b"{\\rtf", b"\xd0\xcf\x11\xe0")) or (start.startswith(b"PK") and _office(path)):
        return "office"
    return "text" if _speaks(start) else "unknown"


def _office(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    return file.read(80).startswith(_OPEN_DOCUMENT)
            return any(name.startswith(_OFFICE_FOLDERS) for name in names)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return False


def _speaks(start: bytes) -> bool:
    """Whether this reads as text, and is no program for a printer or a browser."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return True
    if start.startswith((b"%!PS", b"\x1b%-12345X")) or start.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        return False
    control = sum(start.count(bytes([code])) for code in range(32) if code not in (8, 9, 10, 11, 12, 13, 27))
    return control == 0 or control / len(start) < 0.001 and b"\0" not in start
