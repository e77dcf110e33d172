"""The protocol of vosk-server, so that its clients work here unchanged.

The client sends {"config": {"sample_rate", "phrase_list", "words", "max_alternatives", "model"}}, then samples in
binary messages, each answered by {"partial"} or a result, and at the end {"eof": 1}, answered by the final result.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from speech.models import installed
from speech.serving.workers import Stream, Workers

_LONGEST = 2**20  # bytes of a message, as vosk-server has it
_RATES = range(4000, 96001)
_TRY_LATER, _NOT_UNDERSTOOD, _BROKEN = 1013, 1007, 1011


class Refused(Exception):
    """Why a connection is closed: the code of RFC 6455, and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class WebSocketDoor:
    """Listens on a TCP port."""

    def __init__(self, host: str, port: int, workers: Workers, models_dir: Path, language: str) -> None:
        """`language` is understood where the client names none: vosk-server has one model."""
        self._where = host, port
        self._workers = workers
        self._models_dir = models_dir
        self._language = language
        self._server: Server | None = None

    async def open(self) -> int:
        """Listen, and return the port. Raises OSError."""
        self._server = await serve(self._visit, *self._where, max_size=_LONGEST)
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        """Let nobody in, and send everybody away."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _visit(self, connection: ServerConnection) -> None:
        dictating = _Dictating(self._workers, self._models_dir, self._language)
        try:
            async for message in connection:
                answer = await dictating.answer(message)
                if answer is not None:
                    await connection.send(answer)
                if dictating.over:
                    break
        except Refused as refused:
            await connection.close(refused.code, refused.reason[:120])
        except ConnectionClosed:
            pass
        finally:
            dictating.leave()


class _Dictating:
    """What one client wants, and its stream from the first samples on."""

    def __init__(self, workers: Workers, models_dir: Path, language: str) -> None:
        self._workers = workers
        self._models_dir = models_dir
        self._asked: dict[str, Any] = {
            "language": language, "rate": 8000, "grammar": None, "words": True, "alternatives": 0,
        }  # fmt: skip
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._stream: Stream | None = None
        self.over = False

    async def answer(self, message: str | bytes) -> str | None:
        """What a message is answered with; a configuration with nothing. Raises Refused."""
        if isinstance(message, bytes):
            if len(message) % 2:
                raise Refused(_NOT_UNDERSTOOD, "samples have two bytes each")
            self._workers.push(self._opened(), message)
            return await self._result()
        told = _object(message)
        if "config" in told:
            self._configure(told["config"])
            return None
        how = next((how for how in ("eof", "reset") if told.get(how)), None)
        if how is None:
            raise Refused(_NOT_UNDERSTOOD, "neither config nor eof nor reset")
        self.over = how == "eof"
        self._workers.finish(self._opened(), how)
        return await self._result()

    def leave(self) -> None:
        """The client has gone."""
        if self._stream:
            self._workers.close(self._stream)
            self._stream = None

    def _opened(self) -> Stream:
        if self._stream is None:
            if self._asked["language"] not in installed(self._models_dir):
                raise Refused(_BROKEN, f"no model of the language {self._asked['language']}")
            stream = Stream("dictate", dict(self._asked), self._answers.put_nowait)
            if not self._workers.open(stream):
                raise Refused(_TRY_LATER, "too busy")
            self._stream = stream
        return self._stream

    async def _result(self) -> str:
        told = await self._answers.get()
        if told["type"] != "vosk":
            raise Refused(_BROKEN, told.get("text") or told.get("reason") or "the recogniser is lost")
        return json.dumps(told["result"], ensure_ascii=False)

    def _configure(self, config: Any) -> None:
        if not isinstance(config, dict):
            raise Refused(_NOT_UNDERSTOOD, "config: must be an object")
        self.leave()  # as vosk-server does: a new configuration is a new recogniser
        rate = config.get("sample_rate", self._asked["rate"])
        if isinstance(rate, bool) or not isinstance(rate, int | float) or int(rate) not in _RATES:
            raise Refused(_NOT_UNDERSTOOD, "config.sample_rate: must be samples a second")
        phrases = config.get("phrase_list", self._asked["grammar"])
        if phrases is not None and not (isinstance(phrases, list) and all(isinstance(one, str) for one in phrases)):
            raise Refused(_NOT_UNDERSTOOD, "config.phrase_list: must be a list of phrases")
        most = config.get("max_alternatives", self._asked["alternatives"])
        if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= 100:
            raise Refused(_NOT_UNDERSTOOD, "config.max_alternatives: must be a whole number from 0 to 100")
        self._asked |= {
            "rate": int(rate),
            "grammar": phrases,
            "alternatives": most,
            "words": bool(config.get("words", self._asked["words"])),
            "language": self._named(config.get("model")),
        }

    def _named(self, model: Any) -> str:
        """The language of a model's name, or a language itself."""
        for language, one in installed(self._models_dir).items():
            if model in (language, one.name):
                return language
        return str(self._asked["language"])


def _object(message: str) -> dict[str, Any]:
    try:
        told = json.loads(message)
    except ValueError:
        raise Refused(_NOT_UNDERSTOOD, "is not JSON") from None
    if not isinstance(told, dict):
        raise Refused(_NOT_UNDERSTOOD, "must be an object")
    return told
