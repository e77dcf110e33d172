"""The voice in this process: texts spoken as callers hear them, from the cache that calls use too.

Requests run in threads of a pool. They hand their text to a thread of its own and wait, a few at a time and not for
ever, so that a slow voice never takes all of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from gevent.monkey import get_original

from conf.settings import Settings
from speech.client import Voice, VoiceError

AT_ONCE = 4  # requests that may wait for the voice
PATIENCE = 20.0  # seconds
LONGEST = 2000  # characters: what a prompt may have
NARROW = 8000  # Hz

Speak = Callable[..., Path]
_start: Any = get_original("_thread", "start_new_thread")
_Event: Any = get_original("threading", "Event")
_Semaphore: Any = get_original("threading", "BoundedSemaphore")


class Busy(Exception):
    """Too many wait for the voice, or it does not answer."""


class SharedVoice:
    """A voice that any thread may ask."""

    def __init__(self, speak: Speak, *, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._speak = speak
        self._places = _Semaphore(at_once)
        self._patience = patience

    def speak(self, text: str, language: str, rate: int = NARROW) -> Path:
        """The file that speaks a text. Raises VoiceError with a reason, or Busy."""
        if not self._places.acquire(blocking=False):
            raise Busy
        done = _Event()
        found: list[Path | Exception] = []

        def work() -> None:
            try:
                found.append(self._speak(text, language, rate))
            except Exception as error:  # noqa: BLE001  whoever waits hears it
                found.append(error)
            finally:
                self._places.release()  # not before: who gave up waiting still keeps the voice at work
                done.set()

        _start(work, ())
        if not done.wait(self._patience):
            raise Busy
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]


def init_app(app: Flask, settings: Settings) -> None:
    """Give an application the voice that calls have."""
    app.extensions["voice"] = SharedVoice(Voice(settings.sounds_dir / "spoken").speak)


def voice() -> SharedVoice:
    """The voice of this application."""
    return cast(SharedVoice, current_app.extensions["voice"])


__all__ = ["LONGEST", "NARROW", "Busy", "SharedVoice", "VoiceError", "init_app", "voice"]
