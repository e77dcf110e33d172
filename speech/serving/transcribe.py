"""A file in words without a speech process that serves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from speech.recognition.dictation import Transcription
from speech.recognition.engines import Engines


def transcribe(file: Path, language: str, models_dir: Path) -> str:
    """Raises LookupError where there is no model, ValueError where the file is no sound."""
    told: dict[str, Any] = {}
    work = Transcription({"file": str(file), "language": language}, Engines(models_dir), told.update)
    while not work.ended:
        if not work.decode():
            time.sleep(0.02)  # the model is being loaded
    if told["type"] == "error":
        raise ValueError(told["reason"])
    if "reason" in told:
        raise LookupError(told["reason"])
    return str(told["text"])
