"""The pages of a PDF, drawn one after the other by pdfium as a printer would."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from fax.bits import Ink
from fax.convert.documents import Refused
from fax.convert.paper import Fit
from fax.convert.tones import Grey
from fax.tiff import WIDTH, Resolution

MOST_DOTS = 100_000_000  # of a picture
_FLAGS = raw.FPDF_ANNOT | raw.FPDF_PRINTING | raw.FPDF_GRAYSCALE
_LOOKED_AT = 5000  # objects of a page


def open_pdf(path: Path, folder: Path) -> tuple[pdfium.PdfDocument, bool]:
    """The document, and whether it had to be repaired into a folder.

    Raises:
        Refused: encrypted, or damaged beyond repair.
    """
    try:
        document = pdfium.PdfDocument(path)
        if len(document):
            return document, False
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Refused("encrypted") from error
    return _repaired(path, folder), True


def _repaired(path: Path, folder: Path) -> pdfium.PdfDocument:
    import pikepdf

    mended = folder / "repaired.pdf"
    try:
        with pikepdf.open(path, attempt_recovery=True) as damaged:
            if not len(damaged.pages):
                raise Refused("no_pages")
            damaged.save(mended)
        document = pdfium.PdfDocument(mended)
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    except (pikepdf.PdfError, pdfium.PdfiumError, OSError, ValueError) as error:
        raise Refused("damaged") from error
    if not len(document):
        raise Refused("no_pages")
    return document


def sheets(document: pdfium.PdfDocument) -> Iterator[PdfSheet]:
    """Each page in turn; a page is forgotten when the next is asked for."""
    forms = None
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
        forms = document.formenv
    for number in range(len(document)):
        page = raw.FPDF_LoadPage(document.raw, number)
        if not page:
            raise Refused("page_damaged", page=number + 1)
        try:
            yield PdfSheet(page, forms)
        finally:
            raw.FPDF_ClosePage(page)


class PdfSheet:
    """A page of a PDF."""

    exact = True

    def __init__(self, page: Any, forms: Any = None) -> None:
        self.page, self.forms = page, forms
        self.points = (raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page))
        self._refuse_bombs()

    def draw(self, fit: Fit, resolution: Resolution) -> Grey:
        """Draw with annotations and what was filled in, as for printing."""
        grey = np.full((fit.rows, WIDTH), 255, dtype=np.uint8)
        memory = grey.ctypes.data_as(ctypes.c_void_p)
        bitmap = raw.FPDFBitmap_CreateEx(WIDTH, fit.rows, raw.FPDFBitmap_Gray, memory, WIDTH)
        if not bitmap:
            raise MemoryError
        try:
            place = (bitmap, self.page, fit.left, 0, fit.width, fit.rows, int(fit.turned), _FLAGS)
            raw.FPDF_RenderPageBitmap(*place)
            if self.forms:  # what was filled in
                raw.FPDF_FFLDraw(self.forms.raw, *place)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)
        return grey

    def ready(self, resolution: Resolution) -> Ink | None:
        """A PDF's page is always drawn."""
        return None

    def _refuse_bombs(self) -> None:
        """A picture that is larger than any scanner makes would take all the memory there is."""
        width, height = ctypes.c_uint(), ctypes.c_uint()
        for index in range(min(raw.FPDFPage_CountObjects(self.page), _LOOKED_AT)):
            item = raw.FPDFPage_GetObject(self.page, index)
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_IMAGE:
                continue
            if raw.FPDFImageObj_GetImagePixelSize(item, width, height) and width.value * height.value > MOST_DOTS:
                raise Refused("picture_too_large", width=width.value, height=height.value, limit=MOST_DOTS // 1_000_000)
