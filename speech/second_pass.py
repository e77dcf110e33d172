"""A second pass over what is kept: faster-whisper, where it is installed, puts a whole sound into better words.

It is slow and needs no call's time: messages are rewritten after Vosk's words are there. The package is an extra
(requirements-second-pass.txt) and is imported only when it is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from speech.client import Transcript, Word

PACKAGE = "faster_whisper"
MISSING = "The second pass needs faster-whisper: .venv/bin/pip install -r requirements-second-pass.txt"


class NoSecondPass(Exception):
    """Why there is none; a plain sentence."""


class Model(Protocol):
    """What is used of faster_whisper.WhisperModel."""

    def transcribe(self, audio: str, **options: Any) -> tuple[Iterable[Any], Any]: ...


def is_installed() -> bool:
    """Whether the package is there; it is not imported."""
    return importlib.util.find_spec(PACKAGE) is not None


class SecondPass:
    """Rewrites whole files by a model: a folder, which is the setting. It is loaded at the first file."""

    def __init__(self, folder: Path, load: Callable[[Path], Model] | None = None) -> None:
        """Raises NoSecondPass when the package or the model is not there. `load` makes the model of a folder."""
        if load is None and not is_installed():
            raise NoSecondPass(MISSING)
        if not (folder / "model.bin").is_file():
            raise NoSecondPass(f"The second pass has no model in {folder}: a folder of CTranslate2 with its model.bin.")
        self._folder, self._load = folder, load or _load
        self._model: Model | None = None

    def rewrite(self, file: Path, language: str) -> Transcript:
        """The words of a file, with their times; empty when it finds none. It blocks for as long as it takes."""
        self._model = self._model or self._load(self._folder)
        segments, _about = self._model.transcribe(
            str(file),
            language=language or None,
            word_timestamps=True,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        words = [word for segment in segments for word in segment.words or ()]
        told = tuple(Word(word.word.strip(), word.start, word.end, round(word.probability, 3)) for word in words)
        return Transcript(" ".join(word.word for word in told), told)


def _load(folder: Path) -> Model:
    whisper = importlib.import_module(PACKAGE)
    model: Model = whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    return model
