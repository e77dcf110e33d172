"""One growing file with the sides that are heard in it."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from speech.recognition.engines import Engines
from speech.recognition.side import CHUNK, Side, Told
from speech.recognition.sources import Growing

_APPEARS = 3.0  # seconds a file may take to exist
_LAGGING = 1.0  # seconds behind at which it is told
_TOLD_FOR = 10.0  # seconds until it is told again


class Listening:
    """What a worker follows: `read` often, `decode` when there is time."""

    def __init__(self, asked: dict[str, Any], engines: Engines, tell: Told) -> None:
        """`asked`: as the front door checked it."""
        self._asked = asked
        self._engines = engines
        self._tell = tell
        self._since = time.monotonic()
        self._source: Growing | None = None
        self._sides: dict[int, Side] = {}
        self._arrived: deque[tuple[float, float]] = deque()  # when how many seconds had been read
        self._read_until = self._start
        self._stopping = False
        self._caught_up = False
        self._tell_again = 0.0
        self.lag = 0.0
        self.ended = False

    @property
    def _start(self) -> float:
        return min(float(side["from"]) for side in self._asked["sides"] if side)

    def stop(self) -> None:
        """Hear what is there, tell it, end."""
        self._stopping = True

    def regrammar(self, index: int, phrases: list[str] | None) -> None:
        """Understand other phrases on a side."""
        self._asked["sides"][index]["grammar"] = phrases
        if side := self._sides.get(index):
            engine = self._engines.get(self._asked["sides"][index]["language"])
            assert engine is not None, "its side has it"
            grammar = engine.grammar(phrases)
            side.regrammar(grammar)
            if grammar.dropped:
                self._tell({"type": "listening", "side": index, "dropped": list(grammar.dropped)})

    def read(self) -> bool:
        """Take what the file has; False while there is nothing."""
        if self.ended or not self._opened():
            return False
        assert self._source is not None
        waiting = any(side.waiting >= CHUNK for side in self._sides.values())
        if waiting and not self._caught_up:
            return False  # what is old is decoded before more of it is read
        channels = self._source.read()
        if channels:
            began, self._read_until = self._read_until, self._read_until + len(channels[0]) / 2 / self._asked["rate"]
            self._arrived.append((self._read_until, time.monotonic()))
            for index, side in self._sides.items():
                side.hear(self._after(index, channels[index], began))
            return True
        if not waiting:
            self._caught_up = True
            if self._stopping:
                self._finish()
        return False

    def decode(self) -> bool:
        """Decode one piece of each side that has one."""
        done = [side.decode() for side in self._sides.values()]
        if any(done) and self._caught_up:
            self._measure()
        return any(done)

    def progress(self) -> dict[str, float]:
        """Until where each side has been told, in seconds."""
        return {str(index): round(side.settled, 3) for index, side in self._sides.items()}

    def close(self) -> None:
        """Give everything back."""
        self.ended = True
        for side in self._sides.values():
            side.close()
        self._sides.clear()
        if self._source:
            self._source.close()
            self._source = None

    def _opened(self) -> bool:
        if self._source:
            return True
        try:
            engines = {one["language"]: self._engines.get(one["language"]) for one in self._asked["sides"] if one}
        except LookupError as reason:
            self._tell(
                {"type": "degraded", "reason": "no_model", "language": self._language_without(), "text": str(reason)}
            )
            return self._end()
        if not all(engines.values()):
            return False
        try:
            self._source = Growing(self._asked["file"], self._asked["channels"], self._asked["rate"], self._start)
        except OSError as error:
            if self._stopping or not isinstance(error, FileNotFoundError) or time.monotonic() - self._since > _APPEARS:
                self._tell({"type": "error", "field": "file", "reason": error.strerror or str(error)})
                return self._end()
            return False
        for index, asked in enumerate(self._asked["sides"]):
            if asked:
                self._begin(index, asked)
        return True

    def _begin(self, index: int, asked: dict[str, Any]) -> None:
        engine = self._engines.get(asked["language"])
        assert engine is not None, "all were there a moment ago"
        grammar = engine.grammar(asked["grammar"])

        def tell(heard: dict[str, Any]) -> None:
            self._tell({**heard, "side": index})

        rate, pause = self._asked["rate"], self._asked["pause"]
        self._sides[index] = Side(engine, rate, grammar, pause, asked["from"], tell)
        told: dict[str, Any] = {"type": "listening", "side": index}
        if grammar.dropped:
            told["dropped"] = list(grammar.dropped)
        self._tell(told)

    def _after(self, index: int, samples: bytes, began: float) -> bytes:
        """Without what lies before the moment from which a side is heard."""
        early = self._asked["sides"][index]["from"] - began
        return samples[int(early * self._asked["rate"]) * 2 :] if early > 0 else samples

    def _measure(self) -> None:
        """How long ago the newest of what is decoded had come."""
        until = self._read_until - max((side.waiting for side in self._sides.values()), default=0.0)
        arrived = 0.0
        while self._arrived and self._arrived[0][0] <= until + 0.001:
            arrived = self._arrived.popleft()[1]
        now = time.monotonic()
        if arrived:
            self.lag = now - arrived
        if self.lag > _LAGGING and now >= self._tell_again:
            self._tell_again = now + _TOLD_FOR
            self._tell({"type": "degraded", "reason": "lagging"})

    def _finish(self) -> None:
        for side in self._sides.values():
            side.flush()
        self._end()

    def _end(self) -> bool:
        self._tell({"type": "ended"})
        self.close()
        return False

    def _language_without(self) -> str:
        for side in self._asked["sides"]:
            try:
                if side:
                    self._engines.get(side["language"])
            except LookupError:
                return str(side["language"])
        return ""
