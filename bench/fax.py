"""Documents to fax pages: what a page costs beside plain pypdfium2 and Pillow, whether small print can be read, and how
long photos and scans are on the line.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.fax_pages import made
from bench.processes import Failed
from bench.table import Row
from fax.convert import Document, convert
from fax.convert.paper import fit
from fax.convert.pictures import PictureSheet
from fax.fonts import font
from fax.tiff import RESOLUTIONS

PAGES = 50
RUNS = 3
FINE = RESOLUTIONS["fine"]
_STARTER = """
import os, sys, time
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, used = os.wait4(child, 0)
print(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds a page, seconds of the clock a page, and the most memory in bytes."""

    cpu: float
    clock: float
    memory: int


def measure() -> list[Row]:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="souffleur-bench-fax-") as name:
        folder = Path(name)
        return [*_costs(folder), *_read(folder), *_line(folder)]


def _costs(folder: Path) -> Iterator[Row]:
    source = made.text(folder / "text.pdf", PAGES)
    out = folder / "out.tiff"
    plain_command = [sys.executable, "-m", "bench.fax_pages.plain", str(source), str(out)]
    our_command = [sys.executable, "-m", "fax", "convert", str(source), "-o", str(out)]
    rounds = [(_cost(plain_command), _cost(our_command)) for _ in range(RUNS)]
    plain = min((one for one, _ in rounds), key=lambda cost: cost.cpu)
    ours = min((one for _, one in rounds), key=lambda cost: cost.cpu)
    ratio = ours.cpu / plain.cpu
    what = f"fax: {PAGES} pages of text to fine"
    yield Row(what, "pypdfium2 + Pillow", _told(plain))
    yield Row(what, "souffleur", _told(ours) + f", CPU {ratio:.2f} of plain", 0, "CPU <= 1.2 of plain", ratio <= 1.2)
    megabytes = ours.memory / 1e6
    yield Row(f"fax: memory at {PAGES} pages", "pypdfium2 + Pillow", f"{plain.memory / 1e6:.0f} MB")
    yield Row(f"fax: memory at {PAGES} pages", "souffleur", f"{megabytes:.0f} MB", 0, "<= 100 MB", megabytes <= 100)


def _told(cost: Cost) -> str:
    return f"{1 / cost.clock:.1f} pages/s, {cost.cpu * 1000:.0f} ms CPU a page"


def _cost(command: list[str]) -> Cost:
    """What a program and its children take, starting included; the memory of the largest of them.

    A small program starts it: a process counts as its own what the one that it was made of once had.
    """
    done = subprocess.run([sys.executable, "-S", "-c", _STARTER, *command], capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr}")
    cpu, clock, memory = (float(number) for number in done.stdout.split())
    return Cost(cpu / PAGES, clock / PAGES, int(memory) * 1024)


def _read(folder: Path) -> Iterator[Row]:
    sizes = f"{made.SIZES[0]}-{made.SIZES[-1]} pt"
    if shutil.which("tesseract") is None:
        missing = "not measured: tesseract is not installed (apt-get install tesseract-ocr)"
        yield Row(f"fax: words of {sizes} read by tesseract, fine", "souffleur", missing)
        return
    for name, letters, least in (("DejaVu Sans", font("regular"), 0.97), ("Helvetica", "Helvetica", 0.0)):
        shares = _shares(folder, letters)
        recall = sum(shares) / len(shares)
        worst, size = min(zip(shares, made.SIZES, strict=True))
        value = f"{recall:.3f} (worst: {worst:.3f} at {size} pt)"
        what = f"fax: words of {sizes} in {name} read by tesseract, fine"
        if least:
            yield Row(what, "souffleur", value, 0, f">= {least}", recall >= least)
        else:
            yield Row(what, "souffleur", value)


def _shares(folder: Path, letters: str) -> list[float]:
    """Of the words of each size, how many were read."""
    source = folder / "small.pdf"
    pages = made.small_print(source, letters)
    tiff = convert([Document(source)], folder / "small.tiff").tiff
    shares = []
    with Image.open(tiff) as image:
        for number, words in enumerate(pages):
            image.seek(number)
            shares.append(_recall(words, _ocr(image.copy(), folder / "page.png")))
    return shares


def _ocr(page: Image.Image, png: Path) -> list[str]:
    """What is read on a page that is shown in twice its size, its dots square."""
    page.convert("L").resize((page.width * 2, page.height * 2 * 204 // 196), Image.Resampling.BICUBIC).save(png)
    command = ["tesseract", str(png), "-", "--dpi", "408", "--psm", "6", "-l", "eng"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
    return done.stdout.split()


def _recall(words: list[str], found: list[str]) -> float:
    return (Counter(words) & Counter(found)).total() / len(words)


def _line(folder: Path) -> Iterator[Row]:
    text = made.text(folder / "one.pdf", 1)
    for name, path, most in (
        ("a photo", made.photo(folder / "photo.jpg"), 0.30),
        ("a grey scan", made.scan(folder / "scan.jpg", text), 0.10),
    ):
        dithered = _dithered(path)
        ours = sum(convert([Document(path)], folder / "out.tiff").sizes)
        what = f"fax: bytes of {name}, fine"
        yield Row(what, "Floyd-Steinberg", f"{dithered:,} ({dithered * 8 / 14400:.0f} s at 14400)")
        value = f"{ours:,} ({ours * 8 / 14400:.0f} s at 14400), {ours / dithered:.3f} of it"
        yield Row(what, "souffleur", value, 0, f"<= {most:.2f} of it", ours / dithered <= most)


def _dithered(path: Path) -> int:
    """The bytes of the same page, its shades diffused."""
    with Image.open(path) as image:
        sheet = PictureSheet(image.convert("L"))
        sheet.dots = image.info["dpi"]
    grey = sheet.draw(fit(*(side * 72 / dot for side, dot in zip(image.size, sheet.dots, strict=True)), FINE), FINE)
    out = io.BytesIO()
    Image.fromarray(np.asarray(grey)).convert("1").save(out, "TIFF", compression="group4", tiffinfo={278: len(grey)})
    return len(out.getvalue())
