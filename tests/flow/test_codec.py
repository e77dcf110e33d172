"""Commands and results cross a wire and come back the same, or are refused."""

import contextlib
import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow import codec
from controller.flow.commands import Command, Dialled, Digits, HungUp, Result
from tests.flow.strategies import json_values


@given(st.one_of(*(st.from_type(kind) for kind in (*get_args(Command), *get_args(Result)))))
def test_there_and_back(value):
    back = codec.load(json.loads(json.dumps(codec.dump(value))))
    assert back == value or "nan" in repr(value)
    assert type(back) is type(value)


def test_small():
    assert codec.dump(Digits("1")) == {"type": "digits", "digits": "1"}
    assert codec.load({"type": "dialled", "outcome": "busy", "rang": 3}) == Dialled("busy", rang=3.0)


def test_a_hang_up_is_an_event():
    assert codec.dump(HungUp("USER_BUSY")) == {"type": "hung_up", "cause": "USER_BUSY"}
    assert codec.load_event({"type": "hung_up", "cause": "USER_BUSY"}).cause == "USER_BUSY"
    assert codec.load_event({"type": "digits"}) == Digits()
    with pytest.raises(codec.Unreadable):
        codec.load_event({"type": "answer"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "is expected"),
        ({}, "is expected"),
        ({"type": "phrase", "text": "x", "language": "fr"}, "is expected"),
        ({"type": "digits", "digits": 5}, "digits.digits: str"),
        ({"type": "digits", "digit": "5"}, "unknown digit"),
        ({"type": "digits", "ended": "never"}, "one of length"),
        ({"type": "dialled"}, "missing"),
        ({"type": "dial", "targets": [{"type": "phrase"}]}, "extension, external"),
        ({"type": "dial", "targets": "101"}, "a list"),
        ({"type": "collect", "secret": 1}, "bool"),
        ({"type": "collect", "max_digits": True}, "int"),
        ({"type": "request", "method": "GET", "url": "x", "headers": [["a"]]}, "2 items"),
    ],
)
def test_anything_else_says_why(data, reason):
    with pytest.raises(codec.Unreadable, match=reason):
        codec.load(data)


@given(json_values)
def test_any_json_is_refused_or_read(data):
    with contextlib.suppress(codec.Unreadable):
        codec.load(data)
