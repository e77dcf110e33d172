"""The editor speaks the user's language: every title, help and description of every node is translated, and fits."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from controller.flow.form import EVERY_NODE_HAS, forms
from controller.flow.node import Node, registry

TRANSLATIONS = Path(__file__).parents[2] / "admin_ui" / "translations"
QUOTES = {"en": r"“([^”]+)”", "fr": "«\u00a0([^»]+)\u00a0»", "de": r"„([^“]+)“"}
EXAMPLES = {"sold"}  # names a subscriber would choose: said in the subscriber's language
MARKS = re.compile(r"\{\{\w+\}\}|\{\w+\}|https://|\$\.\w+|\d+")  # variables, fields, addresses, paths and numbers


@cache
def shown() -> frozenset[str]:
    """Every text that the editor shows of the nodes."""
    texts: list[str] = []

    def hear(text: str) -> str:
        texts.append(text)
        return text

    forms(hear)
    common = [Node.model_fields[name] for name in ("note", "at")]
    return frozenset(texts) | {text for field in common for text in (field.title, field.description) if text}


@cache
def catalogue(language: str) -> dict[str, str]:
    with (TRANSLATIONS / language / "nodes.po").open("rb") as stream:
        return {
            str(said.id): str(said.string) for said in read_po(stream, locale=language, abort_invalid=True) if said.id
        }


def quoted(text: str, language: str) -> list[str]:
    return re.findall(QUOTES[language], text)


@cache
def names() -> frozenset[str]:
    """The titles of nodes, exits and fields: what a help may quote."""
    told = [
        told for form in forms().values() for told in (form, *form["exits"], *form["schema"]["properties"].values())
    ]
    return frozenset(each["title"] for each in told if each.get("title"))


def test_every_kind_of_node_is_walked() -> None:
    assert len(registry) >= 14
    assert {registry["menu"].title, registry["dial"].help, "Hung up", "Note"} <= shown()
    assert set(EVERY_NODE_HAS) == {"exits", "note", "at"}


@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_text_is_translated(language: str) -> None:
    assert sorted(text for text in shown() if not catalogue(language).get(text)) == []


@pytest.mark.parametrize("language", ["fr", "de"])
def test_sentences_are_not_left_in_english(language: str) -> None:
    assert [text for text in shown() if " " in text and catalogue(language)[text] == text] == []


@pytest.mark.parametrize("language", ["fr", "de"])
def test_nothing_is_translated_that_is_not_shown(language: str) -> None:
    assert sorted(set(catalogue(language)) - shown()) == []


@pytest.mark.parametrize("language", ["fr", "de"])
def test_variables_and_numbers_are_the_same(language: str) -> None:
    wrong = [
        text
        for text in shown()
        if sorted(MARKS.findall(text)) != sorted(MARKS.findall(catalogue(language)[text]))
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("language", ["fr", "de"])
def test_quoted_words_are_those_the_editor_shows(language: str) -> None:
    """A help that quotes an exit or a field quotes its translated title; a variable's name stays what it is."""
    said = catalogue(language)
    for text in shown():
        expected = [said[word] if word in names() else word for word in quoted(text, "en") if word not in EXAMPLES]
        found = quoted(said[text], language)
        assert [word for word in expected if word not in found] == [], text
        assert len(found) == len(quoted(text, "en")), text


@pytest.mark.parametrize("language", ["fr", "de"])
def test_the_ways_out_of_a_node_can_be_told_apart(language: str) -> None:
    for kind, form in forms(lambda text: catalogue(language)[text]).items():
        titles = [way["title"] for way in form["exits"] if "title" in way]
        assert len(set(titles)) == len(titles), kind
