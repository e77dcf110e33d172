"""Covers say who, to whom, what and how many pages, in the fax's language, on the subscriber's clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from fax.convert import Document, convert
from fax.cover import LAYOUTS, Cover, Template
from tests.fax import files
from tests.fax.pages import inks

COVER = Cover(
    to_name="Mme Müller", to_number="+33 1 44 55 66 77", from_name="Étienne", subject="Devis : 1 250 €",
    message="Bonjour,\n\n<b>ci-joint</b> & merci.", at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    time_zone="Europe/Paris", language="fr",
    template=Template(name="Garage Martin", lines=("Paris",), footer="SIRET 1"),
)  # fmt: skip


def texts(cover: Cover, path: Path, pages: int = 3) -> list[str]:
    cover.draw(path / "cover.pdf", pages)
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(path / "cover.pdf")]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_cover_says_it_all(tmp_path: Path, layout: str) -> None:
    (text,) = texts(replace(COVER, template=replace(COVER.template, layout=layout)), tmp_path)
    for said in (
        "Télécopie", "Destinataire", "Mme Müller · +33 1 44 55 66 77", "Étienne", "Devis : 1 250 €",
        "2 juillet 2026, 00:30 (Europe/Paris)", "4, celle-ci comprise", "<b>ci-joint</b> & merci.", "Garage Martin",
        "SIRET 1",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(("language", "said"), [("en", "this one included"), ("de", "Betreff"), ("xx", "Subject")])
def test_in_its_language(tmp_path: Path, language: str, said: str) -> None:
    assert said in texts(replace(COVER, language=language), tmp_path)[0]


def test_a_long_message_flows_and_the_pages_count_all(tmp_path: Path) -> None:
    found = texts(replace(COVER, message="Un mot. " * 700), tmp_path)
    assert len(found) == 2
    assert "5, celle-ci comprise" in found[0]
    found = texts(replace(COVER, message="Un mot.\n" * 3000), tmp_path)
    assert len(found) == 5
    assert "n'est pas reproduite" in found[-1]


def test_a_word_without_end_and_letters_of_any_kind(tmp_path: Path) -> None:
    found = texts(replace(COVER, message="a" * 5000 + "\x00\x07\u202e ł ő Ж", subject="s" * 400), tmp_path)
    assert "ł ő Ж" in found[-1]


def test_a_logo_is_drawn_and_a_bad_one_is_left_out(tmp_path: Path) -> None:
    def ink(logo: str) -> int:
        cover = replace(COVER, template=replace(COVER.template, logo=logo))
        return int(inks(convert([], tmp_path / "out.tiff", cover=cover).tiff)[0].sum())

    Image.new("RGB", (300, 100)).save(tmp_path / "logo.png")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert ink(str(tmp_path / "logo.png")) > ink(str(tmp_path / "bad.png")) + 20_000
    assert ink(str(tmp_path / "bad.png")) == ink("")


def test_it_goes_before_its_documents(tmp_path: Path) -> None:
    source = files.pdf(tmp_path / "a.pdf", [(595, 842)] * 2)
    made = convert([Document(source)], tmp_path / "out.tiff", cover=COVER)
    assert (made.pages, made.covers) == (3, 1)
    assert (inks(made.tiff)[1] == inks(made.tiff)[2]).all()


def test_a_continuation_says_which_pages_follow(tmp_path: Path) -> None:
    (text,) = texts(COVER.continuing(4, 9, 9), tmp_path, pages=0)
    assert "Suite : pages 4 à 9 sur 9" in text
    assert "7, celle-ci comprise" in text
    assert "Bonjour" not in text
    (text,) = texts(COVER.continuing(9, 9, 9), tmp_path, pages=0)
    assert "Suite : page 9 sur 9" in text


def test_it_travels_to_another_process() -> None:
    for cover in (COVER, COVER.continuing(4, 9, 9)):
        assert Cover.from_json(json.loads(json.dumps(cover.to_json()))) == cover
