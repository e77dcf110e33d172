"""Text to sound: spoken by espeak-ng in a process of its own, kept in a cache on disk."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speech import cache
from speech.text import LONGEST, RATES, VOICES, VoiceError, spoken, voice_for
from speech.voice_process import COMMAND, VoiceProcess, WorkerLost

__all__ = ["LONGEST", "RATES", "VOICES", "Voice", "VoiceError"]

_AGAIN = 30.0  # seconds before a missing espeak-ng is looked for again
_TRIES = 2

MISSING = "Texts cannot be spoken: espeak-ng is not installed (Debian: apt install espeak-ng)."
_REASONS = {
    "missing": MISSING,
    "silent": "There is nothing to speak in this text.",
    "storage": "The sound cannot be stored in {folder}: {detail}.",
    "failed": "The voice failed: {detail}.",
}


@dataclass(frozen=True)
class _Wish:
    text: str
    voice: str
    rate: int
    path: Path


_Wishes = queue.Queue[tuple[_Wish, Future[Path]] | None]


class Voice:
    """Speaks texts into WAV files (mono, 16 bit). `speak` blocks the thread or greenlet that calls it and no other.

    One owner thread (a greenlet under gevent) talks to the worker, so a caller that is killed while it waits leaves
    the worker's conversation whole. Callers that wish for the same sound at the same time share one synthesis.
    """

    def __init__(
        self,
        cache_dir: Path | str,
        limit_bytes: int = 500_000_000,
        patience: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`limit_bytes` bounds the cache; a worker silent for `patience` seconds is killed and replaced."""
        self.synthesised = 0  # sounds made, not found in the cache
        self._folder = Path(cache_dir).absolute()
        self._limit = limit_bytes
        self._clock = clock
        self._command = command
        self._patience = patience
        self._process: VoiceProcess | None = None
        self._wishes: _Wishes = queue.Queue()
        self._pending: dict[Path, Future[Path]] = {}
        self._lock = threading.Lock()
        self._owner: threading.Thread | None = None
        self._missing_since: float | None = None

    def speak(self, text: str, language: str = "fr", rate: int = 16000) -> Path:
        """Return the file that speaks a text (8000 or 16000 Hz). Raises VoiceError with a plain reason."""
        if rate not in RATES:
            raise VoiceError("Sounds are made at 8000 or 16000 Hz, not {rate}.", rate=rate)
        voice, text = voice_for(language), spoken(text)
        path = cache.path_for(self._folder, voice, rate, text)
        if cache.touch(path):
            return path
        return self._wish(_Wish(text, voice, rate, path)).result()

    def start(self) -> None:
        """Start the worker ahead of the first text, without waiting for it."""
        with self._lock:
            self._start_owner()

    def close(self) -> None:
        """End the worker; a later `speak` starts another."""
        with self._lock:
            owner, self._owner = self._owner, None
            if owner:
                self._wishes.put(None)
        if owner:
            owner.join()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id; None when none runs."""
        return self._process.pid if self._process else None

    def _wish(self, wish: _Wish) -> Future[Path]:
        with self._lock:
            future = self._pending.get(wish.path)
            if future is None:
                future = self._pending[wish.path] = Future()
                self._start_owner()
                self._wishes.put((wish, future))
            return future

    def _start_owner(self) -> None:
        if self._owner is None:
            self._wishes = queue.Queue()
            self._owner = threading.Thread(target=self._own, args=(self._wishes,), name="voice", daemon=True)
            self._owner.start()

    def _own(self, wishes: _Wishes) -> None:
        process = self._process = VoiceProcess(self._patience, self._command)
        with contextlib.suppress(WorkerLost, OSError):  # the first text tries again, and says what is wrong
            process.start()
        while (item := wishes.get()) is not None:
            wish, future = item
            try:
                future.set_result(self._fulfil(process, wish))
            except Exception as error:  # noqa: BLE001 - whoever waits hears it
                future.set_exception(error)
            with self._lock:
                del self._pending[wish.path]
        process.stop()

    def _fulfil(self, process: VoiceProcess, wish: _Wish) -> Path:
        if cache.touch(wish.path):  # made while this one stood in the queue
            return wish.path
        if self._missing_since is not None and self._clock() - self._missing_since < _AGAIN:
            raise VoiceError(MISSING)
        reply = _ask(process, self._request(wish))
        self._missing_since = self._clock() if reply.get("error") == "missing" else None
        if "error" in reply:
            template = _REASONS.get(reply["error"], _REASONS["failed"])
            raise VoiceError(template, folder=self._folder, detail=reply.get("detail", reply["error"]))
        self.synthesised += 1
        return wish.path

    def _request(self, wish: _Wish) -> dict[str, Any]:
        return {
            "text": wish.text,
            "voice": wish.voice,
            "rate": wish.rate,
            "path": str(wish.path),
            "cache": str(self._folder),
            "limit": self._limit,
        }


def _ask(process: VoiceProcess, request: dict[str, Any]) -> dict[str, Any]:
    lost: Exception | None = None
    for _ in range(_TRIES):
        try:
            return process.ask(request)
        except (WorkerLost, OSError) as error:
            lost = error
    return {"error": "failed", "detail": f"the voice process {lost}"}
