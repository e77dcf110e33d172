"""What is understood of a sound that a browser recorded: asked of the speech process, and not kept."""

from __future__ import annotations

from tempfile import NamedTemporaryFile

from conf.problems import N_
from conf.settings import Settings
from speech.client import status, transcribe

PATIENCE = 20.0  # seconds
REASONS = {
    "no_model": N_("No model of this language is installed: type the words."),
    "too_busy": N_("Too many callers are listened to now: type the words, or try again."),
    "worker_lost": N_("The speech process failed: try again, or type the words."),
}


class NotUnderstood(Exception):
    """The speech process could not listen; `reason` is its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def understood(sound: bytes, language: str, settings: Settings) -> str:
    """The words in a sound file; "" when there are none. Raises NotUnderstood, SpeechAway."""
    if language not in status(settings.speech_socket)["models"]:
        raise NotUnderstood("no_model")
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=settings.spool_dir, prefix="heard-", suffix=".wav") as file:
        file.write(sound)
        file.flush()
        found = transcribe(settings.speech_socket, file.name, language, PATIENCE)
    if found.reason:
        raise NotUnderstood(found.reason)
    return found.text
