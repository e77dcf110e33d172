"""The voice worker seen from here: started when needed, asked one thing at a time, killed and replaced when stuck."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

_ROOT = Path(__file__).resolve().parent.parent
_LONGEST_REPLY = 65536
COMMAND = (sys.executable, "-m", "speech.voice_worker")


class WorkerLost(Exception):
    """The worker ended, or did not answer in time and was killed."""


class VoiceProcess:
    """One worker, owned by one thread or greenlet."""

    def __init__(self, patience: float, command: Sequence[str] = COMMAND) -> None:
        """`patience`: seconds to wait for a reply before the worker counts as stuck. `command` starts the worker."""
        self._patience = patience
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    @property
    def pid(self) -> int | None:
        """The worker's process id; None when none runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> dict[str, Any]:
        """Start a worker where none runs, and return its first word: ready, or an error. Raises WorkerLost."""
        if self.pid is not None:
            return {"ready": True}
        self.stop()
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no text in its arguments
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_ROOT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # a Ctrl-C for the controller ends the worker by closing its stdin, not before
        )
        return self._read_reply(time.monotonic() + self._patience)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return its reply. Raises WorkerLost, after which no worker runs."""
        first = self.start()
        if "error" in first:
            self.stop()
            return first
        deadline = time.monotonic() + self._patience
        self._write(json.dumps(request, ensure_ascii=False).encode() + b"\n", deadline)
        return self._read_reply(deadline)

    def stop(self) -> None:
        """End the worker."""
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()

    def _write(self, line: bytes, deadline: float) -> None:
        pipe = self._pipe("stdin")
        os.set_blocking(pipe, False)
        while line:
            if not _ready(pipe, select.POLLOUT, deadline):
                self._lose("did not read")
            try:
                line = line[os.write(pipe, line) :]
            except BlockingIOError:
                continue
            except OSError:
                self._lose("ended")

    def _read_reply(self, deadline: float) -> dict[str, Any]:
        pipe = self._pipe("stdout")
        while b"\n" not in self._unread:
            if not _ready(pipe, select.POLLIN, deadline):
                self._lose("did not answer in time")
            part = os.read(pipe, _LONGEST_REPLY)
            if not part or len(self._unread) > _LONGEST_REPLY:
                self._lose("ended")
            self._unread += part
        line, _, self._unread = self._unread.partition(b"\n")
        reply = json.loads(line)
        assert isinstance(reply, dict)
        return reply

    def _pipe(self, name: str) -> int:
        pipe: int = getattr(self._process, name).fileno()
        return pipe

    def _lose(self, how: str) -> NoReturn:
        self.stop()
        raise WorkerLost(how)


def _ready(pipe: int, what: int, deadline: float) -> bool:
    """Wait until a pipe can be read or written, or hung up. poll, not select: a busy controller has fds past 1023."""
    waiting = select.poll()
    waiting.register(pipe, what)
    return bool(waiting.poll(max(0.0, deadline - time.monotonic()) * 1000))
