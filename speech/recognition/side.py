"""One voice of a listening: when it speaks, what it says while it says it, and what it has said.

Silence is not decoded. What might be speech opens the gate, with what came just before; it closes once everything said
has been told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from speech.recognition.activity import Activity
from speech.recognition.beep import Beeps
from speech.recognition.engine import Engine
from speech.recognition.grammar import Grammar

CHUNK = 0.06  # seconds decoded at once; less of it costs no more, and words come sooner
_BEFORE = 0.4  # seconds kept from before the gate opened
_AFTER = 0.6  # seconds the gate stays open when nothing comes of it
_LATE = 0.3  # seconds by which words trail the sound
Told = Callable[[dict[str, Any]], None]


class Side:
    """Samples in by `hear`, decoded piece by piece by `decode`. Times are seconds of the stream."""

    def __init__(
        self, engine: Engine, rate: int, grammar: Grammar, pause: float, start: float, tell: Told, *, gate: bool = True
    ) -> None:
        """`pause`: seconds of silence that end what is said. `start`: where the first sample stands in the stream."""
        self._engine = engine
        self._rate = rate
        self._pause = pause
        self._tell = tell
        self._grammar = grammar
        self._recogniser = engine.take(rate, grammar)
        self._next_grammar: Grammar | None = None
        self._activity = Activity(rate, start)
        self._beeps = Beeps(rate, start)
        self._frames = bytearray()  # not yet a whole frame
        self._queue = bytearray()  # not yet decoded
        self._decoded = start
        self._gated = gate
        self._open = not gate
        self._opened = start
        self._offset = start - self._recogniser.fed
        self._held: list[dict[str, Any]] = []  # words of an utterance that may go on after Vosk saw its end
        self._partial = ""
        self._pending = False  # the recogniser has words of its own

    @property
    def waiting(self) -> float:
        """Seconds heard and to be decoded."""
        return self._seconds(len(self._queue)) if self._open else 0.0

    @property
    def settled(self) -> float:
        """Until where everything has been told."""
        if self._open:
            return min(self._opened, self._held[0]["start"] if self._held else self._opened)
        return self._decoded

    def hear(self, samples: bytes) -> None:
        """Take samples: notice voice at once, queue what is to be decoded."""
        self._frames += samples
        size = self._activity.frame
        whole = len(self._frames) - len(self._frames) % size
        for at in range(0, whole, size):
            self._notice(bytes(self._frames[at : at + size]))
        del self._frames[:whole]

    def decode(self, least: float = CHUNK) -> bool:
        """Decode one piece if `least` seconds are there; False when there is nothing to do."""
        if not self._open or self.waiting < least or not self._queue:
            return False
        size = min(int(self._rate * CHUNK) * 2, len(self._queue))
        piece = bytes(self._queue[:size])
        del self._queue[:size]
        ended = self._recogniser.accept(piece)
        self._decoded += self._seconds(size)
        if ended:
            self._hold(self._recogniser.result())
        else:
            self._tell_partial()
        self._settle()
        return True

    def regrammar(self, grammar: Grammar) -> None:
        """Understand other phrases from the next utterance on."""
        self._next_grammar = grammar
        if not self._pending and not self._held:
            self._swap()

    def flush(self) -> None:
        """Decode what is left and tell what was said until now."""
        self._frames.clear()
        while self.decode(least=0.0):
            pass
        self._end_utterance()

    def close(self) -> None:
        """Give the recogniser back."""
        self._recogniser.final()
        self._engine.give(self._recogniser)

    def _notice(self, frame: bytes) -> None:
        self._queue += frame
        change = self._activity.hear(frame)
        if change == "voice":
            self._tell({"type": "voice", "at": round(max(0.0, self._activity.began), 2)})
        elif change == "quiet":
            self._tell({"type": "quiet", "at": round(self._activity.voiced, 2)})
        if beep := self._beeps.hear(frame):
            self._tell({"type": "beep", "start": beep.start, "end": beep.end, "pitch": beep.pitch})
        if self._open:
            return
        keep = int(self._rate * _BEFORE) * 2
        if surplus := max(0, len(self._queue) - keep):
            del self._queue[:surplus]
        self._decoded = self._activity.now - self._seconds(len(self._queue))
        if self._activity.stirred == self._activity.now:
            self._open = True
            self._opened = self._decoded
            self._offset = self._decoded - self._recogniser.fed

    def _hold(self, told: dict[str, Any]) -> None:
        self._held += self._words(told.get("result", []))
        self._pending = False

    def _tell_partial(self) -> None:
        said = self._recogniser.partial()
        self._pending = bool(said)
        text = " ".join([*(one["word"] for one in self._held), *said.split()])
        if text and text != self._partial:
            self._tell({"type": "partial", "text": text, "at": round(self._decoded, 2), "words": list(self._held)})
        self._partial = text

    def _settle(self) -> None:
        """Tell an utterance that has ended, and close the gate when there is nothing to hear."""
        heard_until = self._activity.stirred  # of what is queued as well
        silent = self._decoded - heard_until
        if (self._pending or self._held) and (silent >= self._pause or self._words_ended()):
            self._end_utterance()
        if self._gated and not self._pending and not self._held and silent >= _AFTER:
            self._end_utterance()  # a short word may not have been in a partial yet
            self._open = False

    def _words_ended(self) -> bool:
        """In a noise that never ceases: Vosk has seen the end, and no word followed it."""
        return not self._pending and self._decoded - float(self._held[-1]["end"]) >= self._pause + _LATE

    def _end_utterance(self) -> None:
        if self._open:
            self._hold(self._recogniser.final())
            self._offset = self._decoded - self._recogniser.fed
        words, self._held, self._partial = self._held, [], ""
        self._opened = self._decoded
        if words:
            self._tell(
                {
                    "type": "final",
                    "text": " ".join(one["word"] for one in words),
                    "start": words[0]["start"],
                    "end": words[-1]["end"],
                    "words": words,
                    "certainty": round(sum(one["certainty"] for one in words) / len(words), 3),
                }
            )
        self._swap()

    def _swap(self) -> None:
        if self._next_grammar is None:
            return
        self._recogniser.final()
        self._engine.give(self._recogniser)
        self._grammar, self._next_grammar = self._next_grammar, None
        self._recogniser = self._engine.take(self._rate, self._grammar)
        self._offset = self._decoded - self._recogniser.fed

    def _words(self, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "word": one["word"],
                "start": round(max(0.0, one["start"] + self._offset), 2),
                "end": round(max(0.0, one["end"] + self._offset), 2),
                "certainty": round(one.get("conf", 1.0), 3),
            }
            for one in told
        ]

    def _seconds(self, size: int) -> float:
        return size / 2 / self._rate
