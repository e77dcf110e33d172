"""Our own process, heard through its socket: files that grow in real time, or that are there."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.hearing.prompts import RATE, Prompt
from bench.hearing.raw import WARM, loop
from bench.processes import TICKS, Failed
from speech.client import Heard, Request, Side, listen, status
from tests.calls.live import free_port
from tests.speech.process import MODELS, SpeechProcess

STEP = 320  # bytes of 20 ms, as FreeSWITCH writes them
SHM = "/dev/shm" if os.path.isdir("/dev/shm") else None


@contextmanager
def serving(streams: int = 4) -> Iterator[SpeechProcess]:
    """A process of one worker a core, that follows so many voices each."""
    with TemporaryDirectory(prefix="souffleur-bench-", dir=SHM) as folder:
        process = SpeechProcess(Path(folder), free_port(), MODELS, speech_streams=str(streams))
        try:
            process.wait(60)
            until = time.monotonic() + 60
            while not status(process.socket)["spare"]:  # it would be made while we measure
                if time.monotonic() > until:
                    raise Failed("no spare worker is made")
                time.sleep(0.1)
            yield process
        finally:
            process.close()


def text(process: SpeechProcess, prompt: Prompt) -> str:
    """What is heard of a prompt that is there as a whole."""
    file = process.socket.parent / f"{prompt.name}.raw"
    file.write_bytes(prompt.samples)
    with listen(process.socket, Request(file, (Side("en"),))) as listening:
        listening.stop()
        finals = []
        while (heard := listening.next(120)) and heard.type != "ended":
            if heard.type == "degraded" and heard.reason != "lagging":
                raise Failed(f"{prompt.name}: {heard.reason}")
            if heard.type == "final":
                finals.append(heard.text)
    file.unlink()
    return " ".join(finals)


def texts(process: SpeechProcess, found: list[Prompt]) -> list[str]:
    """All of them, as many at once as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda prompt: text(process, prompt), found))


@dataclass
class Caller:
    """A voice in real time: `heard` with the moment it came, in seconds since the first sample."""

    process: SpeechProcess
    samples: bytes
    name: str
    heard: list[tuple[float, Heard]] = field(default_factory=list)
    began: float = 0.0

    def speak(self) -> None:
        """Until everything is said and heard."""
        file = self.process.socket.parent / f"{self.name}.raw"
        file.write_bytes(b"")
        with listen(self.process.socket, Request(file, (Side("en"),))) as listening:
            while (first := listening.next(60)) is None or first.type not in ("listening", "degraded"):
                pass
            if first.type == "degraded":
                raise Failed(f"{self.name}: {first.reason}")
            writing = threading.Thread(target=self._write, args=(file,))
            self.began = time.monotonic()
            writing.start()
            told = threading.Thread(target=lambda: (writing.join(), listening.stop()))
            told.start()
            while (heard := listening.next(60)) and heard.type != "ended":
                self.heard.append((time.monotonic() - self.began, heard))
            told.join()
        file.unlink()

    def _write(self, file: Path) -> None:
        with file.open("ab", buffering=0) as growing:
            for at in range(0, len(self.samples), STEP):
                time.sleep(max(0.0, self.began + (at + STEP) / 2 / RATE - time.monotonic()))
                growing.write(self.samples[at : at + STEP])


def streams(process: SpeechProcess, found: list[Prompt], count: int, seconds: float) -> tuple[float, float]:
    """CPU seconds for each second of a voice, and the p95 of the lag: a partial's moment less the sound it covers."""
    callers = [Caller(process, loop(found, seconds + WARM, index * 7), f"voice-{index}") for index in range(count)]
    before = cpu(process)
    with ThreadPoolExecutor(count) as pool:
        for one in [pool.submit(caller.speak) for caller in callers]:
            one.result()
    used = cpu(process) - before
    lags = sorted(
        moment - heard.at
        for caller in callers
        for moment, heard in caller.heard
        if heard.type == "partial" and moment > WARM
    )
    if not lags:
        raise Failed("nothing was heard")
    return used / (seconds + WARM) / count, lags[int(len(lags) * 0.95)]


def cpu(process: SpeechProcess) -> float:
    """Seconds of the process and its workers."""
    assert process.process is not None
    workers = [worker["pid"] for worker in status(process.socket)["workers"]]
    total = 0.0
    for pid in (process.process.pid, *workers):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def killed(process: SpeechProcess, found: list[Prompt], times: int) -> list[float]:
    """Seconds from a worker's death until the words of somebody who goes on speaking are heard again."""
    took = []
    for number in range(times):
        until = time.monotonic() + 30
        while not status(process.socket)["spare"] and time.monotonic() < until:
            time.sleep(0.1)
        caller = Caller(process, loop(found, 8.0, number * 11), f"killed-{number}")
        speaking = threading.Thread(target=caller.speak)
        speaking.start()
        while not any(heard.type == "partial" and heard.at > 2.0 for _, heard in list(caller.heard)):
            time.sleep(0.02)
        workers = status(process.socket)["workers"]
        os.kill(next(worker["pid"] for worker in workers if worker["streams"]), signal.SIGKILL)
        dead = time.monotonic() - caller.began
        speaking.join()
        took.append(
            next((moment for moment, heard in caller.heard if heard.type == "partial" and moment > dead), 99.0) - dead
        )
    return took
