"""`python -m bench.fax_pages.plain IN.pdf OUT.tiff`: PDF to fax as the obvious twenty lines do it."""

from __future__ import annotations

import sys

import pypdfium2 as pdfium
from PIL import Image


def main(source: str, out: str) -> None:
    """Draw each page 1728 wide, make it black and white, save them all."""
    pages: list[Image.Image] = []
    for page in pdfium.PdfDocument(source):
        grey = page.render(scale=1728 / page.get_width(), grayscale=True).to_pil()
        pages.append(grey.point(lambda level: 255 * (level >= 190)).convert("1"))
    pages[0].save(out, compression="group4", save_all=True, append_images=pages[1:], dpi=(204, 196))


if __name__ == "__main__":
    main(*sys.argv[1:])
