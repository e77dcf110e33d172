"""The Unix socket: a connection for each listening, lines of JSON both ways. docs/speech.md has the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from pathlib import Path
from typing import Any

from speech.models import LANGUAGES, installed
from speech.serving.asked import LONGEST, Asked, Wrong, read
from speech.serving.workers import Stream, Workers

log = logging.getLogger(__name__)
_FULL = 65536  # bytes that a reader may be behind before it misses partials
_TOO_FULL = 4 * 2**20  # and before it is cut off
_PASSING = ("partial", "voice", "quiet")


class Door:
    """The socket of one speech process."""

    def __init__(self, path: Path, workers: Workers, models_dir: Path) -> None:
        """It is opened by `open`."""
        self._path = path
        self._workers = workers
        self._models_dir = models_dir
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen, for this user only. Raises OSError, of which FileExistsError: another process listens there."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _answers(self._path):
            raise FileExistsError(f"{self._path}: another speech process listens there")
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._visit, self._path, limit=LONGEST)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Let nobody in, and send everybody away."""
        if self._server is None:
            return  # the socket is another's
        self._server.close()
        for visit in list(self._visits):
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        visit = Visit(writer, self._workers, self._models_dir)
        try:
            while (line := await _line(reader, visit)) is not None:
                visit.obey(line)
                if visit.over:
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            visit.leave()
            self._visits.discard(task)
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                writer.close()
                await writer.wait_closed()


class Visit:
    """One connection."""

    def __init__(self, writer: asyncio.StreamWriter, workers: Workers, models_dir: Path) -> None:
        self._writer = writer
        self._workers = workers
        self._models_dir = models_dir
        self._stream: Stream | None = None
        self.over = False

    def obey(self, line: bytes) -> None:
        """Do what a line asks, or tell what is wrong with it."""
        try:
            asked = read(line)
            self._perform(asked)
        except Wrong as wrong:
            self.wrong(wrong)

    def wrong(self, wrong: Wrong) -> None:
        """Answer a bad request."""
        self._tell({"type": "error", "field": wrong.field, "reason": wrong.reason})

    def leave(self) -> None:
        """The client has gone."""
        if self._stream:
            self._workers.close(self._stream)
            self._stream = None

    def _perform(self, asked: Asked) -> None:
        match asked.what:
            case "status":
                self._tell(self._status())
            case "listen":
                weight = sum(side is not None for side in asked.values["sides"])
                self._begin("listen", Stream("open", asked.values, self._tell, weight))
            case "transcribe":
                self._begin("transcribe", Stream("transcribe", asked.values, self._tell, weight=0))
            case "grammar":
                stream = self._listening("grammar")
                side = asked.values["side"]
                if side >= len(stream.asked["sides"]) or stream.asked["sides"][side] is None:
                    raise Wrong("grammar.side", "is not heard")
                self._workers.regrammar(stream, side, asked.values["phrases"])
            case "stop":
                self._workers.stop_stream(self._listening("stop"))

    def _begin(self, field: str, stream: Stream) -> None:
        if self._stream:
            raise Wrong(field, "this connection listens already; one connection for each")
        for side in stream.asked.get("sides", ()):
            if side and side["language"] not in installed(self._models_dir):
                self._tell({"type": "degraded", "reason": "no_model", "language": side["language"]})
                self._tell({"type": "ended"})
                return
        if self._workers.open(stream):
            self._stream = stream
            return
        self._tell({"type": "degraded", "reason": "too_busy"})
        self._tell({"type": "ended"})

    def _listening(self, field: str) -> Stream:
        if self._stream is None or self._stream.kind != "open":
            raise Wrong(field, "nothing is listened to on this connection")
        return self._stream

    def _status(self) -> dict[str, Any]:
        here = installed(self._models_dir)
        return {
            "type": "status",
            "models": {language: model.name for language, model in here.items()},
            "missing": [language for language in LANGUAGES if language not in here],
            **self._workers.status(),
        }

    def _tell(self, told: dict[str, Any]) -> None:
        """A reader that is slow misses what passes, never a final; one that does not read at all is cut off."""
        if told["type"] in ("ended", "transcript"):
            self._stream = None
        transport = self._writer.transport
        waiting = transport.get_write_buffer_size()
        if transport.is_closing() or (waiting > _FULL and told["type"] in _PASSING):
            return
        if waiting > _TOO_FULL:
            log.warning("a client of the speech socket does not read and is cut off")
            transport.abort()
            return
        self._writer.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


async def _line(reader: asyncio.StreamReader, visit: Visit) -> bytes | None:
    """The next line; None at the end. A line that is too long is told, and ends the connection."""
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        visit.wrong(Wrong("", f"the line is longer than {LONGEST} bytes"))
        return None
    return line


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
