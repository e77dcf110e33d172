"""Everything that people may be told is told in their language, with the same fields in it."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.__main__ import main
from conf.translations import preferred, translator

ROOT = Path(__file__).parents[2]


def marked() -> Iterator[str]:
    """Every message marked by N_ in what checks and applies files; the editor's own words are not among them."""
    sources = [*(ROOT / "conf").glob("*.py"), *(ROOT / "conf" / "freeswitch").glob("*.py")]
    sources += [*(ROOT / "conf" / "editing").glob("*.py")]
    sources += [*(ROOT / "conf" / "prompter").glob("*.py"), *(ROOT / "speech" / "prompter").glob("*.py")]
    sources += [*(ROOT / "controller" / "flow").glob("*.py")]
    for source in sources:
        if source.name in ("form.py", "node.py"):
            continue
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield ast.literal_eval(node.args[0])


EDITORS = {  # titles and help of a field, shown by the editor only
    "Prompt", "Text", "A sound or a text of the prompt library.",
    "Spoken to the caller, in the caller's language when it is given.",
}  # fmt: skip


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_message_is_translated(language: str) -> None:
    translate = translator(language)
    messages = set(marked()) - EDITORS
    assert len(messages) > 150
    assert sorted(message for message in messages if translate(message) == message) == []
    assert [message for message in messages if fields(translate(message)) != fields(message)] == []


def test_what_freeswitch_is_told_wrong_is_told_in_the_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUFFLEUR_DATA_DIR", str(tmp_path / "var"))
    assert main(["migrate"]) == 0
    words = ["freeswitch", "render", str(tmp_path / "fs"), "--language"]
    assert main([*words, "fr", "--internal-port", "0"]) == 1
    assert "ports: les ports sont des nombres entiers" in capsys.readouterr().err
    assert main([*words, "de"]) == 0
    assert "Dateien in" in capsys.readouterr().out


def test_english_and_the_unknown_stay_as_they_are() -> None:
    assert translator("en")("is missing") == "is missing"
    assert translator("xx")("is missing") == "is missing"
    assert translator("fr")("nobody ever wrote this") == "nobody ever wrote this"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de:fr"}, "de"),
        ({"LANG": "fr_FR", "LC_ALL": "de_DE"}, "de"),
        ({"LANGUAGE": "it:fr"}, "fr"),
    ],
)
def test_the_environment_s_language(environ: dict[str, str], language: str) -> None:
    assert preferred(environ) == language
