"""What the prompter shows of a user's calls, as all controllers tell it: each from its beginning, then live."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import gevent
from gevent.event import Event
from gevent.queue import Queue

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds between two looks at who is there
AGAIN = 1.0  # seconds before a feed that broke off is asked again
MOST = 1000  # documents that wait for the reader
QUIET = 40.0  # seconds without so much as a comment, after which a feed is taken for dead

Document = dict[str, Any]


class Stages:
    """The documents of all controllers as one stream. A controller that is asked again tells everything anew: readers
    know each thing by its key, so nothing is remembered here.

    `urls()` names the controllers and where they are; it is asked again and again, so that new ones are followed too.
    """

    def __init__(
        self, urls: Callable[[], dict[str, str]], secret: str, subscriber: str, user: str = "", audience: str = ""
    ) -> None:
        asked = (("subscriber", subscriber), ("user", user), ("audience", audience))
        self._path = "/v1/prompter?" + urlencode({name: value for name, value in asked if value})
        self._urls, self._secret = urls, secret
        self._told: Queue[Document] = Queue(MOST)  # controllers wait for a slow reader
        self._readers: dict[tuple[str, str], gevent.Greenlet[..., None]] = {}
        self._answering: set[str] = set()
        self._answered = Event()
        self._looking = gevent.spawn(self._look)

    def next(self, timeout: float) -> Document | None:
        """The next document, or None when none came within `timeout` seconds."""
        with gevent.Timeout(timeout, False):  # type: ignore[arg-type]  # gevent's way to say: leave the block quietly
            return self._told.get()
        return None

    def answers(self, timeout: float) -> bool:
        """Whether some controller tells of its calls, within `timeout` seconds."""
        return bool(self._answered.wait(timeout))

    def close(self) -> None:
        """Follow no more."""
        gevent.killall([self._looking, *self._readers.values()])

    def _look(self) -> None:
        while True:
            try:
                known = set(self._urls().items())
            except Exception as error:  # noqa: BLE001 who was there is still followed
                log.debug("the controllers are not known now: %s", error)
                known = set(self._readers)
            for gone in self._readers.keys() - known:
                self._readers.pop(gone).kill(block=False)
            for name, url in known - self._readers.keys():
                self._readers[name, url] = gevent.spawn(self._follow, url)
            gevent.sleep(LOOK)

    def _follow(self, url: str) -> None:
        while True:
            try:
                for document in self._read(url):
                    self._told.put(document)
            except (OSError, http.client.HTTPException, ValueError) as error:
                log.debug("what the prompter shows broke off at %s: %s", url, error)
            finally:
                self._answering.discard(url)
                if not self._answering:
                    self._answered.clear()
            gevent.sleep(AGAIN)

    def _read(self, url: str) -> Iterator[Document]:
        where = urlsplit(url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=QUIET)
        try:
            connection.request("GET", self._path, headers={"Authorization": f"Bearer {self._secret}"})
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"control answered {response.status}")
            self._answering.add(url)
            self._answered.set()
            for row in response:
                if row.startswith(b"data: {"):
                    yield json.loads(row[6:])
        finally:
            connection.close()
