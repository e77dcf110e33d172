"""Everything that may become of a fax is told in a plain sentence, in every language."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from fax import ladder, results

ROOT = Path(__file__).parents[2]


def marked() -> Iterator[str]:
    for path in (ROOT / "fax" / "results.py", ROOT / "fax" / "acts.py", *(ROOT / "conf" / "fax").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield ast.literal_eval(node.args[0])


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def test_every_code_every_cause_and_every_end_has_a_sentence() -> None:
    assert set(results.CODES) == set(range(62))
    assert all(text.endswith(".") for text in results.CODES.values())
    assert len(set(results.CODES.values())) == 62
    assert set(ladder.CAUSES) <= set(results.CAUSES)
    ends = {kind for kind in ladder.KINDS.values() if kind not in ("done", "no_fax")}
    ends |= {rule.reason for rule in ladder.CAUSES.values()} | {"not_a_fax", "too_many_calls", "too_long", "no_answer"}
    assert ends <= set(results.REASONS)


def test_a_sentence_is_the_result_s_else_the_cause_s() -> None:
    assert results.sentence(0, "NORMAL_CLEARING") == "The far end received every page."
    assert results.sentence(None, "USER_BUSY") == "The number is busy."
    assert results.sentence(None, "SOMETHING_ELSE") == results.sentence(99, "") == results.ELSE
    assert results.sentence(None, "") == results.reason("") == results.advice("sent") == ""
    assert results.reason("lost", str.upper).startswith("THE CALL WAS LOST")


@pytest.mark.parametrize("language", ["fr", "de"])
def test_all_of_it_is_translated(language: str) -> None:
    known: dict[str, str] = {}
    for path in (ROOT / "admin_ui" / "translations" / language).glob("*.po"):
        with path.open("rb") as stream:
            known |= {str(one.id): str(one.string) for one in read_po(stream) if one.id and one.string}
    messages = set(marked())
    assert len(messages) > 120
    assert sorted(messages - set(known)) == []
    assert [message for message in messages if fields(message) != fields(known[message])] == []
