"""A speech process of a test's own, with the real recogniser, and human speech to let it hear.

`SOUFFLEUR_MODELS_DIR` and the Debian package asterisk-core-sounds-en-wav are what `scripts/setup.sh test` brings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from speech.client import SpeechAway, status
from speech.models import installed

MODELS = Path(os.environ.get("SOUFFLEUR_MODELS_DIR") or Path.home() / ".cache" / "souffleur" / "models")
PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RATE = 8000


def need_model() -> Path:
    """The folder of the models; the test is skipped where English is not there."""
    if "en" not in installed(MODELS):
        pytest.skip("no model of English: python -m speech models install en --folder ~/.cache/souffleur/models")
    return MODELS


def human(name: str) -> bytes:
    """A sentence that a person said, as 16-bit samples of 8 kHz; the test is skipped where it is not installed."""
    if not PROMPTS.is_dir():
        pytest.skip("no human speech: apt-get install asterisk-core-sounds-en-wav")
    with wave.open(str(PROMPTS / f"{name}.wav")) as file:
        return file.readframes(file.getnframes())


def silence(seconds: float) -> bytes:
    """A quiet line."""
    return bytes(int(seconds * RATE) * 2)


class SpeechProcess:
    """`python -m speech serve` in a folder, on its own socket and port."""

    def __init__(self, folder: Path, port: int, models: Path = MODELS, **settings: str) -> None:
        self.socket = folder / "speech.sock"
        self.port = port
        self.environ = os.environ | {
            "SOUFFLEUR_DATA_DIR": str(folder / "data"),
            "SOUFFLEUR_MODELS_DIR": str(models),
            "SOUFFLEUR_SPEECH_SOCKET": str(self.socket),
            "SOUFFLEUR_SPEECH_PORT": str(port),
            "SOUFFLEUR_LANGUAGE": "en",
            **{f"SOUFFLEUR_{name.upper()}": value for name, value in settings.items()},
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, without waiting."""
        command: Sequence[str] = [sys.executable, "-m", "speech", "serve"]
        self.process = subprocess.Popen(command, env=self.environ, stderr=subprocess.DEVNULL)

    def wait(self, seconds: float = 30.0) -> None:
        """Until its workers have loaded the model."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if all(worker["ready"] for worker in status(self.socket)["workers"]):
                    return
            except SpeechAway:
                pass
            time.sleep(0.05)
        raise AssertionError("the speech process does not become ready")

    def kill(self) -> None:
        """As if it had crashed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> int:
        """End it; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)
