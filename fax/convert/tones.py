"""Shades of grey to ink: paper becomes white wherever it is grey, text becomes black, and only photos are screened.

Small text is best at a high threshold. Dithering a scan's background costs minutes on the line and makes text worse; a
clustered-dot screen costs a fourth of error diffusion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fax.bits import Ink

THRESHOLD = 190  # of 255, where the paper is white
Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

_CELL = 4  # dots: what is looked at is averaged over squares of these
_TILE = 16  # cells: paper is known for squares of these
_BLOCK = 8  # cells: pictures are framed by these
_WINDOW = 13  # cells: so far around a dot there is paper, unless it is in a photo
_WHITE = 250
_PAPER_AT_LEAST = 110
_PAPER_VARIES = 0.12  # from one tile to the next
_DARKEST_PAPER = 0.55  # of the lightest
_MOSTLY = 0.5  # of the page is paper, else its shades are a picture's


def ink(grey: Grey) -> Ink:
    """What is black of a page (rows x width, 255 is white)."""
    cells = _cells(grey)
    if _lightest(cells, _TILE // 2).min() >= _WHITE:  # white all over, but for strokes
        return np.asarray(grey < THRESHOLD)
    paper = _paper(cells)
    relative = cells / _each(paper, _TILE, cells.shape)
    black = grey < _threshold(paper, grey.shape)
    photo = _photo(relative)
    if photo.any():
        _screen(grey, photo, black, float(paper.max()))
    return np.asarray(black)


def _cells(grey: Grey) -> Plane:
    rows, width = grey.shape
    image = Image.frombuffer("L", (width, rows), grey, "raw", "L", 0, 1)
    return np.asarray(image.reduce(_CELL), dtype=np.float32)


def _tiled(cells: NDArray[Any], size: int) -> NDArray[Any]:
    """Cells as tiles: rows of tiles x tiles x cells of a tile. What is beyond the edge repeats it."""
    rows, columns = cells.shape
    padded = np.pad(cells, ((0, -rows % size), (0, -columns % size)), mode="edge")
    high, wide = padded.shape[0] // size, padded.shape[1] // size
    return padded.reshape(high, size, wide, size).swapaxes(1, 2).reshape(high, wide, size * size)


def _lightest(cells: Plane, size: int) -> Plane:
    return np.asarray(_tiled(cells, size).max(axis=2))


def _each(tiles: Plane, size: int, shape: tuple[int, ...]) -> Plane:
    return np.repeat(np.repeat(tiles, size, axis=0), size, axis=1)[: shape[0], : shape[1]]


def _paper(cells: Plane) -> Plane:
    """How light the paper is at each tile: what hangs together and changes slowly, filled in below pictures."""
    tiles = _tiled(cells, _TILE)
    lightest = tiles.max(axis=2)
    alike = (tiles > 0.85 * lightest[:, :, None]).mean(axis=2)
    like_paper = (lightest >= _PAPER_AT_LEAST) & (alike >= 0.35)
    if not like_paper.any():
        return np.full_like(lightest, 255)
    best = lightest[like_paper].max()
    like_paper &= lightest >= _DARKEST_PAPER * best
    known = _grown(like_paper & (lightest >= 0.92 * best), like_paper, lightest)
    if known.mean() < _MOSTLY:
        return np.full_like(lightest, best)
    return _smoothed(_filled(lightest, known))


def _grown(seed: Mask, allowed: Mask, light: Plane) -> Mask:
    """From the lightest paper on to what is nearly as light beside it."""
    known = seed
    for _ in range(sum(light.shape)):
        more = known.copy()
        for axis in (0, 1):
            for step in (1, -1):
                beside = _shifted(known, step, axis, fill=False)
                change = np.abs(_shifted(light, step, axis, fill=0) - light) / np.maximum(light, 1)
                more |= beside & allowed & (change < _PAPER_VARIES)
        if (more == known).all():
            break
        known = more
    return known


def _filled(light: Plane, known: Mask) -> Plane:
    """What is not paper is as light as the paper around it."""
    values, known = np.where(known, light, 0).astype(np.float32), known.copy()
    while not known.all():
        total, count = np.zeros_like(values), np.zeros_like(values)
        for axis in (0, 1):
            for step in (1, -1):
                total += _shifted(values, step, axis, fill=0)
                count += _shifted(known, step, axis, fill=False)
        reached = ~known & (count > 0)
        values[reached] = total[reached] / count[reached]
        known |= reached
    return values


def _smoothed(tiles: Plane) -> Plane:
    padded = np.pad(tiles, 1, mode="edge")
    rows, columns = tiles.shape
    parts = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.asarray(sum(parts) / 9, dtype=np.float32)


def _shifted(values: NDArray[Any], step: int, axis: int, fill: float) -> NDArray[Any]:
    moved = np.roll(values, step, axis)
    edge = [slice(None), slice(None)]
    edge[axis] = slice(0, 1) if step > 0 else slice(-1, None)
    moved[tuple(edge)] = fill
    return moved


def _threshold(paper: Plane, shape: tuple[int, ...]) -> Grey | int:
    levels = np.clip(paper * (THRESHOLD / 255), 1, 255)
    if np.ptp(levels) < 2:
        return int(levels.mean())
    tiles = Image.fromarray(levels.astype(np.uint8))
    side = _TILE * _CELL
    whole = tiles.resize((tiles.width * side, tiles.height * side), Image.Resampling.BILINEAR)
    return np.asarray(whole)[: shape[0], : shape[1]]


def _photo(relative: Plane) -> Mask:
    """The cells of photos: no paper far and wide, and shades in between; then whatever is no paper in their frames."""
    paper, shades = relative >= 0.85, (relative > 0.12) & (relative < 0.85)
    core = (_around(paper) < 0.10) & (_around(shades) > 0.35)
    if not core.any():
        return np.asarray(core)
    near = (_around(core) > 0.02) & (_around(shades) > 0.12)
    return np.asarray(near | (_framed(core) & (_around(relative >= 0.96) < 0.3)))


def _framed(core: Mask) -> Mask:
    """The upright rectangles around what hangs together."""
    blocks = np.asarray(_tiled(core, _BLOCK).any(axis=2))
    frames = np.zeros_like(core)
    for top, bottom, left, right in _frames(blocks):
        frames[top * _BLOCK : bottom * _BLOCK, left * _BLOCK : right * _BLOCK] = True
    return frames


def _frames(blocks: Mask) -> Iterator[tuple[int, int, int, int]]:
    left = {(int(y), int(x)) for y, x in np.argwhere(blocks)}
    while left:
        edge = [left.pop()]
        for y, x in edge:  # it grows while it is walked
            beside = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (y + dy, x + dx) in left]
            left.difference_update(beside)
            edge += beside
        rows, columns = [y for y, _ in edge], [x for _, x in edge]
        yield min(rows), max(rows) + 1, min(columns), max(columns) + 1


def _around(cells: Mask) -> Plane:
    """The mean over the window around each cell."""
    half = _WINDOW // 2
    sums = np.pad(
        np.pad(cells, half, mode="edge").cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32), ((1, 0), (1, 0))
    )
    rows, columns = cells.shape
    low, high = sums[:rows], sums[_WINDOW : _WINDOW + rows]
    total = (
        high[:, _WINDOW : _WINDOW + columns]
        - high[:, :columns]
        - low[:, _WINDOW : _WINDOW + columns]
        + low[:, :columns]
    )
    return np.asarray(total / np.float32(_WINDOW * _WINDOW), dtype=np.float32)


def _screen(grey: Grey, photo: Mask, black: Ink, white: float) -> None:
    """Put the photos' ink into `black`, band by band, so that no second page lies in memory."""
    rows, width = grey.shape
    line = np.tile(SCREEN * (white / 255), (1, -(-width // 8)))[:, :width].astype(np.uint8)
    band = 8 * _CELL
    for top in range(0, rows, band):
        cells = photo[top // _CELL : (top + band) // _CELL]
        if not cells.any():
            continue
        where = np.repeat(np.repeat(cells, _CELL, axis=0), _CELL, axis=1)[: min(band, rows - top), :width]
        part = grey[top : top + band]
        screened = part < np.tile(line, (_CELL, 1))[: len(part)]
        black[top : top + band] = np.where(where, screened, black[top : top + band])


def _spot() -> Grey:
    """Thresholds of an 8 x 8 cell whose dot grows from its middle."""
    axis = (np.arange(8) + 0.5) / 4 - 1
    x, y = np.meshgrid(axis, axis)
    order = np.argsort((np.cos(np.pi * x) * 1.02 + np.cos(np.pi * y)).ravel() * -1, kind="stable")
    ranks = np.empty(64, dtype=np.int32)
    ranks[order] = np.arange(64)  # the middle of the cell is inked first: it asks for the least darkness
    return np.asarray(255 - (ranks + 0.5) * 255 / 64, dtype=np.uint8).reshape(8, 8)


SCREEN = _spot()
