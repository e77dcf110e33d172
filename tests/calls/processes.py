"""Controllers as processes of their own, which can be killed, stopped and started again, and one outside."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gevent
from gevent import subprocess

from controller.terminal import ControlClient, Refused
from tests.calls.live import HOUSES, Live, free_port
from tests.outside import Outside

STARTS_WITHIN = 30.0  # seconds


class Process:
    """One controller; `name` is its id. Starting it again is another process under the same name."""

    program = "controller"  # a module

    def __init__(self, name: str, environ: dict[str, str], folder: Path, secret: str) -> None:
        self.name = name
        self.environ = environ
        self.log = folder / f"{name}.log"
        self.control_port = free_port()
        self.environ |= {"SOUFFLEUR_CONTROLLER_ID": name, "SOUFFLEUR_CONTROL_PORT": str(self.control_port)}
        self.control = ControlClient("127.0.0.1", self.control_port, secret)
        self.popen: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start, and return at once."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", self.program, "serve"]
            self.popen = subprocess.Popen(command, env=os.environ | self.environ, stdout=log, stderr=log)

    def start(self) -> Process:
        """Start, and return when it takes calls."""
        self.begin()
        assert self.popen
        late = AssertionError(f"{self.name} did not start: {self.log.read_text()[-3000:]}")
        with gevent.Timeout(STARTS_WITHIN, late):
            while not self.control.is_ready():
                assert self.popen.poll() is None, self.log.read_text()[-3000:]
                gevent.sleep(0.05)
        return self

    def signal(self, number: int) -> None:
        assert self.popen
        self.popen.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, within: float = 40.0) -> int:
        assert self.popen
        code = self.popen.wait(within)
        return int(code)

    @property
    def runs(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def calls(self) -> list[dict[str, Any]]:
        """Its live calls; none when it does not answer."""
        try:
            return list(self.control.ask("GET", "/v1/calls", timeout=2.5)["calls"])
        except (OSError, Refused, gevent.Timeout, ValueError):
            return []


class Processes(Live):
    """As `Live`, with `names` as controllers: `start(name)` starts one, `[name]` is it."""

    def __init__(self, outside: Outside, folder: Path, doors: dict[str, tuple[int, int]], **changes: str) -> None:
        first = next(iter(doors.values()))
        super().__init__(outside, folder, *first, **changes)
        environ = {key: value for key, value in self.environ.items() if key.startswith("SOUFFLEUR_")}
        environ["SOUFFLEUR_OUTGOING_ALLOW"] = "127.0.0.0/8"
        self.named: dict[str, Process] = {}
        for name, (offer, directory) in doors.items():
            own = environ | {"SOUFFLEUR_OFFER_PORT": str(offer), "SOUFFLEUR_DIRECTORY_PORT": str(directory)}
            self.named[name] = Process(name, own, folder, self.settings.control_secret)
        self.load(HOUSES / "operator", HOUSES / "martin")

    def __getitem__(self, name: str) -> Process:
        return self.named[name]

    def start(self, *names: str) -> None:  # type: ignore[override]
        for name in names or self.named:
            self.named[name].start()

    def stop(self) -> None:
        for process in self.named.values():
            if process.runs:
                with contextlib.suppress(ProcessLookupError):
                    process.signal(signal.SIGCONT)
                    process.kill()
        self.engine.dispose()

    def calls(self) -> list[dict[str, Any]]:
        """The live calls of all controllers, each with the name of the one that has it."""
        return [
            call | {"controller": name}
            for name, process in self.named.items()
            if process.runs
            for call in process.calls()
        ]

    def address(self, name: str) -> str:
        """Where a controller takes calls."""
        return f"127.0.0.1:{self[name].environ['SOUFFLEUR_OFFER_PORT']}"

    def logs(self) -> str:
        """What all of them wrote."""
        return "".join(process.log.read_text() for process in self.named.values() if process.log.exists())
