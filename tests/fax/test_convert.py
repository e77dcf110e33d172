"""Documents become fax pages: of any kind, of any size, upright, readable, and nothing but what a sender takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A3, A4, A5, LETTER, landscape

from fax.convert import ConversionError, Converted, Document, Options, convert
from fax.convert.paper import fit, settled
from fax.tiff import RESOLUTIONS, read
from tests.fax import files
from tests.fax.pages import differences, inks, sample


def converted(path: Path, *documents: Path, **options: object) -> Converted:
    made = convert([Document(one) for one in documents], path / "out.tiff", Options(**options))  # type: ignore[arg-type]
    for page, ink in zip(read(made.tiff), inks(made.tiff), strict=True):
        form = RESOLUTIONS[page.resolution.name]
        assert page.width == 1728
        assert page.rows <= form.rows
        assert not ink[-form.header :].any()
    return made


def codes(made: Converted) -> list[tuple[str, str]]:
    return [(one.code, str(one.fields.get("pages", ""))) for one in made.warnings]


@pytest.mark.parametrize(("resolution", "rows"), [("standard", 1146), ("fine", 2292), ("superfine", 4584)])
def test_a_page_of_a4_at_each_resolution(tmp_path: Path, resolution: str, rows: int) -> None:
    made = converted(tmp_path, files.pdf(tmp_path / "a.pdf"), resolution=resolution)
    (page,) = read(made.tiff)
    assert (page.rows, page.resolution.name) == (rows, resolution)
    assert made.sizes == (len(page.data),)


def test_sizes_and_turns_of_pages_are_told(tmp_path: Path) -> None:
    sizes = [A4, landscape(A4), A3, LETTER, landscape(A5)]
    made = converted(tmp_path, files.pdf(tmp_path / "a.pdf", sizes))
    assert made.pages == 5
    assert codes(made) == [("turned", "2"), ("scaled", "3")]
    landscapes = inks(made.tiff)[1]
    inked = np.argwhere(landscapes)
    assert np.ptp(inked[:, 0]) > np.ptp(inked[:, 1])  # its line of text runs down the paper


@settings(max_examples=200, deadline=None)
@given(
    width=st.floats(1, 15000),
    height=st.floats(1, 15000),
    name=st.sampled_from(sorted(RESOLUTIONS)),
    seed=st.integers(0, 9),
)
def test_any_page_finds_its_place(width: float, height: float, name: str, seed: int) -> None:
    form = RESOLUTIONS[name]
    place = fit(width, height, form)
    assert 1 <= place.width <= 1728
    assert 1 <= place.rows <= form.rows
    assert place.left >= 0
    assert place.left + place.width <= 1728
    high, wide = (width, height) if place.turned else (height, width)
    if min(place.width, place.rows) > 50:  # its aspect is kept, dots being higher than wide
        assert place.rows / place.width == pytest.approx(high / wide * form.y / form.x, rel=0.05)
    ink = np.zeros((place.rows, 1728), dtype=np.bool_)
    ink[place.rows // 2 + seed % max(1, place.rows // 2), 5] = True
    done = settled(ink, form)
    if done is not None:
        assert len(done) <= form.rows
        assert not done[-form.header :].any()
        assert done.sum() == 1


def test_ink_at_the_very_end_moves_up_or_the_page_is_made_smaller(tmp_path: Path) -> None:
    low = files.raw_pdf(tmp_path / "low.pdf", b"100 2 200 10 re f")
    full = files.raw_pdf(tmp_path / "full.pdf", b"4 w 3 3 589 836 re S")
    made = converted(tmp_path, low, full)
    first, second = inks(made.tiff)
    assert first.sum() == pytest.approx(200 * 10 * 204 * 196 / 72**2, rel=0.05)
    assert np.flatnonzero(second.any(axis=1))[0] < 30  # the frame is whole, above and below
    assert second.any(axis=1).sum() > 2150


def test_several_documents_of_any_kind_in_one_fax(tmp_path: Path) -> None:
    Image.new("RGBA", (400, 300), (0, 0, 0, 255)).save(tmp_path / "p.png")
    (tmp_path / "t.txt").write_text("Crédit : 12 €\n\fsecond page\n")
    names = [tmp_path / "t.txt", tmp_path / "p.png", files.pdf(tmp_path / "liar.jpg"), sample(tmp_path / "f.tiff", 2)]
    made = converted(tmp_path, *names)
    assert made.pages == 2 + 1 + 1 + 2
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("mode", "turn"),
    [*((mode, 0) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F")), ("1", 1), ("L", 1)],
)
def test_pictures_of_any_form(tmp_path: Path, mode: str, turn: int) -> None:
    size = (900, 600) if turn else (600, 900)
    grey = Image.new("L", size, 255)
    grey.paste(0, (100, 100, 300, 300))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        image = grey.convert("RGB").convert(mode) if mode in ("CMYK", "P") else grey.convert(mode)
    image.save(tmp_path / "p.tiff", dpi=(72, 72))
    from fax.convert.pictures import sheets
    from fax.convert.tones import ink

    form = RESOLUTIONS["fine"]
    (sheet,) = sheets(tmp_path / "p.tiff", every=True)
    place = fit(*sheet.points, form)
    assert place.turned is bool(turn)
    black = ink(sheet.draw(place, form))
    assert black.sum() == pytest.approx(200 * 200 * place.scale**2 * 204 * 196 / 72**2, rel=0.03)


@pytest.mark.parametrize("resolution", ["standard", "fine"])
def test_a_fax_that_is_sent_on_keeps_its_very_dots(tmp_path: Path, resolution: str) -> None:
    path = sample(tmp_path / "in.tiff", 2, resolution)
    made = converted(tmp_path, path, resolution=resolution)
    assert differences(path, made.tiff) == []
    finer = converted(tmp_path, path, resolution="superfine")
    times = 4 if resolution == "standard" else 2
    assert np.array_equal(inks(finer.tiff)[0][::times][:1000], inks(path)[0][:1000])


def test_blank_pages_are_left_out_by_choice(tmp_path: Path) -> None:
    blank = files.many_pages(tmp_path / "blank.pdf", 2)
    text = files.pdf(tmp_path / "text.pdf")
    assert converted(tmp_path, text, blank).pages == 3
    made = converted(tmp_path, text, files.pdf(tmp_path / "b.pdf", [A4], text="."), trim_blank=True)
    assert made.pages == 2  # a single full stop is ink
    with pytest.raises(ConversionError, match=r"blank.pdf: has only blank pages"):
        converted(tmp_path, text, blank, trim_blank=True)


def test_text_of_another_time_and_letters_that_nobody_has(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("Déjà vu à l'été : où ça ? Noël, garçon, forêt.\r\n".encode("cp1252") * 20)
    (tmp_path / "new.txt").write_text("漢字 and the rest\n")
    made = converted(tmp_path, tmp_path / "old.txt", tmp_path / "new.txt")
    assert [one.code for one in made.warnings] == ["encoding", "letters"]
    assert made.warnings[1].fields == {"count": 2}
    assert made.warnings[1].text().startswith("new.txt: 2 characters")


def test_form_fields_and_annotations_are_drawn(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "form.pdf"))
    canvas.drawString(10, 10, ".")
    canvas.acroForm.textfield(value="Filled in", x=100, y=500, width=300, height=60, fontSize=40, borderWidth=0)
    canvas.showPage()
    canvas.save()
    made = converted(tmp_path, tmp_path / "form.pdf")
    assert inks(made.tiff)[0].sum() > 3000


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_an_office_file(tmp_path: Path) -> None:
    (tmp_path / "letter.rtf").write_text(r"{\rtf1\ansi\deff0 {\fonttbl {\f0 Courier;}}\f0\fs60 Dear customer\par}")
    made = converted(tmp_path, tmp_path / "letter.rtf")
    assert made.pages == 1
    assert inks(made.tiff)[0].sum() > 5000


def test_an_office_file_where_libreoffice_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letter.rtf").write_text(r"{\rtf1 Hello}")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConversionError, match="letter.rtf: is an Office file, and LibreOffice is not installed"):
        converted(tmp_path, tmp_path / "letter.rtf")


def test_from_the_command_line(tmp_path: Path) -> None:
    source, out = files.pdf(tmp_path / "a.pdf", [A4, landscape(A4)]), tmp_path / "out.tiff"
    command = [sys.executable, "-m", "fax", "convert"]
    done = subprocess.run([*command, str(source), "-o", str(out)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "2 pages" in done.stdout
    assert "turned to stand upright: page 2" in done.stderr
    assert len(inks(out)) == 2
    done = subprocess.run([*command, "nowhere.pdf", "-o", str(out)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "nowhere.pdf: cannot be read\n")
