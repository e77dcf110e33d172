"""What calls use of speech: a voice that speaks, and a listening that hears what is said in a sound file as it grows.

Plain sockets and no thread of its own: it works in greenlets and in threads, each listening read by one of them.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from speech.voice import Voice, VoiceError

__all__ = [
    "Heard", "Listening", "Request", "Side", "SpeechAway", "Transcript", "Voice", "VoiceError", "Word",
    "listen", "status", "transcribe",
]  # fmt: skip

AWAY = 2.0  # seconds a speech process may be away before a listening gives up
_AGAIN = 0.05  # seconds between two tries to reach it
_LONGEST = 4 * 2**20  # bytes of a line


class SpeechAway(Exception):
    """The speech process cannot be reached, or went and did not come back; the reason is a plain sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Side:
    """One channel of the file. With a `grammar` only its phrases are understood, anything else is heard as "[unk]"."""

    language: str
    grammar: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Request:
    """A raw file of 16-bit samples that grows; one side per channel, None for one that nobody listens to.

    `pause`: seconds of silence that end what is said. `start`: seconds from the file's beginning.
    """

    file: str | Path
    sides: tuple[Side | None, ...]
    pause: float = 0.8
    start: float = 0.0
    rate: int = 8000


@dataclass(frozen=True)
class Word:
    """One word; times in seconds from the file's beginning, certainty from 0 to 1."""

    word: str
    start: float
    end: float
    certainty: float


@dataclass(frozen=True)
class Heard:
    """One thing the speech process tells. Times in seconds from the file's beginning.

    `type`: listening (decoding began; `dropped` phrases have words that the model does not know), voice and quiet
    (somebody began and ceased to speak, `at`), partial (`text` until `at`, may change), final (`text`, `start`, `end`,
    `words`, `certainty`), beep (an answering machine's tone has ended: `start`, `end`), degraded (`reason`: too_busy,
    no_model, worker_lost or lagging; after the first two nothing more is heard), error (`field` and `reason`: the
    request was wrong), ended.
    """

    type: str
    side: int = 0
    text: str = ""
    at: float = 0.0
    start: float = 0.0
    end: float = 0.0
    words: tuple[Word, ...] = ()
    certainty: float = 0.0
    reason: str = ""
    field: str = ""
    language: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """A whole file in words; `reason` says why there are none."""

    text: str
    words: tuple[Word, ...] = ()
    reason: str = ""


class Listening:
    """What is heard in one file. Leaving the context abandons it; a process that restarts is taken up where it was."""

    def __init__(self, path: str | Path, request: Request, timeout: float = AWAY, away: float = AWAY) -> None:
        """Reach the process within `timeout` seconds. Raises SpeechAway."""
        self._path = str(path)
        self._request = request
        self._away = away
        self._resume = [request.start] * len(request.sides)
        self._socket: socket.socket | None = None
        self._unread = bytearray()
        self._lost = 0.0
        self._stopping = False
        self._ended = False
        deadline = time.monotonic() + timeout
        while not self._reach():
            if time.monotonic() >= deadline:
                raise SpeechAway(f"No speech process answers at {self._path}.")
            time.sleep(_AGAIN)

    def next(self, timeout: float) -> Heard | None:
        """Wait for what is heard next; None when nothing came in time, or after `ended`. Raises SpeechAway."""
        deadline = time.monotonic() + timeout
        while not self._ended:
            if line := self._line():
                heard = read(line)
                if heard is not None:
                    self._note(heard)
                    return heard
                continue
            left = deadline - time.monotonic()
            if not self._receive(max(left, 0.0)) and left <= 0:
                return None
        return None

    def grammar(self, side: int, phrases: tuple[str, ...] | None) -> None:
        """From the next utterance on understand only these phrases on a side; None: anything."""
        sides = list(self._request.sides)
        if (changed := sides[side]) is not None:
            sides[side] = replace(changed, grammar=phrases)
            self._request = replace(self._request, sides=tuple(sides))
        self._send({"grammar": {"side": side, "grammar": _phrases(phrases)}})

    def stop(self) -> None:
        """Hear no more: what was said until now still comes as finals, then `ended`."""
        self._stopping = True
        self._send({"stop": True})

    def close(self) -> None:
        """Abandon it."""
        self._ended = True
        self._drop()

    def __enter__(self) -> Listening:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _reach(self) -> bool:
        try:
            self._socket = _connect(self._path, self._away)
        except OSError:
            return False
        self._unread.clear()
        self._send({"listen": self._asked()})
        if self._stopping:
            self._send({"stop": True})
        return self._socket is not None

    def _asked(self) -> dict[str, Any]:
        request, sides = self._request, []
        for side, start in zip(request.sides, self._resume, strict=True):
            told = side and {"language": side.language, "grammar": _phrases(side.grammar), "from": start}
            sides.append(told)
        return {
            "file": str(request.file),
            "channels": len(request.sides),
            "rate": request.rate,
            "sides": sides,
            "pause": request.pause,
            "from": request.start,
        }

    def _note(self, heard: Heard) -> None:
        if heard.type == "ended":
            self.close()
        elif heard.type == "final" and heard.side < len(self._resume):
            self._resume[heard.side] = max(self._resume[heard.side], heard.end)

    def _line(self) -> bytes:
        end = self._unread.find(b"\n")
        if end < 0:
            return b""
        line = bytes(self._unread[: end + 1])
        del self._unread[: end + 1]
        return line

    def _receive(self, timeout: float) -> bool:
        """Wait for bytes, or for the process to come back. False: nothing in time."""
        if self._socket is None:
            return self._return(timeout)
        self._socket.settimeout(timeout or 0.001)
        try:
            part = self._socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            part = b""
        if not part or len(self._unread) > _LONGEST:
            self._drop()
            return True
        self._unread += part
        return True

    def _return(self, timeout: float) -> bool:
        if self._reach():
            self._lost = 0.0
            return True
        now = time.monotonic()
        self._lost = self._lost or now
        if now - self._lost >= self._away:
            self.close()
            raise SpeechAway(f"The speech process at {self._path} went away and did not come back.")
        time.sleep(min(_AGAIN, timeout))
        return False

    def _send(self, request: Mapping[str, Any]) -> None:
        if self._socket is None:
            return  # it is told when it is back
        try:
            self._socket.settimeout(self._away)
            self._socket.sendall(_encoded(request))
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def listen(socket_path: str | Path, request: Request, timeout: float = AWAY) -> Listening:
    """Begin to listen; the process is reached within `timeout` seconds. Raises SpeechAway."""
    return Listening(socket_path, request, timeout)


def status(socket_path: str | Path, timeout: float = 2.0) -> dict[str, Any]:
    """Models, workers, streams and lag of the process. Raises SpeechAway."""
    return _ask(socket_path, {"status": True}, timeout)


def transcribe(socket_path: str | Path, file: str | Path, language: str, timeout: float = 120.0) -> Transcript:
    """A whole sound file in words (WAV and whatever libsndfile reads). Raises SpeechAway."""
    answer = _ask(socket_path, {"transcribe": {"file": str(file), "language": language}}, timeout)
    return Transcript(answer.get("text", ""), _words(answer.get("words", [])), answer.get("reason", ""))


def read(line: bytes) -> Heard | None:
    """One line of the process; None for one of a kind that is not known here."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        return None
    known = {name: value for name, value in told.items() if name in Heard.__dataclass_fields__}
    known["words"] = _words(known.get("words") or [])
    known["dropped"] = tuple(known.get("dropped") or ())
    return Heard(**known)


def _words(told: list[dict[str, Any]]) -> tuple[Word, ...]:
    return tuple(Word(one["word"], one["start"], one["end"], one.get("certainty", 1.0)) for one in told)


def _ask(socket_path: str | Path, request: Mapping[str, Any], timeout: float) -> dict[str, Any]:
    """One question, one line. The connection stays whole only as long as the question."""
    deadline, unread = time.monotonic() + timeout, b""
    try:
        with _connect(str(socket_path), timeout) as connection:
            connection.sendall(_encoded(request))
            while not unread.endswith(b"\n"):
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                part = connection.recv(65536)
                if not part:
                    break
                unread += part
        answer = json.loads(unread)
    except (OSError, ValueError) as error:
        raise SpeechAway(f"The speech process at {socket_path} did not answer ({error}).") from None
    return answer if isinstance(answer, dict) else {}


def _connect(path: str, timeout: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _encoded(request: Mapping[str, Any]) -> bytes:
    return json.dumps(request, ensure_ascii=False).encode() + b"\n"


def _phrases(grammar: tuple[str, ...] | None) -> list[str] | None:
    return None if grammar is None else list(grammar)
