"""The process that speaks: one thread, one text at a time, JSON lines in on stdin and out on stdout.

    -> {"text": ..., "voice": ..., "rate": Hz, "path": ..., "cache": folder, "limit": bytes}
    <- {"frames": n}  or  {"error": "missing" | "silent" | "storage" | "failed", "detail": ...}

It is a process of its own because espeak-ng is one global state that stuck threads or a crash would take the calls
down with. pyttsx3 returns before the speech is made, loses the tail of a long first text, and gives no error for a
path it cannot write: hence the warm-up, the wait for the finished event, and the look at what came out.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from speech import cache, sound

WORDS_PER_MINUTE = 165
_SCRATCH = "souffleur-voice-"  # and the worker's pid
_TRIES = 3
_FINISHED = 3.0, 0.001  # seconds to wait for a text, and more per character: 5,000 take one second
_IDLE = 2.0
_PR_SET_PDEATHSIG = 1


class Silent(Exception):
    """Nothing audible came out, however often it was tried."""


class Mouth:
    """espeak-ng through pyttsx3, with each call waited for and checked."""

    def __init__(self, folder: Path) -> None:
        import pyttsx3  # here: it fails where espeak-ng is not installed
        from pyttsx3.drivers import _espeak

        self._playing = _espeak.IsPlaying
        self._raw = folder / "speech.wav"
        self._finished = threading.Event()
        self._engine = pyttsx3.init("espeak")
        self._engine.setProperty("rate", WORDS_PER_MINUTE)
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())
        with contextlib.suppress(Silent):
            self.say("Bonjour.", "roa/fr")  # the first text of a process may lose its tail

    def say(self, text: str, voice: str) -> tuple[sound.Samples, int]:
        """Return samples and their rate. Raises Silent after the third try."""
        for _ in range(_TRIES):
            self._raw.unlink(missing_ok=True)
            self._wait_idle()
            self._finished.clear()
            self._engine.setProperty("voice", voice)
            self._engine.save_to_file(text, str(self._raw))
            self._engine.runAndWait()
            if self._finished.wait(_FINISHED[0] + _FINISHED[1] * len(text)) and self._raw.exists():
                samples, rate = sound.read(self._raw)
                if len(samples):
                    return samples, rate
        raise Silent

    def _wait_idle(self) -> None:
        end = time.monotonic() + _IDLE
        while self._playing() and time.monotonic() < end:
            time.sleep(0.002)


def _sweep() -> None:
    """Remove what workers left that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        pid = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def serve(requests: TextIO, replies: TextIO) -> None:
    """Answer requests until the other side closes."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-") as folder:
        try:
            mouth = Mouth(Path(folder))
        except (RuntimeError, OSError, ImportError) as error:
            _reply(replies, {"error": "missing", "detail": str(error)})
            return
        _reply(replies, {"ready": True})
        for line in requests:
            _reply(replies, _perform(mouth, json.loads(line)))


def _perform(mouth: Mouth, request: dict[str, Any]) -> dict[str, Any]:
    try:
        samples, rate = mouth.say(request["text"], request["voice"])
        samples = sound.prepare(samples, rate, request["rate"])
        if not len(samples):
            return {"error": "silent"}
        _keep(Path(request["path"]), samples, request["rate"])
        cache.make_room(Path(request["cache"]), request["limit"], Path(request["path"]))
    except Silent:
        return {"error": "silent"}
    except OSError as error:
        return {"error": "storage", "detail": error.strerror or str(error)}
    except Exception as error:  # noqa: BLE001 - the one place that turns any fault of the synthesiser into an answer
        return {"error": "failed", "detail": f"{type(error).__name__}: {error}"}
    return {"frames": len(samples)}


def _keep(path: Path, samples: sound.Samples, rate: int) -> None:
    """Write beside the final name, then rename: a reader finds a whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        sound.write(part, samples, rate)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _reply(replies: TextIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


def _end_with_parent() -> None:
    """Ask Linux for it: a worker stuck inside espeak-ng would not notice that its stdin was closed."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Keep stdout for replies: pyttsx3 prints there."""
    _end_with_parent()
    logging.disable(logging.CRITICAL)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        serve(os.fdopen(0, encoding="utf-8"), replies)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # espeak-ng aborts when Python takes it down
