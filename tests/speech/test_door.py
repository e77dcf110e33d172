"""The Unix socket under bad clients. No model is needed: nothing here is about words."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from speech.client import Request, Side, listen, status, transcribe
from tests.calls.live import free_port
from tests.speech.process import SpeechProcess


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    """A speech process without a model."""
    folder = tmp_path_factory.mktemp("deaf")
    (folder / "models").mkdir()
    process = SpeechProcess(folder, free_port(), folder / "models", speech_workers="1")
    process.wait()
    yield process
    assert process.close() == 0


class Client:
    """Raw bytes to the socket, lines back."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def told(self) -> dict[str, Any] | None:
        line = self._lines.readline()
        return json.loads(line) if line else None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"hello\n", ""),
        (b"\n", ""),
        (b"\xff\xfe\0\n", ""),
        (b'{"sing": true}\n', "sing"),
        (b'{"listen": {"file": 3, "sides": [{"language": "en"}]}}\n', "listen.file"),
        (
            b'{"listen": {"file": "/a", "sides": [{"language": "en", "grammar": {"a": 1}}]}}\n',
            "listen.sides[0].grammar",
        ),
        (b'{"grammar": {"side": 0, "grammar": ["yes"]}}\n', "grammar"),
        (b'{"stop": true}\n', "stop"),
        (b'{"transcribe": {"file": "x", "language": "en"}}\n', "transcribe.file"),
    ],
)
def test_a_bad_request_is_answered_and_the_next_is_served(deaf: SpeechProcess, line: bytes, field: str) -> None:
    with Client(deaf.socket) as client:
        client.send(line)
        answer = client.told()
        assert answer is not None
        assert (answer["type"], answer["field"]) == ("error", field)
        assert answer["reason"]
        client.send(b'{"status": true}\n')
        assert (client.told() or {})["type"] == "status"


def test_a_line_without_end(deaf: SpeechProcess) -> None:
    with Client(deaf.socket) as client:
        try:
            client.send(b"x" * 3_000_000)
        except OSError:
            return  # it was cut off, and the answer with it
        assert "longer than" in (client.told() or {"reason": "longer than"})["reason"]
    assert status(deaf.socket)["streams"] == 0


def test_half_a_line_and_gone(deaf: SpeechProcess) -> None:
    for _ in range(20):
        with Client(deaf.socket) as client:
            client.send(b'{"listen": {"file": "/a"')
    assert status(deaf.socket)["streams"] == 0


def test_a_client_that_does_not_read_is_cut_off(deaf: SpeechProcess) -> None:
    with Client(deaf.socket) as client, pytest.raises(OSError):
        client.send(b'{"status": true}\n' * 1_000_000)
    assert status(deaf.socket)["type"] == "status"  # others are served


def test_only_this_user_may_connect(deaf: SpeechProcess) -> None:
    assert stat.S_IMODE(os.stat(deaf.socket).st_mode) == 0o600


def test_without_a_model_it_says_so(deaf: SpeechProcess, tmp_path: Path) -> None:
    assert status(deaf.socket)["missing"] == ["en", "fr", "de"]
    with listen(deaf.socket, Request(tmp_path / "a.raw", (Side("en"),))) as listening:
        heard = [listening.next(5), listening.next(5), listening.next(0)]
    assert [one and (one.type, one.reason) for one in heard] == [("degraded", "no_model"), ("ended", ""), None]
    assert "no model" in transcribe(deaf.socket, "/a.wav", "en").reason


def test_a_second_process_leaves_the_first_alone(deaf: SpeechProcess) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "speech", "serve"],
        env=deaf.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert "another speech process listens there" in second.stderr
    assert status(deaf.socket)["type"] == "status"
