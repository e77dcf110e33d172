"""The other controllers over the same database, asked over HTTP with the secret that all of them share."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import gevent
import orjson
from gevent import Timeout

from conf.secret_files import newest
from controller.calls.fleet import Peer

log = logging.getLogger(__name__)
ANSWERS_WITHIN = 1.0  # seconds
PASSED_ON = "X-Souffleur-Passed-On"  # a request with this header is for the asked controller alone
LARGEST = 8 * 1024 * 1024  # bytes of an answer


@dataclass(frozen=True)
class Answer:
    """What a peer said."""

    status: int
    document: dict[str, Any]


class Peers:
    """Knows them from `read` (the table of controllers), or from its last answer while the database is away."""

    def __init__(self, read: Callable[[], list[Peer]], me: str, secret: str, within: float = ANSWERS_WITHIN) -> None:
        self._read = read
        self._me = me
        self._secret = secret
        self._within = within
        self._last: list[Peer] = []

    def known(self) -> list[Peer]:
        """Every controller, oneself among them."""
        try:
            with Timeout(self._within):
                self._last = self._read()
        except (Exception, Timeout) as error:  # noqa: BLE001 whatever a database says when it is away
            log.debug("the controllers are those last known: %s", type(error).__name__)
        return self._last

    def alive(self) -> list[Peer]:
        """The others whose lease lasts."""
        return [peer for peer in self.known() if peer.alive and peer.id != self._me]

    def ask(self, peers: list[Peer], method: str, path: str, body: bytes = b"") -> dict[str, Answer | None]:
        """Ask several at the same time; None for one that does not answer in time."""
        asking = {peer.id: gevent.spawn(self._ask, peer, method, path, body) for peer in peers}
        gevent.joinall(list(asking.values()))
        return {name: one.value for name, one in asking.items()}

    def _ask(self, peer: Peer, method: str, path: str, body: bytes) -> Answer | None:
        where = urlsplit(peer.url)
        headers = {"Authorization": f"Bearer {newest(self._secret)}", "Content-Type": "application/json"}
        headers[PASSED_ON] = self._me
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=self._within)
        try:
            with Timeout(self._within):
                connection.request(method, path, body or None, headers)
                response = connection.getresponse()
                document = orjson.loads(response.read(LARGEST))
            return Answer(response.status, document) if isinstance(document, dict) else None
        except (OSError, http.client.HTTPException, ValueError, Timeout) as error:
            log.debug("the controller %s does not answer: %s", peer.id, error or type(error).__name__)
            return None
        finally:
            connection.close()
