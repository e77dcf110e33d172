"""The models of one worker: each loaded once, aside, when the first stream of its language comes."""

from __future__ import annotations

import threading
from pathlib import Path

from speech.models import installed
from speech.recognition.engine import Engine


class Engines:
    """Ask `get` again and again: it never waits."""

    def __init__(self, models_dir: Path) -> None:
        """Nothing is loaded yet."""
        self._models_dir = models_dir
        self._loaded: dict[str, Engine] = {}
        self._loading: dict[str, threading.Thread] = {}
        self._failed: dict[str, str] = {}

    def get(self, language: str) -> Engine | None:
        """The engine of a language; None while it is loaded. Raises LookupError with the reason where there is none."""
        if engine := self._loaded.get(language):
            return engine
        if language in self._loading:
            if self._loading[language].is_alive():
                return None
            del self._loading[language]
            return self.get(language)
        if reason := self._failed.pop(language, ""):  # a model that is installed later is found
            raise LookupError(reason)
        model = installed(self._models_dir).get(language)
        if model is None:
            raise LookupError(f"no model of the language {language!r} is installed")
        self._loading[language] = threading.Thread(target=self._load, args=(language,), daemon=True)
        self._loading[language].start()
        return None

    def loaded(self) -> list[str]:
        """Languages that are ready."""
        return sorted(self._loaded)

    def _load(self, language: str) -> None:
        try:
            self._loaded[language] = Engine(installed(self._models_dir)[language])
        except (OSError, KeyError) as error:
            self._failed[language] = str(error)
