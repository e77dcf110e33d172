"""`python -m speech serve`: the workers and both doors, until a signal comes."""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from pathlib import Path

from speech.models import installed
from speech.serving.door import Door
from speech.serving.websocket import WebSocketDoor
from speech.serving.workers import Workers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What `serve` is told by the settings. `language` is loaded at the start; others when they are first spoken."""

    models_dir: Path
    socket: Path
    host: str
    port: int
    language: str
    workers: int = 0
    streams: int = 4


async def serve(wanted: Wanted) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError where it cannot listen."""
    here = installed(wanted.models_dir)
    language = wanted.language if wanted.language in here else next(iter(here), wanted.language)
    workers = Workers(wanted.models_dir, [language] if here else [], wanted.workers, wanted.streams)
    door = Door(wanted.socket, workers, wanted.models_dir)
    websocket = WebSocketDoor(wanted.host, wanted.port, workers, wanted.models_dir, language)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await door.open()
        port = await websocket.open()
        await workers.start()
        log.info(
            "speech is heard at %s and ws://%s:%d; models: %s", wanted.socket, wanted.host, port,
            ", ".join(here) or "none (python -m speech models install en)",
        )  # fmt: skip
        await ended.wait()
    finally:
        await websocket.close()
        await door.close()
        await workers.stop()
