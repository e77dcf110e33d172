"""Requests of the socket: what is wrong is named with its field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speech.serving.asked import Wrong, read

SIDE = {"language": "en", "grammar": None}
GOOD = {"file": "/dev/shm/a.raw", "channels": 1, "rate": 8000, "sides": [SIDE]}


def test_what_is_left_out() -> None:
    asked = read(b'{"listen": {"file": "/a.raw", "sides": [{"language": "fr-FR"}], "from": 2}}')
    assert asked.values == {
        "file": "/a.raw", "channels": 1, "rate": 8000, "pause": 0.8,
        "sides": [{"language": "fr", "grammar": None, "from": 2.0}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"file": 7}, "listen.file"),
        ({"file": "relative.raw"}, "listen.file"),
        ({"file": "/a\0b"}, "listen.file"),
        ({"channels": 3}, "listen.channels"),
        ({"channels": True}, "listen.channels"),
        ({"channels": 2}, "listen.sides"),
        ({"rate": "8000"}, "listen.rate"),
        ({"rate": 44100}, "listen.rate"),
        ({"sides": SIDE}, "listen.sides"),
        ({"sides": [None]}, "listen.sides"),
        ({"sides": ["en"]}, "listen.sides[0]"),
        ({"sides": [{"language": ""}]}, "listen.sides[0].language"),
        ({"sides": [{"language": "../../etc"}]}, "listen.sides[0].language"),
        ({"sides": [{"language": "en", "grammar": "yes"}]}, "listen.sides[0].grammar"),
        ({"sides": [{"language": "en", "grammar": [1]}]}, "listen.sides[0].grammar"),
        ({"sides": [{"language": "en", "volume": 1}]}, "listen.sides[0].volume"),
        ({"pause": -1}, "listen.pause"),
        ({"pause": float("nan")}, "listen.pause"),
        ({"from": float("inf")}, "listen.from"),
        ({"from": "0"}, "listen.from"),
        ({"speaker": 1}, "listen.speaker"),
    ],
)
def test_a_wrong_listen(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(json.dumps({"listen": GOOD | changes}).encode())
    assert wrong.value.field == field
    assert wrong.value.reason


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"hello", b"[]", b"{}", b"null", b"\xff\xfe", b'{"a": 1, "b": 2}', b'{"say": "x"}', b'{"listen": []}',
     b'{"stop": false}', b'{"status": {}}', b'{"grammar": {"side": 2}}', b'{"transcribe": {"language": "en"}}',
     b"[" * 100_000],
)  # fmt: skip
def test_garbage(line: bytes) -> None:
    with pytest.raises(Wrong):
        read(line)
