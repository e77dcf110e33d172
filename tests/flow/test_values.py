import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow import values
from controller.flow.patterns import matches, regex


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{caller}}", "+331"),
        ("{{ caller }}!", "+331!"),
        ("{{unknown}}!", "!"),
        ("{caller} {{}} {{1}} {{a b}}", "{caller} {{}} {{1}} {{a b}}"),
        ("{{nested}}", "{{caller}}"),  # what is put in is not read again
        ("{{caller|upper}} {{caller.x}}", "{{caller|upper}} {{caller.x}}"),  # a language it is not
    ],
)
def test_plain_substitution(template, text):
    assert values.substitute(template, {"caller": "+331", "nested": "{{caller}}"}) == text


def test_names():
    assert list(values.names("{{a}} {{ b }} {{a}}")) == ["a", "b", "a"]


@given(st.text())
def test_json_stays_one_string(text):
    assert json.loads(values.substitute('["{{x}}"]', {"x": text}, values.in_json)) == [text]


@given(st.text(st.characters(codec=None)))
def test_a_url_part_stays_one_part(text):
    assert not set(values.in_url(text)) & set("/?#&=:@ \r\n\"'<>")


@given(st.text())
def test_a_header_stays_one_line(text):
    assert not set(values.in_header(text)) & set("\r\n\0")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.status", "ready"),
        ("$.lines[1].n", "2"),
        ("$..n", "1"),
        ("$.none", None),
        ("$.null", ""),
        ("$.yes", "true"),
        ("$.lines[0]", '{"n": 1}'),
        ("$.long", "x" * 200),
    ],
)
def test_extract(path, found):
    document = {"status": "ready", "lines": [{"n": 1}, {"n": 2}], "null": None, "yes": True, "long": "x" * 999}
    assert dict(values.extract((("v", path),), document)).get("v") == found


@pytest.mark.parametrize("path", ["", "$[", "a b", "$..a..b", "\x00"])
def test_a_wrong_path_says_so(path):
    with pytest.raises(ValueError):
        values.json_path(path)


def test_expressions_take_linear_time():
    assert matches("^(a+)+$", "a" * 50_000)
    assert not matches("^(a+)+$", "a" * 50_000 + "b")


@pytest.mark.parametrize("pattern", ["(", "a{99999}", r"(?<=x)y", r"(a)\1", "x" * 501])
def test_what_re2_has_not_is_refused(pattern):
    with pytest.raises(ValueError):
        regex(pattern)
