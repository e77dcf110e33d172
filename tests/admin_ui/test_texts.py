"""Every text of the web UI is said in French and in German too, with the same names in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.admin_ui.texts import EDITORS, LANGUAGES, TEMPLATES, UI, bare, catalogue, placeholders, said, translations


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(UI / "templates")))
def test_a_template_says_nothing_that_is_not_translated(template: Path) -> None:
    found = bare(template)
    assert not found, f"{template.relative_to(UI)} says this without {{{{ _('...') }}}}: {found}"


def test_texts_are_found_everywhere() -> None:
    places = {Path(one.where.partition(":")[0]).suffix for one in said()}
    assert places >= {".html", ".py", ".tsx", ".ts"}
    assert len(said()) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = sorted({f"{one.where}: {one.id!r}" for one in said() if one.id not in known})
    told = "\n".join(missing)
    assert not missing, f"{len(missing)} texts have no translation in translations/{language}/*.po:\n{told}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_hold_the_same_names(language: str) -> None:
    known = catalogue(language)
    there = [one for one in said() if one.id in known]
    wrong = {one.where: known[one.id] for one in there if placeholders(known[one.id]) != placeholders(one.id)}
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_not_left_in_english(language: str) -> None:
    known = catalogue(language)
    sentences = {one.id for one in said() if isinstance(one.id, str) and one.id.count(" ") > 2}
    assert sorted(one for one in sentences if known.get(one) == one) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_one_translation(language: str) -> None:
    """The files of all families are one catalogue: of two translations nobody would know which one is shown."""
    found: dict[object, dict[str, object]] = {}
    for path in sorted((UI / "translations" / language).glob("*.po")):
        if path.stem not in EDITORS:
            for message_id, text in translations(path).items():
                found.setdefault(message_id, {})[path.stem] = text
    assert [(one, texts) for one, texts in found.items() if len(set(texts.values())) > 1] == []
