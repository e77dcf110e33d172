"""What the tests compare faxes by must itself tell them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fax.bits import encoded
from fax.tiff import RESOLUTIONS, Writer
from tests.fax.pages import differences, drawn, inks, sample


@pytest.mark.parametrize("resolution", ["standard", "fine", "superfine"])
def test_a_page_below_its_header_is_the_page_sent(tmp_path: Path, resolution: str) -> None:
    form = RESOLUTIONS[resolution]
    sent = sample(tmp_path / "sent.tiff", 2, resolution)
    header = np.zeros((form.header, 1728), dtype=np.bool_)
    header[4:12, 100:300] = True
    with Writer(tmp_path / "received.tiff") as writer:
        for page in inks(sent):
            writer.add(encoded(np.vstack([header, page]), form))
    assert differences(sent, tmp_path / "received.tiff") == []


def test_one_pixel_and_one_page_are_told(tmp_path: Path) -> None:
    sent = sample(tmp_path / "sent.tiff", 2)
    ink = drawn(1)
    ink[700, 700] ^= True
    with Writer(tmp_path / "received.tiff") as writer:
        writer.add(encoded(ink, RESOLUTIONS["fine"]))
    assert [text.split(":")[0] for text in differences(sent, tmp_path / "received.tiff")] == [
        "1 pages came of 2",
        "page 1 differs",
    ]
    sample(tmp_path / "other.tiff", 3)
    assert differences(tmp_path / "other.tiff", sent, first=1)
    assert differences(sent, sent) == []
