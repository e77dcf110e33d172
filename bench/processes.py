"""Programs that are measured: started, spoken with in lines of JSON, weighed, and ended."""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
ENDS_WITHIN = 30.0  # seconds; a FreeSWITCH behind it has 20
MOST_FILES = 65536


class Failed(Exception):
    """A program ended, or said nothing; the text holds its last words."""


class Program:
    """A child process. It reads lines of JSON and answers in lines of JSON."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._data = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, **what: Any) -> None:
        """Send one line."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def hear(self, within: float = 60.0) -> dict[str, Any]:
        """The next line; seconds."""
        assert self._process.stdout
        until, output = time.monotonic() + within, self._process.stdout.fileno()
        while b"\n" not in self._data:
            if not select.select([output], [], [], max(0.0, until - time.monotonic()))[0]:
                raise Failed(f"no word within {within} s\n{self.complaints}")
            chunk = os.read(output, 65536)
            if not chunk:
                raise Failed(f"it ended\n{self.complaints}")
            self._data += chunk
        line, _, self._data = self._data.partition(b"\n")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def ask(self, within: float = 60.0, **what: Any) -> dict[str, Any]:
        """Send a line and wait for the answer."""
        self.tell(**what)
        return self.hear(within)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def complaints(self) -> str:
        """What it wrote to its standard error, the end of it."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-4000:]

    def end(self) -> None:
        """End it, by force if it does not listen."""
        if self.alive:
            self._process.terminate()
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._errors.close()


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """A program while it is needed."""
    with TemporaryFile() as errors:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        program = Program(process, errors)
        try:
            yield program
        finally:
            program.end()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()


@dataclass(frozen=True)
class Memory:
    """Kilobytes: resident, and the proportional share of it (the same where the kernel does not tell)."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    """What a process holds now."""
    found = {}
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        lines = Path(f"/proc/{pid}/status").read_text().replace("VmRSS", "Rss").splitlines()
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("Rss", "Pss"):
            found[name] = int(value.split()[0])
    return Memory(found["Rss"], found.get("Pss", found["Rss"]))


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def allow_many_files() -> None:
    """Thousands of calls are thousands of sockets: children inherit this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
