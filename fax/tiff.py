"""Fax TIFFs as we write them: 1728 wide, Group 4, MSB first, one strip a page, white is zero. Page after page, so that
a long document needs no memory, and readable by whatever sends them.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

WIDTH = 1728
MOST_ROWS = 2292  # at fine; the others in proportion
_HEADER = struct.Struct("<2sHI")
_ENTRY = struct.Struct("<HHI4s")
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_SIZES = {1: 1, 2: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8}


@dataclass(frozen=True)
class Resolution:
    """Dots and rows an inch. `rows` is the most a page has, `header` how many of its last ones stay blank."""

    name: str
    x: int
    y: int
    rows: int
    header: int


RESOLUTIONS = {
    "standard": Resolution("standard", 204, 98, MOST_ROWS // 2, 16),
    "fine": Resolution("fine", 204, 196, MOST_ROWS, 32),
    "superfine": Resolution("superfine", 204, 391, MOST_ROWS * 2, 64),
}


class NotAFax(Exception):
    """Not a TIFF as this module writes them."""


@dataclass(frozen=True)
class Page:
    """A page: its Group 4 data, and its rows and dots an inch."""

    data: bytes
    rows: int
    resolution: Resolution
    width: int = WIDTH


class Writer:
    """A fax TIFF that is written page after page; whole once it is closed.

    Its directories stand behind their pages, so nothing but numbers is kept in memory.
    """

    def __init__(self, target: Path | BinaryIO) -> None:
        self.pages = 0
        self._ours = isinstance(target, Path)
        self._file: BinaryIO = target.open("wb") if isinstance(target, Path) else target
        self._file.write(_HEADER.pack(b"II", 42, 0))
        self._link = 4  # where the next directory's place is written
        self._totals: list[int] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self.close()

    def add(self, page: Page) -> None:
        """Write one page."""
        data_at = self._even()
        self._file.write(page.data)
        rationals = self._even()
        self._file.write(struct.pack("<4I", page.resolution.x, 1, page.resolution.y, 1))
        directory = self._even()
        entries = _entries(page, data_at, rationals, self.pages)
        self._file.write(struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4))
        end = self._file.tell()
        self._totals.append(directory + 2 + 12 * (len(entries) - 1) + 10)  # the second half of the last: PageNumber
        self._file.seek(self._link)
        self._file.write(struct.pack("<I", directory))
        self._file.seek(end)
        self._link = end - 4
        self.pages += 1

    def close(self) -> None:
        """Write how many pages there are into each, and end; a file that was handed in stays open."""
        for place in self._totals:
            self._file.seek(place)
            self._file.write(struct.pack("<H", self.pages))
        self._totals = []
        if self._ours:
            self._file.close()

    def _even(self) -> int:
        place = self._file.seek(0, io.SEEK_END)
        return place + self._file.write(bytes(place % 2))


def _entries(page: Page, data_at: int, rationals: int, number: int) -> list[bytes]:
    def entry(tag: int, kind: int, *values: int) -> bytes:
        form = "<" + {_SHORT: "H", _LONG: "I", _RATIONAL: "I"}[kind] * len(values)
        return _ENTRY.pack(tag, kind, len(values), struct.pack(form, *values).ljust(4, b"\0"))

    return [
        entry(254, _LONG, 2),  # a page of many
        entry(256, _LONG, page.width),
        entry(257, _LONG, page.rows),
        entry(258, _SHORT, 1),  # bits a sample
        entry(259, _SHORT, 4),  # Group 4
        entry(262, _SHORT, 0),  # white is zero
        entry(266, _SHORT, 1),  # MSB first
        entry(273, _LONG, data_at),
        entry(274, _SHORT, 1),  # upright
        entry(277, _SHORT, 1),  # samples a pixel
        entry(278, _LONG, page.rows),  # rows a strip: all
        entry(279, _LONG, len(page.data)),
        entry(282, _RATIONAL, rationals),
        entry(283, _RATIONAL, rationals + 8),
        entry(293, _LONG, 0),  # T.6 options
        entry(296, _SHORT, 2),  # inches
        entry(297, _SHORT, number, 0),
    ]


def read(path: Path) -> Iterator[Page]:
    """The pages of a TIFF that `Writer` wrote.

    Raises:
        NotAFax: it is none, or it is cut.
    """
    with path.open("rb") as file:
        order, magic, place = _HEADER.unpack(_exactly(file, 0, _HEADER.size))
        if (order, magic) != (b"II", 42):
            raise NotAFax(path.name)
        while place:
            tags, place = _directory(file, place)
            yield _page(file, tags)


def pages_of(path: Path) -> list[Page]:
    """Every page without its data: rows, resolution and how many bytes (`data` holds none)."""
    return [replace(page, data=b"") for page in read(path)]


def sizes(path: Path) -> list[int]:
    """The bytes of each page on the line."""
    return [len(page.data) for page in read(path)]


def join(parts: Sequence[tuple[Path, int]], out: Path) -> int:
    """Write the pages of several fax TIFFs into one, of each from a page (from 0) on; how many there are.

    What is sent again after a lost line is a continuation cover and the pages from the first unconfirmed one.
    """
    aside = out.with_name(f".{out.name}.new")
    with Writer(aside) as writer:
        for path, first in parts:
            for number, page in enumerate(read(path)):
                if number >= first:
                    writer.add(page)
    os.replace(aside, out)
    return writer.pages


def _page(file: BinaryIO, tags: dict[int, Sequence[int]]) -> Page:
    try:
        strips, counts = tags[273], tags[279]
        form = (tags[258][0], tags[259][0], tags[262][0], tags.get(266, (1,))[0], len(strips))
        if form != (1, 4, 0, 1, 1):
            raise NotAFax(f"{file.name}: of another form")
        dots = (tags[282][0] // max(1, tags[282][1]), tags[283][0] // max(1, tags[283][1]))
        resolution = next((one for one in RESOLUTIONS.values() if (one.x, one.y) == dots), None)
        if resolution is None:
            resolution = Resolution("", *dots, MOST_ROWS, 0)
        return Page(_exactly(file, strips[0], counts[0]), tags[257][0], resolution, tags[256][0])
    except KeyError as missing:
        raise NotAFax(f"{file.name}: tag {missing} is missing") from missing


def _directory(file: BinaryIO, place: int) -> tuple[dict[int, Sequence[int]], int]:
    (count,) = struct.unpack("<H", _exactly(file, place, 2))
    raw = _exactly(file, place + 2, count * 12 + 4)
    tags = {}
    for tag, kind, number, value in _ENTRY.iter_unpack(raw[:-4]):
        tags[tag] = _values(file, kind, number, value)
    return tags, struct.unpack("<I", raw[-4:])[0]


def _values(file: BinaryIO, kind: int, number: int, value: bytes) -> Sequence[int]:
    size = _SIZES.get(kind, 0) * number
    if kind not in (_SHORT, _LONG, _RATIONAL) or size > 65536:
        return ()
    raw = value[:size] if size <= 4 else _exactly(file, struct.unpack("<I", value)[0], size)
    letter, each = ("H", 2) if kind == _SHORT else ("I", 4)
    return struct.unpack(f"<{size // each}{letter}", raw)


def _exactly(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    data = file.read(size)
    if len(data) != size:
        raise NotAFax(f"{file.name}: it is cut")
    return data
