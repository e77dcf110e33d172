"""Sounds as files that FreeSWITCH can play: phrases are spoken, prompts found in the subscriber's library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conf.snapshot import Snapshot
from controller.flow.commands import Phrase, Prompt, Sound
from speech.client import VoiceError

log = logging.getLogger(__name__)
Speak = Callable[[str, str], Path]  # (text, language) -> file


class Sounds:
    """Finds the file of a sound; None when there is nothing to play, which is said in the log once."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._missed: set[tuple[int, str]] = set()

    def files(self, sounds: tuple[Sound, ...], subscriber: Snapshot | None) -> list[str]:
        """The files of some sounds, those that exist, in order. A call of nobody's has phrases and no prompts."""
        found = (self._file(sound, subscriber) for sound in sounds)
        return [str(path) for path in found if path]

    def _file(self, sound: Sound, subscriber: Snapshot | None) -> Path | None:
        if isinstance(sound, Phrase):
            return self._spoken(sound.text, sound.language)
        if subscriber is None:
            return None
        prompt = subscriber.prompts.get(sound.name)
        if prompt is None:
            self._miss(subscriber, sound)
            return None
        if prompt.get("file"):
            path = Path(prompt["file"])
            if path.is_file():
                return path
            self._miss(subscriber, sound)
            return None
        text, language = in_language(prompt.get("text") or {}, sound.language, subscriber.language)
        return self._spoken(text, language)

    def _spoken(self, text: str, language: str) -> Path | None:
        if not text.strip():
            return None
        try:
            return self._speak(text, language)
        except VoiceError as error:
            log.warning("a text is not spoken in %s: %s", language, error)
            return None
        except Exception as error:  # noqa: BLE001 a call goes on without the words, whatever the voice died of
            log.error("a text could not be spoken in %s: %s", language, error)
            return None

    def _miss(self, subscriber: Snapshot, prompt: Prompt) -> None:
        if (subscriber.subscriber_id, prompt.name) not in self._missed:
            self._missed.add((subscriber.subscriber_id, prompt.name))
            log.warning("prompt %s of %s has no sound", prompt.name, subscriber.slug)


def in_language(text: str | Mapping[str, Any], language: str, default: str) -> tuple[str, str]:
    """The text in a language, else in the subscriber's, else in any; with the language it is in."""
    if isinstance(text, str):
        return text, language
    for tongue in (language, default, *text):
        if text.get(tongue):
            return str(text[tongue]), tongue
    return "", language
