"""A worker: one process, one thread that decodes, and the streams that were given to it.

Lines of JSON on stdin: {"adopt": true} before anything else, then {"open": n, ...}, {"transcribe": n, ...},
{"dictate": n, ...}, {"grammar": n, ...}, {"stop": n}, {"drop": n}, {"finish": n, "how": "eof"|"reset"}, and
{"push": n, "size": bytes} followed by that many bytes. On stdout {"stream": n, ...} for what is heard, and
{"beat": ...} twice a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from speech.recognition.dictation import Dictation, Transcription
from speech.recognition.engines import Engines
from speech.recognition.listening import Listening

_POLL = 0.01  # seconds between two looks at the files
_BEAT = 0.5
_TELEPHONE = 8000
_PR_SET_PDEATHSIG = 1
_ENDED = b""


class _Stream(Protocol):
    def decode(self) -> bool: ...


class Worker:
    """The loop. Files are looked at often and cheaply; then one piece of each stream is decoded in turn."""

    def __init__(self, models_dir: Path, languages: list[str], warm: int) -> None:
        """`languages` are loaded at once, with `warm` recognisers each."""
        self._engines = Engines(models_dir)
        self._languages = languages
        self._to_warm = dict.fromkeys(languages, warm)
        self._listenings: dict[int, Listening] = {}
        self._transcriptions: dict[int, Transcription] = {}
        self._dictations: dict[int, Dictation] = {}
        self._all: tuple[dict[int, Any], ...] = (self._listenings, self._transcriptions, self._dictations)
        self._unread = bytearray()
        self._beat_due = 0.0
        self._running = True
        self._is_ready = False
        self._adopted = False  # a spare, whom nobody listens to

    def run(self) -> None:
        """Until stdin is closed."""
        while self._running:
            busy = self._look()
            self._commands(0.0 if busy else _POLL if self._listenings else _BEAT / 2)
            self._beat()

    def _look(self) -> bool:
        self._read()
        live: list[_Stream] = [*self._listenings.values(), *self._dictations.values()]
        busy = False
        for one in live:
            if one.decode():
                busy = True
                self._read()  # whoever begins to speak is noticed while others are decoded
        if not busy:
            busy = any(one.decode() for one in list(self._transcriptions.values())[:1])
        for streams in self._all:
            for stream in [stream for stream, one in streams.items() if one.ended]:
                del streams[stream]
        return busy or (not live and self._warm())

    def _read(self) -> None:
        for listening in self._listenings.values():
            listening.read()

    def _warm(self) -> bool:
        """Make one recogniser ready, when there is nothing else to do."""
        for language, count in self._to_warm.items():
            try:
                engine = self._engines.get(language)
            except LookupError:
                count = 0
            if count and engine:
                engine.warm(_TELEPHONE)
                count -= 1
            elif count:
                continue
            self._to_warm[language] = count
            if count:
                return True
        return False

    def _commands(self, timeout: float) -> None:
        while select.select([0], [], [], timeout)[0]:
            data = os.read(0, 262144)
            if data == _ENDED:
                self._running = False
                return
            self._unread += data
            self._obey()
            timeout = 0.0

    def _obey(self) -> None:
        while (end := self._unread.find(b"\n")) >= 0:
            command = json.loads(self._unread[:end])
            size = command.get("size", 0)
            if len(self._unread) < end + 1 + size:
                return
            samples = bytes(self._unread[end + 1 : end + 1 + size])
            del self._unread[: end + 1 + size]
            self._perform(command, samples)

    def _perform(self, command: dict[str, Any], samples: bytes) -> None:
        match command:
            case {"adopt": True}:
                self._adopted = True
            case {"open": int(stream), **asked}:
                self._listenings[stream] = Listening(asked, self._engines, _teller(stream))
            case {"transcribe": int(stream), **asked}:
                self._transcriptions[stream] = Transcription(asked, self._engines, _teller(stream))
            case {"dictate": int(stream), **asked}:
                self._dictations[stream] = Dictation(asked, self._engines, _teller(stream))
            case {"push": int(stream)}:
                if dictation := self._dictations.get(stream):
                    dictation.push(samples)
            case {"finish": int(stream), "how": str(how)}:
                if dictation := self._dictations.get(stream):
                    dictation.push(how)
            case {"grammar": int(stream), "side": int(side), "phrases": phrases}:
                if listening := self._listenings.get(stream):
                    listening.regrammar(side, phrases)
            case {"stop": int(stream)}:
                if listening := self._listenings.get(stream):
                    listening.stop()
            case {"drop": int(stream)}:
                for streams in self._all:
                    if one := streams.pop(stream, None):
                        one.close()

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_due or not (self._adopted or self._is_ready_first()):
            return
        self._beat_due = now + _BEAT
        lags = [listening.lag for listening in self._listenings.values()]
        progress = {str(stream): listening.progress() for stream, listening in self._listenings.items()}
        _say(
            {"beat": {"lag": round(max(lags, default=0.0), 3), "loaded": self._engines.loaded(), "progress": progress}}
        )

    def _is_ready_first(self) -> bool:
        """Once, when a spare has loaded its languages."""
        if self._is_ready or set(self._languages) - set(self._engines.loaded()):
            return False
        self._is_ready = True
        return True


def _teller(stream: int) -> Callable[[dict[str, Any]], None]:
    return lambda heard: _say({"stream": stream, **heard})


def _say(told: dict[str, Any]) -> None:
    line = memoryview(json.dumps(told, ensure_ascii=False).encode() + b"\n")
    while line:
        line = line[os.write(_answers, line) :]


_answers = 1


def main() -> None:
    """`models_dir`, languages and recognisers to have ready are its arguments. stdout is kept for answers."""
    global _answers
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C ends the process before it
    _answers = os.dup(1)
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError):
        Worker(Path(sys.argv[1]), sys.argv[2].split(",") if sys.argv[2] else [], int(sys.argv[3])).run()


if __name__ == "__main__":
    main()
    os._exit(0)  # whatever is being loaded is not waited for
