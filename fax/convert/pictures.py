"""Pictures and TIFFs: whatever Pillow opens, page after page. A page that is a fax already keeps its very dots."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from fax.bits import Ink
from fax.convert.documents import Refused
from fax.convert.paper import Fit
from fax.convert.pdf import MOST_DOTS
from fax.convert.sheets import white
from fax.convert.tones import Grey
from fax.tiff import RESOLUTIONS, WIDTH, Resolution

_FORMATS = ("TIFF", "PNG", "JPEG", "GIF", "BMP", "WEBP")
_DRAFT = (2500, 3400)  # dots: a JPEG is decoded no larger than it must be
_ON_A_SCREEN = 96.0  # dots an inch, where a picture does not say
# what a damaged file makes Pillow raise, sooner or later
_DAMAGED = (OSError, ValueError, SyntaxError, LookupError, TypeError, AttributeError, ArithmeticError, struct.error)
_CLOSE = 0.05  # so far resolutions may be from those of a fax


def sheets(path: Path, every: bool) -> Iterator[PictureSheet]:
    """The pages of a picture: every one, or the first (an animation is one page)."""
    Image.MAX_IMAGE_PIXELS = None  # looked at below, where the file can be told why
    try:
        with Image.open(path, formats=_FORMATS) as image:
            for number in count():
                try:
                    image.seek(number)
                except EOFError:
                    return
                yield PictureSheet(_loaded(image, number))
                if not every:
                    return
    except _DAMAGED as error:
        raise Refused("damaged") from error


def _loaded(image: Image.Image, number: int) -> Image.Image:
    width, height = image.size
    if width * height > MOST_DOTS:
        raise Refused("picture_too_large", width=width, height=height, limit=MOST_DOTS // 1_000_000)
    image.draft("L", _DRAFT)
    try:
        image.load()
        return ImageOps.exif_transpose(image) if image.format != "TIFF" else image
    except _DAMAGED as error:
        raise Refused("page_damaged" if number else "damaged", page=number + 1) from error


class PictureSheet:
    """A picture as a page."""

    exact = False

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.dots = _dots(image)
        self.points = (image.width * 72 / self.dots[0], image.height * 72 / self.dots[1])

    def draw(self, fit: Fit, resolution: Resolution) -> Grey:
        """The picture on white paper, in shades of grey."""
        grey = _grey(self.image)
        if fit.turned:
            grey = grey.transpose(Image.Transpose.ROTATE_270)
        sized = grey.resize((fit.width, fit.rows), Image.Resampling.BICUBIC, reducing_gap=2.0)
        paper = white(fit.rows)
        paper[:, fit.left : fit.left + fit.width] = np.asarray(sized)
        return paper

    def ready(self, resolution: Resolution) -> Ink | None:
        """The very dots of a fax, rows repeated where it is finer now."""
        if self.image.mode != "1" or self.image.width != WIDTH or not _near(self.dots[0], resolution.x):
            return None
        own = next((form for form in RESOLUTIONS.values() if _near(self.dots[1], form.y)), None)
        if own is None or own.y > resolution.y:
            return None
        ink = ~np.asarray(self.image, dtype=np.bool_)
        rows = np.flatnonzero(ink.any(axis=1))
        end = max(int(rows[-1]) + 1 if len(rows) else 0, min(len(ink), own.rows - own.header))
        if end > own.rows:
            return None
        return np.repeat(ink[:end], round(resolution.y / own.y), axis=0)[: resolution.rows]


def _near(dots: float, wanted: int) -> bool:
    return abs(dots - wanted) <= wanted * _CLOSE


def _dots(image: Image.Image) -> tuple[float, float]:
    """Dots an inch across and down, as far as they can be believed."""
    given = image.info.get("dpi", ())
    try:
        across, down = (float(one) for one in given)
    except (TypeError, ValueError):
        return _ON_A_SCREEN, _ON_A_SCREEN
    if not (30 <= across <= 5000 and 30 <= down <= 5000 and 0.2 <= across / down <= 5):
        return _ON_A_SCREEN, _ON_A_SCREEN
    return across, down


def _grey(image: Image.Image) -> Image.Image:
    """Shades of grey on white, whatever the picture is made of."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        values = np.asarray(image, dtype=np.float32)
        return Image.fromarray(np.clip(values * (255 / max(float(values.max()), 1.0)), 0, 255).astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        paper.alpha_composite(layered)
        return paper.convert("L")
    return image.convert("L")
