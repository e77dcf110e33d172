"""The workers: one process a core. A stream stays with its worker; when that dies another takes up what it heard."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]
_STUCK = 10.0  # seconds without a beat after which a worker is killed
_STARTS = 30.0  # seconds more for its first, on a machine that does much else
_LONGEST = 8 * 2**20  # bytes of a line
_FATAL = 3  # workers that died under a stream: it is given up
_SPARE_AFTER = 3.0  # seconds until a new spare is started: first come those that are waited for
_KEPT = 60.0  # seconds of pushed samples kept to be heard again
Told = Callable[[dict[str, Any]], None]


@dataclass(eq=False)
class Stream:
    """What a client wants heard. `kind`: open, dictate or transcribe; `weight`: voices that it counts for."""

    kind: str
    asked: dict[str, Any]
    tell: Told
    weight: int = 1
    number: int = 0
    deaths: int = 0
    stopping: bool = False
    pushed: bytearray = field(default_factory=bytearray)
    owed: deque[str] = field(default_factory=deque)  # of a dictation: what its client waits to be answered
    repeated: int = 0  # answers that only repeat what was heard


@dataclass(eq=False)
class Worker:
    """One process and its streams."""

    index: int
    process: asyncio.subprocess.Process | None = None
    streams: dict[int, Stream] = field(default_factory=dict)
    beaten: float = 0.0
    lag: float = 0.0
    loaded: tuple[str, ...] = ()
    starts: int = 0

    @property
    def load(self) -> int:
        """Voices it follows."""
        return sum(stream.weight for stream in self.streams.values())

    def say(self, command: dict[str, Any], samples: bytes = b"") -> None:
        """Send a command; one that has died is told again when it is replaced."""
        if self.process and self.process.stdin and not self.process.stdin.is_closing():
            self.process.stdin.write(json.dumps(command, ensure_ascii=False).encode() + b"\n" + samples)


class Workers:
    """All workers of this process."""

    def __init__(self, models_dir: Path, languages: list[str], count: int = 0, most: int = 4) -> None:
        """`count` 0 is one a core; `most`: voices that one follows at once. `languages` are loaded at the start."""
        self._models_dir = models_dir
        self._languages = languages
        self._most = most
        self.workers = [Worker(index) for index in range(count or os.cpu_count() or 1)]
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = 0
        self._spare: asyncio.subprocess.Process | None = None
        self._making: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start them, and keep them."""
        self._tasks = [asyncio.create_task(self._keep(worker)) for worker in self.workers]

    async def stop(self) -> None:
        """End them."""
        tasks = [*self._tasks, *filter(None, [self._making])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._spare:
            _kill(self._spare)
            await self._spare.wait()

    def open(self, stream: Stream) -> bool:
        """Give a stream to the worker with the most room; False where none has enough."""
        worker = min(self.workers, key=lambda one: (one.load, not one.loaded))
        if stream.kind != "transcribe" and worker.load + stream.weight > self._most:
            return False
        self._numbers += 1
        stream.number = self._numbers
        worker.streams[stream.number] = stream
        worker.say({stream.kind: stream.number, **stream.asked})
        return True

    def close(self, stream: Stream) -> None:
        """Forget a stream."""
        if worker := self._of(stream):
            del worker.streams[stream.number]
            worker.say({"drop": stream.number})

    def stop_stream(self, stream: Stream) -> None:
        """Have a listening end with what it has heard."""
        stream.stopping = True
        self._say(stream, {"stop": stream.number})

    def regrammar(self, stream: Stream, side: int, phrases: list[str] | None) -> None:
        """Other phrases on a side."""
        stream.asked["sides"][side]["grammar"] = phrases
        self._say(stream, {"grammar": stream.number, "side": side, "phrases": phrases})

    def push(self, stream: Stream, samples: bytes) -> None:
        """Samples of a dictation, whose answer comes by its `tell`."""
        stream.pushed += samples
        if surplus := len(stream.pushed) - int(_KEPT * stream.asked["rate"]) * 2:
            del stream.pushed[: max(0, surplus)]
        stream.owed.append("")
        self._say(stream, {"push": stream.number, "size": len(samples)}, samples)

    def finish(self, stream: Stream, how: str) -> None:
        """The final result of a dictation: "eof" ends it, "reset" goes on."""
        stream.owed.append(how)
        self._say(stream, {"finish": stream.number, "how": how})

    def status(self) -> dict[str, Any]:
        """Each worker in numbers."""
        return {
            "workers": [
                {
                    "pid": worker.process.pid if worker.process else None,
                    "ready": bool(worker.loaded) or (not self._languages and bool(worker.beaten)),
                    "loaded": list(worker.loaded),
                    "streams": len(worker.streams),
                    "voices": worker.load,
                    "lag": worker.lag,
                    "starts": worker.starts,
                }
                for worker in self.workers
            ],
            "streams": sum(len(worker.streams) for worker in self.workers),
            "voices": sum(worker.load for worker in self.workers),
            "spare": bool(self._spare and self._spare.returncode is None),
            "most": self._most * len(self.workers),
        }

    def _of(self, stream: Stream) -> Worker | None:
        return next((worker for worker in self.workers if worker.streams.get(stream.number) is stream), None)

    def _say(self, stream: Stream, command: dict[str, Any], samples: bytes = b"") -> None:
        if worker := self._of(stream):
            worker.say(command, samples)

    async def _keep(self, worker: Worker) -> None:
        """Run a worker; when it dies run another, at once unless it keeps dying."""
        died: deque[float] = deque(maxlen=4)
        while True:
            try:
                await self._run(worker)
            except OSError as error:
                log.error("worker %d cannot be started: %s", worker.index, error.strerror)
            died.append(time.monotonic())
            worker.process, worker.lag, worker.loaded, worker.beaten = None, 0.0, (), 0.0
            log.warning("worker %d ended and is replaced; %d streams wait", worker.index, len(worker.streams))
            for stream in list(worker.streams.values()):
                self._lost(worker, stream)
            if len(died) == died.maxlen and died[-1] - died[0] < 10.0:
                await asyncio.sleep(1.0)

    async def _run(self, worker: Worker) -> None:
        worker.process = process = await self._process()
        worker.say({"adopt": True})
        worker.starts += 1
        worker.beaten = time.monotonic() + _STARTS
        watch = asyncio.create_task(_watch(worker, process))
        try:
            for stream in list(worker.streams.values()):
                self._again(worker, stream)
            assert process.stdout is not None
            while line := await process.stdout.readline():
                self._hear(worker, json.loads(line))
        except ValueError as error:
            log.error("worker %d said what is no line: %s", worker.index, error)
        finally:
            watch.cancel()
            _kill(process)
            await process.wait()

    async def _process(self) -> asyncio.subprocess.Process:
        """The spare, whose model is loaded, or a new one where there is none."""
        spare, self._spare = self._spare, None
        process = spare if spare and spare.returncode is None else await self._spawn()
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make_spare())
        return process

    async def _make_spare(self) -> None:
        """Another process that says its first word once its model is loaded."""
        await asyncio.sleep(_SPARE_AFTER)
        process = None
        try:
            process = await self._spawn()
            assert process.stdout is not None
            if await process.stdout.readline():
                self._spare, process = process, None
        except OSError as error:
            log.error("a spare worker cannot be started: %s", error.strerror)
        finally:
            if process:
                _kill(process)

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "speech.recognition.worker",
            str(self._models_dir), ",".join(self._languages), str(self._most),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=_ROOT,
            limit=_LONGEST,
        )  # fmt: skip

    def _hear(self, worker: Worker, told: dict[str, Any]) -> None:
        if beat := told.get("beat"):
            worker.beaten, worker.lag, worker.loaded = time.monotonic(), beat["lag"], tuple(beat["loaded"])
            for number, sides in beat["progress"].items():
                if stream := worker.streams.get(int(number)):
                    _remember(stream, sides)
            return
        stream = worker.streams.get(told.pop("stream"))
        if stream is None:
            return
        kind = told["type"]
        if kind == "final":
            _remember(stream, {str(told["side"]): told["end"]})
        elif kind == "vosk":
            stream.owed.popleft()
            if "partial" not in told["result"]:
                stream.pushed.clear()
            if stream.repeated:
                stream.repeated -= 1
                return
        if kind in ("ended", "transcript") or (kind == "error" and stream.kind == "transcribe"):
            del worker.streams[stream.number]
        stream.tell(told)

    def _lost(self, worker: Worker, stream: Stream) -> None:
        stream.deaths += 1
        if stream.kind != "dictate":
            stream.tell({"type": "degraded", "reason": "worker_lost"})
        if stream.deaths >= _FATAL:
            del worker.streams[stream.number]
            stream.tell({"type": "ended"})

    def _again(self, worker: Worker, stream: Stream) -> None:
        """Tell a new worker of a stream: from where it was told to the end, with whatever is still to be answered."""
        worker.say({stream.kind: stream.number, **stream.asked})
        if stream.kind == "dictate":
            self._push_again(worker, stream)
        if stream.stopping:
            worker.say({"stop": stream.number})

    def _push_again(self, worker: Worker, stream: Stream) -> None:
        """All samples since the last result as one message, for the one answer that is owed, or for none."""
        owed = list(stream.owed)
        stream.owed.clear()
        stream.repeated = 0
        for _ in range(owed.count("") - 1):
            stream.tell({"type": "vosk", "result": {"partial": ""}})
        if stream.pushed:
            stream.owed.append("")
            stream.repeated = 0 if "" in owed else 1
            worker.say({"push": stream.number, "size": len(stream.pushed)}, bytes(stream.pushed))
        for how in filter(None, owed):
            stream.owed.append(how)
            worker.say({"finish": stream.number, "how": how})


def _remember(stream: Stream, sides: dict[str, float]) -> None:
    for index, seconds in sides.items():
        side = stream.asked["sides"][int(index)]
        side["from"] = max(side["from"], seconds)


async def _watch(worker: Worker, process: asyncio.subprocess.Process) -> None:
    """Kill a worker that does not beat."""
    while True:
        await asyncio.sleep(_STUCK / 4)
        if time.monotonic() - worker.beaten > _STUCK:
            log.error("worker %d does not answer and is killed", worker.index)
            _kill(process)


def _kill(process: asyncio.subprocess.Process) -> None:
    """Not by its own `kill`, which takes the exit code from asyncio when it has ended already."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
