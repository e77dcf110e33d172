"""The protocol of vosk-server, with a client that was written for vosk-server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from speech.client import status
from tests.speech.process import PROMPTS, SpeechProcess, human, silence

CLIENT = Path(__file__).with_name("vosk_server_client.py")


def heard(ears: SpeechProcess, file: str, config: str) -> list[dict[str, Any]]:
    human(file)
    command = [sys.executable, str(CLIENT), f"ws://127.0.0.1:{ears.port}", str(PROMPTS / f"{file}.wav"), config]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def said(answers: list[dict[str, Any]]) -> str:
    return " ".join(one["text"] for one in answers if one.get("text"))


def test_a_client_of_vosk_server_works_unchanged(ears: SpeechProcess) -> None:
    answers = heard(ears, "vm-intro", '{ "config" : { "sample_rate" : %d } }')
    assert said(answers) == "please leave your message after the tone when done hang up or press the pound key"
    assert sum("partial" in one for one in answers) > 10
    words = [word for one in answers for word in one.get("result", [])]
    assert words[0].keys() == {"conf", "start", "end", "word"}


def test_phrases_words_and_alternatives(ears: SpeechProcess) -> None:
    phrases = '{"config": {"sample_rate": %d, "phrase_list": ["four", "seven"], "words": 0}}'
    answers = heard(ears, "digits/4", phrases)
    assert said(answers) == "four"
    assert not any("result" in one for one in answers)
    answers = heard(ears, "auth-thankyou", '{"config": {"sample_rate": %d, "max_alternatives": 3, "model": "en"}}')
    assert answers[-1]["alternatives"][0]["text"].strip() == "thank you"
    assert said(heard(ears, "auth-thankyou", '{"config": {"sample_rate": %d}}')) == "thank you"  # it is as before


def here(ears: SpeechProcess) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{ears.port}", open_timeout=10, close_timeout=1)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("hello", "is not JSON"),
        ("[]", "must be an object"),
        ('{"volume": 1}', "neither config nor eof nor reset"),
        ('{"config": 1}', "config: must be an object"),
        ('{"config": {"sample_rate": "fast"}}', "config.sample_rate"),
        ('{"config": {"sample_rate": 0}}', "config.sample_rate"),
        ('{"config": {"phrase_list": "yes"}}', "config.phrase_list"),
        ('{"config": {"max_alternatives": -1}}', "config.max_alternatives"),
        (b"\1", "samples have two bytes each"),
    ],
)
def test_what_is_wrong_closes_with_a_reason(ears: SpeechProcess, message: str | bytes, reason: str) -> None:
    with here(ears) as connection:
        connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert reason in closed.value.rcvd.reason


def test_a_reset_begins_anew(ears: SpeechProcess) -> None:
    with here(ears) as connection:
        connection.send(human("auth-thankyou") + silence(0.2))
        assert "partial" in json.loads(connection.recv(timeout=10))
        connection.send('{"reset": 1}')
        assert json.loads(connection.recv(timeout=10))["text"] == "thank you"
        connection.send(human("goodbye"))
        connection.recv(timeout=10)
        connection.send('{"eof": 1}')
        assert json.loads(connection.recv(timeout=10))["text"] == "goodbye"


def test_a_killed_worker_costs_no_word(ears: SpeechProcess) -> None:
    intro = human("vm-intro")
    with here(ears) as connection:
        connection.send(intro[:32000])
        connection.recv(timeout=10)
        os.kill(status(ears.socket)["workers"][0]["pid"], signal.SIGKILL)
        answers = []
        for at in range(32000, len(intro), 8000):
            connection.send(intro[at : at + 8000])
            answers.append(json.loads(connection.recv(timeout=20)))
        connection.send('{"eof": 1}')
        answers.append(json.loads(connection.recv(timeout=20)))
    assert said(answers).startswith("please leave your message after the tone when done hang up")


def test_who_is_too_many_is_told_to_try_later(ears: SpeechProcess) -> None:
    with contextlib.ExitStack() as taken:
        for _ in range(4):
            connection = taken.enter_context(here(ears))
            connection.send(silence(0.1))
            connection.recv(timeout=20)
        with here(ears) as connection:
            connection.send(silence(0.1))
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "too busy")
