"""The recogniser of a test by sound: the installation's speech process where it runs, else one of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from conf.settings import Settings
from speech.client import SpeechAway, status
from speech.models import installed

READY = 60.0  # seconds until its model is loaded


class NoEars(Exception):
    """Why nothing can be understood; a plain sentence."""


@contextmanager
def ears(settings: Settings) -> Iterator[Path]:
    """The socket of a speech process, while the block lasts. Raises NoEars."""
    try:
        status(settings.speech_socket)
    except SpeechAway:
        with TemporaryDirectory(prefix="souffleur-ears-") as folder, _own(settings, Path(folder)) as path:
            yield path
    else:
        yield settings.speech_socket


@contextmanager
def _own(settings: Settings, folder: Path) -> Iterator[Path]:
    if not installed(settings.models_dir):
        raise NoEars(f"Nobody listens: no model is in {settings.models_dir} (python -m speech models install en).")
    path = folder / "speech.sock"
    changes = {"SPEECH_SOCKET": str(path), "SPEECH_PORT": str(_free_port()), "SPEECH_WORKERS": "1"}
    environ = os.environ | {f"SOUFFLEUR_{name}": value for name, value in changes.items()}
    command = [sys.executable, "-m", "speech", "serve"]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(process, path)
        yield path
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], path: Path) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end and process.poll() is None:
        try:
            if all(worker["ready"] for worker in status(path)["workers"]):
                return
        except SpeechAway:
            pass
        time.sleep(0.05)
    raise NoEars("Nobody listens: the speech process did not start (python -m speech serve says why).")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
