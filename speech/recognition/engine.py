"""Vosk, kept to what it survives: one thread per recogniser, checked grammars, and none changed once it has decoded.

A recogniser that is used again after its final result is a third cheaper than a fresh one, with the same word errors:
hence the pool.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

import vosk  # type: ignore[import-untyped]

from speech.models import Model, configured
from speech.recognition.grammar import Grammar, check

_SPARE = 16  # recognisers kept for the next stream
vosk.SetLogLevel(-1)


class Recogniser:
    """One side's decoder. `fed`: seconds it has heard in its life, which its times count from."""

    def __init__(self, engine: Engine, rate: int, wanted: str) -> None:
        """`wanted`: the grammar as Vosk reads it, "" for free speech."""
        self.key = rate, wanted
        self._thread = threading.get_ident()
        self._vosk = vosk.KaldiRecognizer(engine.model, float(rate), *([wanted] if wanted else []))
        self._vosk.SetWords(True)
        # Without SetPartialWords: it reads partials off a lattice that is a second behind.
        self._bytes = 0

    @property
    def fed(self) -> float:
        """Seconds heard."""
        return self._bytes / 2 / self.key[0]

    def accept(self, samples: bytes) -> bool:
        """Decode; True when an utterance has ended, whose result is then taken."""
        assert threading.get_ident() == self._thread, "a recogniser belongs to one thread"
        self._bytes += len(samples)
        return bool(self._vosk.AcceptWaveform(samples))

    def partial(self) -> str:
        """The text of the utterance so far."""
        return str(_object(self._vosk.PartialResult()).get("partial", ""))

    def result(self) -> dict[str, Any]:
        """The utterance that ended."""
        return _object(self._vosk.Result())

    def final(self) -> dict[str, Any]:
        """Whatever was heard, ended here and now."""
        return _object(self._vosk.FinalResult())

    def alternatives(self, most: int) -> None:
        """Have results tell several readings, 0 for one; only the protocol of vosk-server asks for it."""
        self._vosk.SetMaxAlternatives(most)

    def words(self, wanted: bool) -> None:
        """Have results tell each word."""
        self._vosk.SetWords(wanted)


class Engine:
    """A model and its recognisers. Loading takes most of a second and may be done in a thread of its own."""

    def __init__(self, model: Model) -> None:
        """Raises OSError where it cannot be loaded."""
        self.language = model.language
        self._grammars = model.grammars
        try:
            self.model = vosk.Model(str(configured(model)))
        except Exception as error:  # noqa: BLE001 - that is all Vosk raises
            raise OSError(f"{model.name} cannot be loaded ({error})") from None
        self._spare: OrderedDict[tuple[int, str], list[Recogniser]] = OrderedDict()
        self.knows = lru_cache(maxsize=20000)(lambda word: bool(self.model.vosk_model_find_word(word) >= 0))

    def grammar(self, phrases: list[str] | None) -> Grammar:
        """Check phrases; a model of a static graph can be held to none."""
        if phrases and not self._grammars:
            return Grammar((), tuple(phrases))
        return check(phrases or (), self.knows)

    def take(self, rate: int, grammar: Grammar) -> Recogniser:
        """A recogniser for one stream, given back when it is done."""
        spare = self._spare.get((rate, grammar.wanted))
        return spare.pop() if spare else Recogniser(self, rate, grammar.wanted)

    def give(self, recogniser: Recogniser) -> None:
        """Take one back after its final result."""
        self._spare.setdefault(recogniser.key, []).append(recogniser)
        self._spare.move_to_end(recogniser.key)
        while sum(map(len, self._spare.values())) > _SPARE:
            oldest = next(iter(self._spare))
            self._spare[oldest].pop()
            if not self._spare[oldest]:
                del self._spare[oldest]

    def warm(self, rate: int) -> None:
        """Have one more recogniser of free speech ready: making it takes longer than a word."""
        self.give(Recogniser(self, rate, ""))


def _object(text: str) -> dict[str, Any]:
    told = json.loads(text)
    return told if isinstance(told, dict) else {}
