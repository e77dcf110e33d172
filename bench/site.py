"""Several controllers over one database and one switch: each is killed, stopped and started as a measurement likes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import yaml

from bench import sounds
from bench.installation import SECRET, free_port, load
from bench.processes import ROOT, Failed

STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 20.0
SERVE = ("-m", "controller", "serve")
NOTHING: dict[str, dict[str, Any]] = {}


class Controller:
    """One controller under one name; starting it again is another process under the same name."""

    def __init__(self, name: str, environment: dict[str, str], folder: Path, program: Sequence[str] = SERVE) -> None:
        self.name = name
        self.program = program  # what python is to run
        self.offer, self.control = free_port(), free_port()
        self.environment = environment | {
            "SOUFFLEUR_CONTROLLER_ID": name,
            "SOUFFLEUR_OFFER_PORT": str(self.offer),
            "SOUFFLEUR_CONTROL_PORT": str(self.control),
            "SOUFFLEUR_DIRECTORY_PORT": str(free_port()),
        }
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.since = 0.0  # when it was started, on the monotonic clock
        self.starts = 0

    def listen_on(self, port: int) -> None:
        """Take calls on a port that the switch knows already."""
        self.offer = port
        self.environment["SOUFFLEUR_OFFER_PORT"] = str(port)

    def start(self) -> None:
        """Start it; returns before it takes calls."""
        with self.log.open("ab") as log:
            command = [sys.executable, *self.program]
            environment = {**os.environ, "PYTHONPATH": str(ROOT), **self.environment}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.since = time.monotonic()
        self.starts += 1

    def await_ready(self, within: float = STARTS_WITHIN) -> None:
        """Return when it is connected to the switch."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if not self.runs:
                raise Failed(f"{self.name} ended\n{self.told()[-3000:]}")
            if (self.status() or {}).get("freeswitch"):
                return
            time.sleep(0.05)
        raise Failed(f"{self.name} did not start\n{self.told()[-3000:]}")

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def listens(self) -> bool:
        """Whether it takes calls, or would if it did not stand still."""
        try:
            socket.create_connection(("127.0.0.1", self.offer), timeout=1).close()
            return True
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9."""
        if self.process and self.runs:
            self.process.kill()
            self.process.wait(ENDS_WITHIN)

    def end(self) -> None:
        """End it, even one that stands still."""
        self.go_on()
        self.kill()

    def stand_still(self) -> None:
        """SIGSTOP: its connections stay open, and it does nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.process and self.runs:
            self.process.send_signal(number)

    def ask(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask its control; OSError when nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.control, timeout=5)
        try:
            headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            told: dict[str, Any] = json.loads(connection.getresponse().read())
            return told
        finally:
            connection.close()

    def status(self) -> dict[str, Any] | None:
        """What it says of itself; None when it does not answer."""
        try:
            return self.ask("/v1/status")
        except (OSError, HTTPException, ValueError):
            return None

    def told(self) -> str:
        """What all processes of this name wrote."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


@contextmanager
def controllers(folder: Path, environment: dict[str, str], *names: str) -> Iterator[dict[str, Controller]]:
    """Controllers of these names, none of them started; whatever runs in the end is killed."""
    made = {name: Controller(name, environment, folder) for name in names}
    try:
        yield made
    finally:
        for one in made.values():
            one.end()


def common(folder: Path, esl: int, password: str = SECRET) -> dict[str, str]:
    """What all controllers of a site are told."""
    secrets = {f"SOUFFLEUR_{name}": SECRET for name in ("CONTROL_SECRET", "DIRECTORY_SECRET")}
    return {
        **secrets,
        "SOUFFLEUR_ESL_PASSWORD": password,
        "SOUFFLEUR_ESL_PORT": str(esl),
        "SOUFFLEUR_DATA_DIR": str(folder),
        "SOUFFLEUR_DATABASE_URL": "",
        "SOUFFLEUR_OUTGOING_ALLOW": "127.0.0.0/8",
        "TMPDIR": str(folder),
    }


def fill(folder: Path, environment: dict[str, str], shop: str, more: dict[str, dict[str, Any]] = NOTHING) -> None:
    """Load the subscriber of bench/day; `shop` is whom its flows ask, `more` are flows by number beside them."""
    files = folder / "subscriber"
    shutil.copytree(ROOT / "bench" / "day" / "subscriber", files)
    sounds.write(files / "sounds", sounds.ALL)
    for flow in (files / "flows").iterdir():
        flow.write_text(flow.read_text().replace("SHOP", shop))
    with (files / "numbers.yaml").open("a") as numbers:
        for number, flow in more.items():
            (files / "flows" / f"{flow['name']}.yaml").write_text(yaml.safe_dump(flow, sort_keys=False))
            numbers.write(f'- {{number: "{number}", flow: {flow["name"]}}}\n')
    load(environment, files)
