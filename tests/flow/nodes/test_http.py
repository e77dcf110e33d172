import json

import pytest

from controller.flow.call import Call
from controller.flow.commands import Replied, Request
from tests.flow.talk import node, talk, wrong

NASTY = 'a"b\r\nX: y&c=d/../é'


@pytest.mark.parametrize("outcome", ["ok", "failed", "unknown"])
def test_leaves_by_the_outcome(outcome):
    assert talk(node("http", url="https://example.com/"), Replied(outcome))[1] == outcome


def test_keeps_what_was_found_and_empties_the_rest():
    call = Call({"name": "old", "status": "old"})
    asking = node("http", url="https://example.com/", save={"name": "$.name", "status": "$.status"})
    talk(asking, Replied("ok", 200, (("status", "ready"),)), call=call)
    assert call.variables == {"name": "", "status": "ready"}
    talk(asking, Replied("failed", 500), call=call)
    assert call.variables["status"] == "ready"


def test_a_variable_in_the_address_is_percent_encoded():
    (asked,), _ = talk(node("http", url="https://example.com/a/{{x}}?q={{x}}"), x=NASTY)
    encoded = "a%22b%0D%0AX%3A%20y%26c%3Dd%2F..%2F%C3%A9"
    assert asked.url == f"https://example.com/a/{encoded}?q={encoded}"


def test_a_variable_in_json_stays_inside_its_string():
    (asked,), _ = talk(node("http", url="https://example.com/", method="POST", body='{"x": "{{x}}"}'), x=NASTY)
    assert json.loads(asked.body) == {"x": NASTY}
    assert ("Content-Type", "application/json") in asked.headers


def test_a_variable_in_a_form_is_one_value():
    (asked,), _ = talk(
        node("http", url="https://example.com/", method="POST", body="x={{x}}", body_type="form"), x="a&b=c"
    )
    assert asked.body == "x=a%26b%3Dc"


def test_a_variable_cannot_begin_another_header():
    (asked,), _ = talk(node("http", url="https://example.com/", headers={"X-Caller": "{{x}}"}), x=NASTY)
    assert asked.headers == (("X-Caller", 'a"b X: y&c=d/../é'),)


def test_the_request():
    fields = {"url": "https://example.com/", "method": "POST", "timeout": 3, "save": {"a": "$.a"}, "body": "x"}
    (asked,), _ = talk(node("http", **fields, headers={"content-type": "text/csv"}, safe_to_repeat=True))
    headers = (("content-type", "text/csv"),)
    assert asked == Request("POST", "https://example.com/", headers, "x", 3.0, (("a", "$.a"),), True)


@pytest.mark.parametrize(("method", "safe"), [("GET", True), ("POST", False), ("DELETE", False)])
def test_only_a_get_is_taken_to_be_harmless(method, safe):
    (asked,), _ = talk(node("http", url="https://example.com/", method=method))
    assert asked.safe_to_repeat is safe


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("example.com", "wrong_url"),
        ("file:///etc/passwd", "wrong_url"),
        ("https://", "wrong_url"),
        ("https://[::1", "wrong_url"),
        ("https://host:99999/", "wrong_url"),
        ("https://{{host}}/", "variable_in_host"),
        ("https://shop.example{{x}}/", "variable_in_host"),
        ("https://user:{{x}}@shop.example/", "variable_in_host"),
        ("{{x}}://shop.example/", "wrong_url"),
    ],
)
def test_callers_never_choose_the_server(url, code):
    assert wrong("http", url=url) == [("url", code)]


def test_wrong_fields_are_named():
    assert wrong("http", url="https://example.com/", save={"a": "$["}, headers={"A:": "x"}) == [
        ("headers.A:", "string_pattern_mismatch"),
        ("save.a", "wrong_path"),
    ]
    assert wrong("http", url="https://example.com/", save={"a": "$..b..c"}) == [("save.a", "wrong_path")]
