"""A FreeSWITCH of our own for a test run: our configuration, its own folder, its own ports, ended by its pid."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import gevent
from gevent import socket

from conf.freeswitch import Switch, command_line, render
from tests.real.ports import free_port, free_range

STARTS_WITHIN = 40.0  # seconds; four are usual
ENDS_WITHIN = 20.0


class Refused(Exception):
    """FreeSWITCH did not let us in, or did not do what was asked."""


class EventSocket:
    """The simplest client of the event socket: one command, one answer. Not the client under test."""

    def __init__(self, address: tuple[str, int], password: str, source: str = "") -> None:
        self._socket = socket.create_connection(address, timeout=10, source_address=(source, 0) if source else None)
        self._stream = self._socket.makefile("rb")
        try:
            self._enter(password)
        except BaseException:
            self.close()
            raise

    def command(self, text: str) -> str:
        """Send a command; returns its reply."""
        return self._ask(text)[0].get("Reply-Text", "")

    def api(self, text: str) -> str:
        """Run an api command; returns what it printed."""
        return self._ask(f"api {text}")[1].strip()

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _enter(self, password: str) -> None:
        greeting = self._frame()[0]
        if greeting.get("Content-Type") != "auth/request":
            raise Refused(greeting.get("Content-Type"))
        if not self.command(f"auth {password}").startswith("+OK"):
            raise Refused("password")

    def _ask(self, text: str) -> tuple[dict[str, str], str]:
        self._socket.sendall(f"{text}\n\n".encode())
        return self._frame()

    def _frame(self) -> tuple[dict[str, str], str]:
        headers: dict[str, str] = {}
        while line := self._stream.readline():
            if line == b"\n":
                break
            name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
            headers[name] = value
        else:
            raise Refused("closed")
        return headers, self._stream.read(int(headers.get("Content-Length", 0))).decode("utf-8", "replace")


class RealSwitch:
    """A running FreeSWITCH. `settings` says where everything is; `render(...)` changes it while it runs."""

    def __init__(self, binary: str, folder: Path, settings: Switch) -> None:
        self.binary = binary
        self.folder = folder
        self.settings = settings
        self.conf_dir = folder / "conf"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return self.settings.sip_address

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.folder / "state/log/freeswitch.log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it, and return once it answers and its profiles run."""
        render(self.settings, self.conf_dir)
        words = command_line(self.binary, self.conf_dir, self.folder / "state")
        with open(self.folder / "console", "wb") as console:
            self._process = subprocess.Popen(words, stdout=console, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        with gevent.Timeout(STARTS_WITHIN, Refused(f"not ready after {STARTS_WITHIN} s: see {self.folder}")):
            while not self._is_ready():
                if self._process.poll() is not None:
                    raise Refused(f"ended at once: see {self.folder}/console")
                gevent.sleep(0.05)

    def stop(self) -> None:
        """End it, and wait until it has."""
        if self._process and self._process.poll() is None:
            with suppress(OSError, Refused):
                self.api("hupall")
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(ENDS_WITHIN)

    def connect(self, password: str = "", source: str = "") -> EventSocket:
        """A client of the event socket."""
        address = (self.settings.esl_address, self.settings.esl_port)
        return EventSocket(address, password or self.settings.esl_password, source)

    def api(self, command: str) -> str:
        """Run one api command."""
        client = self.connect()
        try:
            return client.api(command)
        finally:
            client.close()

    def change(self, *, restart: str = "", **changes: object) -> None:
        """Render the configuration again with other values and have it read, as an operator would.

        Trunks are read while calls are up; another setting of a profile needs its restart.
        """
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        render(self.settings, self.conf_dir)
        for command in ("reloadxml", "reloadacl", "sofia profile external rescan"):
            self.api(command)
        if restart:
            with gevent.Timeout(STARTS_WITHIN, Refused(f"profile {restart} did not come back")):
                # A profile is restarted only when it has run for ten seconds.
                while "Please wait" in self.api(f"sofia profile {restart} restart"):
                    gevent.sleep(0.2)
                while not self._is_ready():
                    gevent.sleep(0.05)

    def partner(self, uuid: str, within: float = 8.0) -> str:
        """The channel that a channel is bridged to, as soon as it is."""
        with gevent.Timeout(within, AssertionError(f"{uuid} talks with nobody within {within} s")):
            while (other := self.api(f"uuid_getvar {uuid} bridge_uuid")) in ("_undef_", ""):
                gevent.sleep(0.02)
            return other

    def runs(self, application: str, within: float = 8.0) -> None:
        """Return once a channel runs that application of the dialplan."""
        with gevent.Timeout(within, AssertionError(f"no channel runs {application} within {within} s")):
            while f",{application}," not in self.api("show channels"):
                gevent.sleep(0.02)

    @contextmanager
    def calls_ended(self) -> Iterator[None]:
        """Hang up whatever a test left."""
        try:
            yield
        finally:
            self.api("hupall")

    def _is_ready(self) -> bool:
        try:
            status = self.api("sofia status")
        except (OSError, Refused):
            return False
        running = {line.split()[0] for line in status.splitlines() if "RUNNING" in line}
        return {"internal", "external"} <= running


def settings_for(folder: Path, **changes: object) -> Switch:
    """A configuration on free ports of loopback addresses."""
    values: dict[str, object] = {
        "esl_password": "event-socket-secret",
        "directory_secret": "directory-secret",
        "esl_allow": ("127.0.0.1/32",),
        "esl_port": free_port(),
        "internal_port": free_port(),
        "external_port": free_port(),
        "internal_tls_port": free_port(),
        "external_tls_port": free_port(),
        "rtp_ports": free_range(400),
        "offers": (f"127.0.0.1:{free_port()}",),
        "directories": (f"127.0.0.1:{free_port()}",),
        "give_up": 3,
        "sounds_dir": str(folder / "sounds"),
        "spool_dir": str(folder / "spool"),
        "cdr_dir": str(folder / "cdr"),
    }
    for name in ("sounds", "spool", "cdr"):
        (folder / name).mkdir(exist_ok=True)
    return Switch(**{**values, **changes})  # type: ignore[arg-type]
