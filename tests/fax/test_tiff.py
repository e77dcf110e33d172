"""Fax TIFFs: their tags are what a sender takes, and their pages are what was put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fax.bits import decoded, encoded, image
from fax.tiff import RESOLUTIONS, NotAFax, Writer, join, pages_of, read, sizes
from tests.fax.pages import inks, sample


@pytest.mark.parametrize("resolution", ["standard", "fine", "superfine"])
def test_the_tags_are_those_of_a_fax(tmp_path: Path, resolution: str) -> None:
    path = sample(tmp_path / "fax.tiff", 3, resolution)
    form = RESOLUTIONS[resolution]
    with Image.open(path) as tiff:
        assert tiff.n_frames == 3  # type: ignore[attr-defined]
        for number in range(3):
            tiff.seek(number)
            tags = dict(tiff.tag_v2)  # type: ignore[attr-defined]
            assert tags[256] == 1728
            assert tags[257] == tags[278] == form.rows <= 2292 * 2
            assert (tags[258], tags[259], tags[262], tags[266], tags[277]) == ((1,), 4, 0, 1, 1)
            assert len(tags[273]) == len(tags[279]) == 1
            assert (tags[282], tags[283], tags[296]) == (204, form.y, 2)
            assert tags[297] == (number, 3)


def test_pages_come_out_as_they_went_in(tmp_path: Path) -> None:
    path = sample(tmp_path / "fax.tiff", 2)
    pages = list(read(path))
    assert [np.array_equal(decoded(page), ink) for page, ink in zip(pages, inks(path), strict=True)] == [True, True]
    assert image(pages[0]).size == (1728, 2292)
    assert [page.resolution.name for page in pages_of(path)] == ["fine", "fine"]
    assert sizes(path) == [len(page.data) for page in pages]


def test_a_rest_is_joined_behind_its_cover(tmp_path: Path) -> None:
    cover, whole = sample(tmp_path / "cover.tiff", 1, density=3), sample(tmp_path / "whole.tiff", 4)
    assert join([(cover, 0), (whole, 2)], tmp_path / "rest.tiff") == 3
    want = [inks(cover)[0], *inks(whole)[2:]]
    assert all(np.array_equal(one, other) for one, other in zip(inks(tmp_path / "rest.tiff"), want, strict=True))


@given(cut=st.integers(0, 2000))
def test_a_cut_file_is_told(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "fax.tiff"
    with Writer(path) as writer:
        writer.add(encoded(np.tile(np.eye(32, dtype=np.bool_), (20, 54)), RESOLUTIONS["fine"]))
    whole = path.read_bytes()
    if cut < len(whole):
        path.write_bytes(whole[:cut])
        with pytest.raises(NotAFax):
            list(read(path))
