"""YAML as people write it: text stays text, every value has its line, and nothing harmful is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.export import dump
from conf.yaml_source import LARGEST, Source, read


def reading(tmp_path: Path, text: str | bytes) -> Source:
    path = tmp_path / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, "file.yaml")


def test_only_plain_numbers_and_true_and_false_are_more_than_text(tmp_path: Path) -> None:
    text = "[no, on, yes, 12:30, 2026-12-24, 0123, +33123456789, 1_000, 0x10, .5, true, false, null, ~, 7, -7, 1.5]"
    assert reading(tmp_path, text).value == [
        *("no", "on", "yes", "12:30", "2026-12-24", "0123", "+33123456789", "1_000", "0x10", ".5"),
        *(True, False, None, None, 7, -7, 1.5),
    ]


def test_every_value_has_its_line(tmp_path: Path) -> None:
    source = reading(tmp_path, "a:\n  b: 1\n  c:\n    - x\n    - {d: 1}\n")
    places = {(): 1, ("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", 0): 4, ("a", "c", 1, "d"): 5}
    assert {path: source.line(path) for path in places} == places
    assert source.line(("a", "c", 7, "nowhere")) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "file.yaml:3: a: is given twice, first in line 1"),
        ("x: {a: 1,\n a: 2}", "file.yaml:2: x.a: is given twice, first in line 1"),
        ("a:\n  1: x\n", "file.yaml:2: a.1: a key must be text: put it in quotes"),
        ("a: &x [1]\nb: *x\n", "file.yaml:2: is not YAML: aliases are not known here"),
        ("a: !!python/object/apply:os.system ['true']", "file.yaml:1: a: tags such as"),
        ("a: 1\nb: [\n", "file.yaml:3: is not YAML"),
        ("a: 1\n--- \nb: 2\n", "file.yaml:2: is not YAML"),
        ('a: 1\nb: "x\\0y"\n', "file.yaml:2: b: holds a control character"),
        (b"a: 1\nb: caf\xe9\n", "file.yaml:2: the file is not UTF-8"),
        ("[" * 5000, "is nested deeper than 40 levels"),
        ("\n".join("  " * depth + "a:" for depth in range(60)), "is nested deeper than 40 levels"),
        (b"x" * (LARGEST + 1), "file.yaml:1: the file is larger than 2000000 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    problems = [problem.text() for problem in reading(tmp_path, text).problems]
    assert len(problems) == 1
    assert said in problems[0]


def test_the_rest_is_read_all_the_same(tmp_path: Path) -> None:
    source = reading(tmp_path, "a: 1\na: 2\nb: !x y\nc: 3\n")
    assert source.value == {"a": 1, "b": None, "c": 3}
    assert len(source.problems) == 2


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    for text in ("", "# only words\n", "---\n"):
        assert reading(tmp_path, text).value is None


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(c) for c in (*range(32), 127)]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(["no", "true", "null", "~", "", "0123", "1e3", "+33", "2026-12-24", "a\nb\n", "\tx", "- x", "#"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    source = reading(tmp_path_factory.getbasetemp(), dump(value))
    assert source.problems == []
    assert source.value == value
    if isinstance(value, dict):
        assert list(source.value) == list(value)
