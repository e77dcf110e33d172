"""Fax pages out of documents, one page in memory at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from conf.problems import Problem
from fax.bits import Ink, encoded
from fax.convert.documents import Options, Refused
from fax.convert.paper import fit, settled, shrink
from fax.convert.reasons import warning
from fax.convert.sheets import Sheet
from fax.convert.tones import ink
from fax.tiff import RESOLUTIONS, Writer

BLANK = 1e-5  # of a page's dots: less ink is none
_NOTICED = 0.97  # smaller than this is worth a word


class Making:
    """A fax TIFF that documents are added to; `start` pages are in another file already."""

    def __init__(self, out: Path, folder: Path, options: Options, start: int = 0) -> None:
        self.folder, self.options, self.start = folder, options, start
        self.resolution = RESOLUTIONS[options.resolution]
        self._writer = Writer(out)
        self._notes: dict[str, list[int]] = defaultdict(list)

    def __enter__(self) -> Making:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._writer.close()

    @property
    def pages(self) -> int:
        """How many there are."""
        return self._writer.pages

    def add(self, path: Path, kind: str, name: str) -> list[Problem]:
        """Add a document's pages; what was done to them.

        Raises:
            Refused: the document cannot be faxed, or makes too many pages.
        """
        self._notes.clear()
        warnings: list[Problem] = []
        seen = before = self.pages
        for number, sheet in enumerate(self._sheets(path, kind, name, warnings), 1):
            seen += 1
            if self.start + seen > self.options.most_pages:
                raise Refused("too_many_pages", limit=self.options.most_pages)
            black = self._black(sheet, number)
            if self.options.trim_blank and black.mean() < BLANK:
                self._notes["trimmed"].append(number)
                continue
            self._writer.add(encoded(black, self.resolution))
        if self.pages == before:
            raise Refused("all_blank" if seen > before else "no_pages")
        return warnings + [warning(code, name, pages=spans(pages)) for code, pages in self._notes.items()]

    def _black(self, sheet: Sheet, number: int) -> Ink:
        """A page's ink on the fax's paper, its last rows blank."""
        ready = sheet.ready(self.resolution)
        placed = None if ready is None else settled(ready, self.resolution)
        if placed is not None:
            return placed
        place = fit(*sheet.points, self.resolution)
        if place.turned:
            self._notes["turned"].append(number)
        if sheet.exact and place.scale < _NOTICED:
            self._notes["scaled"].append(number)
        placed = settled(ink(sheet.draw(place, self.resolution)), self.resolution)
        if placed is None:
            place = place.smaller(shrink(self.resolution))
            placed = settled(ink(sheet.draw(place, self.resolution)), self.resolution)
        assert placed is not None
        return placed

    def _sheets(self, path: Path, kind: str, name: str, warnings: list[Problem]) -> Iterator[Sheet]:
        if kind in ("tiff", "picture"):
            from fax.convert import pictures

            yield from pictures.sheets(path, every=kind == "tiff")
            return
        from fax.convert import pdf

        if kind == "text":
            path, source = self.folder / "text.pdf", path
            warnings += self._laid_out(source, path, name)
        document, repaired = pdf.open_pdf(path, self.folder)
        if repaired:
            warnings.append(warning("repaired", name))
        if self.start + self.pages + len(document) > self.options.most_pages and not self.options.trim_blank:
            raise Refused("too_many_pages", limit=self.options.most_pages)
        yield from pdf.sheets(document)
        document.close()

    def _laid_out(self, source: Path, pdf: Path, name: str) -> Iterator[Problem]:
        from fax.convert.texts import laid_out

        encoding, missing = laid_out(source, pdf, self.options.most_pages)
        if encoding:
            yield warning("encoding", name, encoding=encoding)
        if missing:
            yield warning("letters", name, count=missing)


def spans(numbers: list[int]) -> str:
    """`1-3, 7` for 1, 2, 3, 7."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)
