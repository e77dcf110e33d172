"""A long text, small print, a photo, a grey scan."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

_WORDS = (
    "account address agreement amount annual answer apartment arrival balance branch building business calendar "
    "certificate change clause company condition contract copy customer damage date deadline delivery deposit "
    "document duration electricity employee engineer estimate evening exchange expense factory figure floor garden "
    "general guarantee holiday hospital insurance interest invoice journey kitchen language ledger letter machine "
    "market material measure meeting member monthly morning network notice number office opinion order package "
    "payment pension period person policy premium president product property quality quarter question receipt "
    "record reference regular rental repair report request reserve result salary sample schedule season service "
    "signature station storage street student supply surface table teacher telephone tenant theatre tomorrow total "
    "transfer travel treatment variable vehicle village visitor warehouse weather window winter witness yesterday"
)
WORDS = _WORDS.split()
SIZES = (3, 4, 5, 6, 7, 8, 9, 10)
Grey = NDArray[np.uint8]


def text(path: Path, pages: int) -> Path:
    """Letters of ten points, 60 lines a page."""
    chance = random.Random(4)
    canvas = Canvas(str(path), pagesize=A4)
    for _ in range(pages):
        canvas.setFont("Helvetica", 10)
        for line in range(60):
            canvas.drawString(50, 790 - line * 12.6, " ".join(chance.choices(WORDS, k=11)))
        canvas.showPage()
    canvas.save()
    return path


def small_print(path: Path, letters: str) -> list[list[str]]:
    """A page for each size of letters of a font; the words of each."""
    chance = random.Random(5)
    canvas = Canvas(str(path), pagesize=A4)
    found = []
    for size in SIZES:
        canvas.setFont(letters, size)
        words = []
        for line in range(25):
            said = chance.choices(WORDS, k=8)
            canvas.drawString(50, 780 - line * size * 2, " ".join(said))
            words += said
        canvas.showPage()
        found.append(words)
    canvas.save()
    return found


def photo(path: Path, width: int = 1600, height: int = 2200) -> Path:
    """What a camera might see: clouds, hills, a sun, all sizes of detail, a little grain."""
    chance = np.random.default_rng(6)
    y, x = np.mgrid[0:height, 0:width] / width
    image = 200 - 90 * y + 45 * _clouds(chance, height, width)
    image += 80 * np.exp(-((x - 0.7) ** 2 + (y - 0.25) ** 2) / 0.02)
    for depth, light in ((0.6, 120), (0.8, 85), (1.05, 55)):
        ridge = depth + 0.06 * np.sin(7 * x + depth * 20) + 0.03 * np.sin(23 * x + depth * 50)
        image = np.where(y > ridge, light + 30 * _clouds(chance, height, width), image)
    image += chance.normal(0, 3, image.shape)
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path, quality=92, dpi=(204, 204))
    return path


def scan(path: Path, source: Path) -> Path:
    """A page of text as a scanner gives it: paper that is grey and uneven, ink that is not black, noise."""
    chance = np.random.default_rng(7)
    page = pdfium.PdfDocument(source)[0].render(scale=200 / 72, grayscale=True).to_numpy().astype(np.float32)
    page = page.reshape(page.shape[:2])
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]] / page.shape[1]
    paper = 205 - 45 * x + 18 * np.sin(3 * y) + 6 * _clouds(chance, *page.shape)
    image = 45 + (paper - 45) * page / 255 + chance.normal(0, 5, page.shape)
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(path, quality=85, dpi=(200, 200))
    return path


def _clouds(chance: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Noise with as much of each size (1/f), as photos have, of variance 1."""
    waves = np.hypot(*np.meshgrid(np.fft.rfftfreq(width), np.fft.fftfreq(height)))
    waves[0, 0] = 1
    noise = np.fft.irfft2(np.fft.rfft2(chance.normal(size=(height, width))) / waves**1.4, (height, width))
    return np.asarray((noise - noise.mean()) / noise.std())
