"""The live feeds of all controllers as one: each is read from its own address, and read on where it broke off."""

from __future__ import annotations

import http.client
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import gevent
from gevent.queue import Queue

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds between two looks at who is there
AGAIN = 1.0  # seconds before a feed that broke off is read on
QUIET = 40.0  # seconds without so much as a comment, after which a feed is taken for dead
REMEMBERED = 20_000  # entries that are told once

Entry = dict[str, Any]


class Feeds:
    """Iterate over it: `(controller, entry)`, each entry once, though two controllers tell it or one tells it again.

    `urls()` names the controllers and where they are; it is asked again and again, so that new ones are followed too.
    `after` is where each feed begins: "" from now on, "0" with all that a controller remembers.
    """

    def __init__(
        self, urls: Callable[[], dict[str, str]], secret: str, subscriber: str = "", call: str = "", after: str = ""
    ) -> None:
        self._urls = urls
        self._secret = secret
        self._query = urlencode({key: value for key, value in (("subscriber", subscriber), ("call", call)) if value})
        self._after = after
        self._entries: Queue[tuple[str, Entry]] = Queue()
        self._readers: dict[tuple[str, str], gevent.Greenlet[..., None]] = {}
        self._told: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._looking = gevent.spawn(self._look)

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return self

    def __next__(self) -> tuple[str, Entry]:
        found: tuple[str, Entry] = self._entries.get()
        return found

    def next(self, timeout: float) -> tuple[str, Entry] | None:
        """The next one, or None when none came within `timeout` seconds."""
        with gevent.Timeout(timeout, False):  # type: ignore[arg-type]  # gevent's way to say: leave the block quietly
            return next(self)
        return None

    def close(self) -> None:
        """Follow no more."""
        gevent.killall([self._looking, *self._readers.values()])

    def _look(self) -> None:
        after = self._after
        while True:
            try:
                known = set(self._urls().items())
            except Exception as error:  # noqa: BLE001 who was there is still followed
                log.debug("the controllers are not known now: %s", error)
                known = set(self._readers)
            for gone in self._readers.keys() - known:
                self._readers.pop(gone).kill(block=False)
            for name, url in known - self._readers.keys():
                self._readers[name, url] = gevent.spawn(self._follow, name, url, after)
            after = "0"  # one that comes later is new, and so is all that it tells
            gevent.sleep(LOOK)

    def _follow(self, name: str, url: str, after: str) -> None:
        while True:
            try:
                for position, entry in self._read(url, after):
                    after = position or after
                    if entry:
                        self._tell(name, entry)
            except (OSError, http.client.HTTPException, ValueError) as error:
                log.debug("the feed of %s broke off: %s", name, error)
            gevent.sleep(AGAIN)

    def _read(self, url: str, after: str) -> Iterator[tuple[str, Entry | None]]:
        where = urlsplit(url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=QUIET)
        headers = {"Authorization": f"Bearer {self._secret}", **({"Last-Event-ID": after} if after else {})}
        try:
            connection.request("GET", f"/v1/events?{self._query}", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"control answered {response.status}")
            position = ""
            for row in response:
                if row.startswith(b"id: "):
                    position = row[4:].decode().strip()
                    yield position, None
                elif row.startswith(b"data: {"):
                    yield position, json.loads(row[6:])
        finally:
            connection.close()

    def _tell(self, name: str, entry: Entry) -> None:
        key = (entry["call"], entry["sequence"])
        if key in self._told:
            return
        self._told[key] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        self._entries.put((name, entry))
