"""The speech process, as calls reach it: it is said once in the log that it is away, and once that it is back."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import gevent

from speech import client
from speech.client import Listening, Request, SpeechAway

log = logging.getLogger(__name__)
LOOKS = 5.0  # seconds
OLD = 8.0  # seconds after which what was seen is seen anew


class Recognition:
    """Listens to taps through the speech process at a Unix socket. `there` is None before anybody has looked."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self.there: bool | None = None
        self._looked_at = 0.0

    def listen(self, request: Request) -> Listening:
        """Begin to hear a file. Raises SpeechAway when the process cannot be reached for two seconds."""
        try:
            listening = client.listen(self._socket, request)
        except SpeechAway as away:
            self.is_away(away)
            raise
        self._is_there()
        return listening

    def keep(self) -> None:
        """Look for the process for ever."""
        while True:
            self.look()
            gevent.sleep(LOOKS)

    def look(self) -> None:
        """Note whether the process answers."""
        try:
            client.status(self._socket)
        except SpeechAway as away:
            self.is_away(away)
        else:
            self._is_there()
        self._looked_at = time.monotonic()

    def answers(self) -> bool:
        """Whether it answered a moment ago: one that stands still takes connections, and says nothing."""
        if time.monotonic() - self._looked_at > OLD:
            self.look()
        return self.there is True

    def is_away(self, away: SpeechAway) -> None:
        """Note that it does not answer."""
        if self.there is not False:
            log.warning("speech is away, so callers are heard by their keys alone: %s", away.reason)
        self.there = False

    def _is_there(self) -> None:
        if self.there is False:
            log.info("speech is back: callers are understood again")
        elif self.there is None:
            log.info("callers are understood by %s", self._socket)
        self.there = True
