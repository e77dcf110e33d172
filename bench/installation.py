"""A Souffleur of its own for a measurement: a folder, a SQLite database with the bench's subscriber, a controller."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import sounds
from bench.processes import ROOT, Failed, Program, running

SECRET = "a-secret-of-the-bench"
STARTS_WITHIN = 30.0  # seconds


@dataclass(frozen=True)
class Installation:
    """A running controller."""

    controller: Program
    folder: Path
    environment: dict[str, str]

    def port(self, name: str) -> int:
        """A port by its setting: offer, esl, control, directory."""
        return int(self.environment[f"SOUFFLEUR_{name.upper()}_PORT"])

    @property
    def database(self) -> Path:
        return self.folder / "souffleur.db"

    def status(self) -> dict[str, Any]:
        """What the controller says of itself."""
        connection = HTTPConnection("127.0.0.1", self.port("control"), timeout=10)
        try:
            connection.request("GET", "/v1/status", headers={"Authorization": f"Bearer {SECRET}"})
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()


@contextmanager
def installed() -> Iterator[Installation]:
    """Make one, start it, and remove it."""
    with TemporaryDirectory(prefix="souffleur-bench-") as name:
        folder = Path(name)
        shutil.copytree(_filled().name, folder, dirs_exist_ok=True)
        environment = _environment(folder)
        with running([sys.executable, "-m", "controller", "serve"], environment) as controller:
            installation = Installation(controller, folder, environment)
            _await(installation)
            yield installation


def _environment(folder: Path) -> dict[str, str]:
    ports = {f"SOUFFLEUR_{name}_PORT": str(free_port()) for name in ("OFFER", "ESL", "CONTROL", "DIRECTORY")}
    secrets = {f"SOUFFLEUR_{name}": SECRET for name in ("ESL_PASSWORD", "CONTROL_SECRET", "DIRECTORY_SECRET")}
    inside = {"SOUFFLEUR_DATA_DIR": str(folder), "TMPDIR": str(folder)}  # whatever is left goes with the folder
    return {**inside, "SOUFFLEUR_DATABASE_URL": "", **ports, **secrets}


@cache
def _filled() -> TemporaryDirectory[str]:
    """A data folder with the bench's subscriber, made once a run as anybody would: migrate, then apply."""
    made = TemporaryDirectory(prefix="souffleur-bench-")
    files = Path(made.name) / "subscriber"
    shutil.copytree(ROOT / "bench" / "subscriber", files)
    sounds.write(files / "sounds")
    load(_environment(Path(made.name)), files)
    return made


def load(environment: dict[str, str], *folders: Path) -> None:
    """Fill a database with subscribers, or the operator's trunks, from folders."""
    for words in (["migrate"], *(["apply", str(folder)] for folder in folders)):
        command = [sys.executable, "-m", "conf", *words]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"conf {words[0]}: {done.stderr}")


def _await(installation: Installation) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and installation.controller.alive:
        try:
            installation.status()
            return
        except (OSError, HTTPException):
            time.sleep(0.05)
    raise Failed(f"the controller did not start\n{installation.controller.complaints}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
