"""Whatever the fax says is said in every language, with the same fields."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from fax.words import _WORDS, LANGUAGES
from tests.admin_ui.texts import catalogue

ROOT = Path(__file__).parents[2]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def marked() -> set[str]:
    """Every message marked by N_."""
    return {
        ast.literal_eval(node.args[0])
        for source in (ROOT / "fax").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
    }


@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_message_is_translated(language: str) -> None:
    known = catalogue(language)
    assert len(marked()) > 20
    assert sorted(message for message in marked() if message not in known) == []
    assert [message for message in marked() if fields(str(known[message])) != fields(message)] == []


def test_every_word_on_paper_is_there_in_every_language() -> None:
    for said in _WORDS.values():
        assert len(said) == len(LANGUAGES)
        assert all(said)
        assert len({frozenset(fields(one)) for one in said}) == 1
