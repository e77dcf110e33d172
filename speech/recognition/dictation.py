"""What the other two ways in need: a whole file in words, and the results of Vosk as it gives them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from speech.recognition.engines import Engines
from speech.recognition.side import Side, Told
from speech.recognition.sources import Whole

_PAUSE = 0.8  # seconds between two utterances of a file
_PIECE = 0.4  # seconds decoded at once of what a client pushes


class Transcription:
    """A whole file, a piece at a time, when no call needs the time."""

    def __init__(self, asked: dict[str, Any], engines: Engines, tell: Told) -> None:
        """`asked`: file and language."""
        self._asked = asked
        self._engines = engines
        self._tell = tell
        self._finals: list[dict[str, Any]] = []
        self._side: Side | None = None
        self._pieces: Iterator[bytes] = iter(())
        self.ended = False

    def decode(self) -> bool:
        """Do one piece; False while the model is loaded, and when it has ended."""
        if self.ended or not (self._side or self._open()):
            return False
        assert self._side is not None
        if self._side.decode():
            return True
        piece = next(self._pieces, None)
        if piece is None:
            self._side.flush()
            self._answer(
                text=" ".join(one["text"] for one in self._finals),
                words=[word for one in self._finals for word in one["words"]],
            )
            return False
        self._side.hear(piece)
        return True

    def close(self) -> None:
        """Give everything back."""
        self.ended = True
        if self._side:
            self._side.close()
            self._side = None

    def _open(self) -> bool:
        try:
            engine = self._engines.get(self._asked["language"])
            if engine is None:
                return False
            whole = Whole(self._asked["file"])
        except LookupError as error:
            self._answer(reason=str(error))
            return False
        except ValueError as error:
            self._tell({"type": "error", "field": "transcribe.file", "reason": str(error)})
            self.close()
            return False
        self._pieces = whole.pieces()
        self._side = Side(engine, whole.rate, engine.grammar(None), _PAUSE, 0.0, self._note)
        return True

    def _note(self, heard: dict[str, Any]) -> None:
        if heard["type"] == "final":
            self._finals.append(heard)

    def _answer(self, **told: Any) -> None:
        self._tell({"type": "transcript", **told})
        self.close()


class Dictation:
    """Samples that a client pushes: one answer of Vosk for each message, whatever it says."""

    def __init__(self, asked: dict[str, Any], engines: Engines, tell: Told) -> None:
        """`asked`: language, rate, grammar, words, alternatives."""
        self._asked = asked
        self._engines = engines
        self._tell = tell
        self._todo: deque[bytes | str] = deque()
        self._results: list[dict[str, Any]] = []
        self.ended = False
        self._recogniser: Any = None
        self._engine: Any = None

    def push(self, message: bytes | str) -> None:
        """Samples; or "eof" or "reset", whose answer is the final result."""
        self._todo.append(message)

    def decode(self) -> bool:
        """Do one piece of a message."""
        if self.ended or not self._todo or not (self._recogniser or self._open()):
            return False
        message = self._todo.popleft()
        if isinstance(message, str):
            self._tell({"type": "vosk", "result": _joined([*self._results, self._recogniser.final()])})
            self._results.clear()
            if message == "eof":
                self.close()
            return True
        size = int(self._asked["rate"] * _PIECE) * 2
        if self._recogniser.accept(message[:size]):
            self._results.append(self._recogniser.result())
        if rest := message[size:]:
            self._todo.appendleft(rest)
        elif self._results:
            self._tell({"type": "vosk", "result": _joined(self._results)})
            self._results.clear()
        else:
            self._tell({"type": "vosk", "result": {"partial": self._recogniser.partial()}})
        return True

    def close(self) -> None:
        """Give the recogniser back as it was."""
        self.ended = True
        if self._recogniser:
            self._recogniser.final()
            self._recogniser.alternatives(0)
            self._recogniser.words(True)
            self._engine.give(self._recogniser)
            self._recogniser = None

    def _open(self) -> bool:
        try:
            self._engine = self._engines.get(self._asked["language"])
        except LookupError as reason:
            self._tell({"type": "degraded", "reason": "no_model", "text": str(reason)})
            self.ended = True
            return False
        if self._engine is None:
            return False
        self._recogniser = self._engine.take(self._asked["rate"], self._engine.grammar(self._asked["grammar"]))
        self._recogniser.alternatives(self._asked["alternatives"])
        self._recogniser.words(self._asked["words"])
        return True


def _joined(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several utterances that ended in one message, as the one answer that the client waits for."""
    said = [one for one in results if one.get("text") or one.get("alternatives")]
    if len(said) <= 1:
        return said[0] if said else results[-1]
    if any("alternatives" in one for one in said):
        return said[-1]
    joined: dict[str, Any] = {"text": " ".join(one["text"] for one in said)}
    words = [word for one in said for word in one.get("result", [])]
    return {"result": words, **joined} if words else json.loads(json.dumps(joined))
