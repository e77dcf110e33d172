from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow import lists
from controller.flow.commands import Listed
from controller.flow.lists import match
from controller.flow.problem import FlowError
from tests.flow.martin import LIST
from tests.flow.strategies import json_values, texts


@pytest.mark.parametrize(
    ("number", "entry"),
    [
        ("+33899123456", "+33899*"),
        ("0899123456", "+33899*"),
        ("0033 899 12 34 56", "+33899*"),
        ("+33123456789", ""),
        ("+447700900123", r"^\+447"),
        ("+33447700900", ""),
        ("anonymous", "anonymous"),
        ("", "anonymous"),
        ("101", ""),
    ],
)
def test_the_bakerys_list(number, entry):
    found = Listed(True, entry, "reject", "CALL_REJECTED") if entry else Listed(False)
    assert match(LIST, number, "FR") == found


@pytest.mark.parametrize(
    ("entry", "number", "listed"),
    [
        ({"number": "01 23 45 67 89"}, "+33123456789", True),
        ({"number": "+33123456789"}, "0123456789", True),
        ({"number": "+33123456789"}, "+33123456788", False),
        ({"number": "0899*"}, "+33899123456", True),
        ({"number": "*"}, "+4412345", True),
        ({"number": "*"}, "anonymous", False),
        ({"number": "101"}, "101", True),
        ({"country": "gb"}, "+442079460018", True),
        ({"country": "GB"}, "+33123456789", False),
        ({"regex": "^1..$"}, "101", True),
        ({"anonymous": True}, "+33123456789", False),
        ({"anonymous": True}, "Restricted", True),
    ],
)
def test_entries(entry, number, listed):
    assert match({"entries": [entry]}, number, "FR").listed is listed


@pytest.mark.parametrize(("day", "listed"), [(1, True), (2, True), (3, False)])
def test_entries_expire_after_their_last_day(day, listed):
    entries = [{"number": "+33123456789", "until": "2026-12-02"}]
    assert match({"entries": entries}, "+33123456789", "FR", datetime(2026, 12, day, 23, tzinfo=UTC)).listed is listed


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("busy", ("busy", "")),
        ("voicemail", ("voicemail", "")),
        ({"flow": "blocked"}, ("flow", "blocked")),
        ({"tag": "vip"}, ("tag", "vip")),
        (None, ("", "")),
    ],
)
def test_actions(action, told):
    found = match({"entries": [{"number": "*"}], "action": action}, "101")
    assert (found.action, found.argument) == told


def test_a_long_list_is_read_once_and_looked_up():
    entries = [{"number": f"+331{n:08}"} for n in range(20_000)]
    read = lists.load({"name": "long", "entries": entries})
    assert match(read, "+33100019999", "FR").listed
    assert not match(read, "+33200019999", "FR").listed


@pytest.mark.parametrize(
    ("number_list", "field", "code"),
    [
        ({"kind": "grey"}, "kind", "literal_error"),
        ({"entries": [{"number": "abc"}]}, "entries.0.number", "wrong_number"),
        ({"entries": [{"regex": "("}]}, "entries.0.regex", "wrong_regex"),
        ({"entries": [{"country": "FRA"}]}, "entries.0.country", "string_pattern_mismatch"),
        ({"entries": [{}]}, "entries.0", "wrong_entry"),
        ({"entries": [{"number": "1", "anonymous": True}]}, "entries.0", "wrong_entry"),
        ({"action": "shout"}, "action.shout", "literal_error"),
        ({"action": {"reject": "BORED"}}, "", "wrong_cause"),
    ],
)
def test_what_is_wrong_is_named(number_list, field, code):
    assert (field, code) in [(problem.field, problem.code) for problem in lists.problems(number_list)]
    with pytest.raises(FlowError, match="list"):
        match(number_list, "101")


@given(
    json_values | st.fixed_dictionaries({}, optional=dict.fromkeys(["kind", "entries", "action"], json_values)), texts
)
def test_any_json_is_refused_or_read(data, number):
    found = lists.problems(data)
    assert all(problem.text() for problem in found)
    if isinstance(data, dict) and not found:
        match(data, number, "FR")
