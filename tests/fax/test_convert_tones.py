"""Grey becomes black and white: paper is white wherever it is grey, photos are screened, text never is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from fax.bits import encoded
from fax.convert.tones import Grey, ink
from fax.tiff import RESOLUTIONS

FINE = RESOLUTIONS["fine"]


def text_page(paper: int = 255, letters: int = 0, size: int = 30) -> Grey:
    image = Image.new("L", (1728, 2260), paper)
    draw = ImageDraw.Draw(image)
    for line in range(50):
        said = f"{line} The quick brown fox jumps over the lazy dog near the river"
        draw.text((90, 60 + line * 42), said, fill=letters, font=ImageFont.load_default(size))
    return np.asarray(image)


def gradient(rows: int = 2260) -> Grey:
    y, x = np.mgrid[0:rows, 0:1728]
    shade = 128 + 80 * np.sin(x / 150) * np.cos(y / 210) + 25 * np.sin(x / 9 + y / 31)
    return np.clip(shade, 0, 255).astype(np.uint8)


def test_text_on_white_is_a_threshold() -> None:
    page = text_page()
    assert np.array_equal(ink(page), page < 190)


@pytest.mark.parametrize(("light", "dark"), [(230, 200), (200, 150), (170, 130)])
def test_grey_and_uneven_paper_becomes_white(light: int, dark: int) -> None:
    want = text_page() < 128
    paper = np.linspace(light, dark, 1728)[None, :]
    noise = np.random.default_rng(1).normal(0, 4, want.shape)
    page = np.clip(np.where(want, 40, paper) + noise, 0, 255).astype(np.uint8)
    got = ink(page)
    assert (got != want).mean() < 0.002
    dithered = io.BytesIO()
    Image.fromarray(page).convert("1").save(dithered, "TIFF", compression="group4")
    assert len(encoded(got, FINE).data) < 0.15 * len(dithered.getvalue())


def test_a_photo_keeps_its_shades_for_few_bytes() -> None:
    page = gradient()
    got = ink(page)
    means = got.reshape(-1, 4, 1728).mean(axis=1)[:560].reshape(56, 10, 27, 64).mean(axis=(1, 3))
    shades = page[:2240].astype(float).reshape(56, 40, 27, 64).mean(axis=(1, 3))
    assert np.corrcoef(means.ravel(), shades.ravel())[0, 1] < -0.95
    dithered = io.BytesIO()
    Image.fromarray(page).convert("1").save(dithered, "TIFF", compression="group4")
    assert len(encoded(got, FINE).data) < 0.30 * len(dithered.getvalue())


def test_only_the_photo_of_a_page_is_screened() -> None:
    page = text_page().copy()
    page[600:1200, 900:1600] = gradient()[:600, :700]
    got = ink(page)
    outside = np.ones(page.shape, dtype=np.bool_)
    outside[536:1264, 836:1664] = False
    assert np.array_equal(got[outside], (page < 190)[outside])
    inside = got[640:1160, 940:1560]
    assert 0.3 < inside.mean() < 0.7
    assert not np.array_equal(inside, (page < 190)[640:1160, 940:1560])


@pytest.mark.parametrize("size", [8, 12, 100, 200])
def test_small_and_large_letters_are_never_screened(size: int) -> None:
    page = text_page(size=size)
    assert np.array_equal(ink(page), page < 190)


@pytest.mark.parametrize("shape", [(1, 1728), (3, 1728), (33, 1728), (2292, 1728)])
@pytest.mark.parametrize("shade", [0, 100, 160, 200, 255])
def test_pages_of_one_shade(shape: tuple[int, int], shade: int) -> None:
    got = ink(np.full(shape, shade, dtype=np.uint8))
    assert got.shape == shape
    if shade in (0, 255):
        assert got.mean() == (shade == 0)
