"""How another controller stands: whether its calls are in good hands."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from enum import Enum
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import gevent
import orjson
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as Silent

from controller.calls.fleet import Fleet, Peer
from controller.calls.ownership import Owner

log = logging.getLogger(__name__)
PATIENCE = 1.0  # seconds that a controller has to say that it lives
ANSWERS = 2.0  # seconds that the database has
SILENT = 4.0  # seconds that a controller says nothing until it hangs, when its lease is not known: it may be busy


class Standing(Enum):
    """What is known of the owner of a call."""

    ALIVE = "alive"
    STUCK = "stuck"  # its connections are open, and it says nothing: FreeSWITCH notices nothing
    GONE = "gone"  # its connections are closed: FreeSWITCH offers its calls anew by itself
    UNKNOWN = "unknown"


class Fellows:
    """The controllers of one FreeSWITCH. Without a database the last known ones are asked themselves.

    `probe(url)` tells the instance that answers there, "" when one listens and says nothing, None when nobody listens.
    `core` is FreeSWITCH's own name for itself: seen from another machine it may have another address, and another one
    may have the same.
    """

    def __init__(
        self,
        me: Owner,
        freeswitch: str,
        fleet: Fleet,
        probe: Callable[[str], str | None],
        core: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._me = me
        self._freeswitch = freeswitch
        self._fleet = fleet
        self._probe = probe
        self._core = core
        self._clock = clock
        self._silent: dict[str, float] = {}
        self._peers: dict[str, Peer] = {}
        self._leases = False  # whether the database told them now
        self._found: dict[str, str | None] = {}

    def look(self) -> None:
        """Ask the database, once for each round of a sweep."""
        self._found.clear()
        try:
            with gevent.Timeout(ANSWERS, Silent("the database does not answer")):
                peers = self._fleet.peers()
            self._leases = True
        except (SQLAlchemyError, OSError) as error:
            log.debug("the leases are not known: %s", type(error).__name__)
            self._leases = False
            return
        self._peers = {peer.id: peer for peer in peers}

    def standing(self, owner: Owner) -> Standing:
        """How the owner of a call stands."""
        if owner.controller == self._me.controller:
            return Standing.ALIVE if owner.same_process(self._me) else Standing.GONE
        peer = self._peers.get(owner.controller)
        if peer is None:
            return Standing.GONE if self._leases else Standing.UNKNOWN
        instance = peer.state.get("instance", owner.instance)
        if self._leases and peer.alive and instance == owner.instance:
            return Standing.ALIVE
        answer = self._asked(peer)
        if answer == owner.instance:
            return Standing.ALIVE
        if answer == self._me.instance and not self._leases:
            return Standing.UNKNOWN  # its address leads from here to ourselves
        if answer is None or (answer and answer != owner.instance):
            return Standing.GONE
        return Standing.STUCK if self._leases or self._is_silent(peer) else Standing.UNKNOWN

    def is_first(self) -> bool:
        """Whether this controller is the one who adopts: of those that live, the first by name."""
        others = [peer for name, peer in self._peers.items() if name < self._me.controller]
        return not any(self._lives(peer) and peer.state.get("freeswitch", True) for peer in others)

    def any_other(self) -> bool:
        """Whether another controller of this FreeSWITCH takes calls."""
        return any(self._lives(peer) for name, peer in self._peers.items() if name != self._me.controller)

    @property
    def troubled(self) -> bool:
        """Whether somebody of this FreeSWITCH does not hold a lease."""
        return not self._leases or any(not peer.alive and self._is_here(peer) for peer in self._peers.values())

    def _lives(self, peer: Peer) -> bool:
        if peer.state.get("draining") or not self._is_here(peer):
            return False
        return peer.alive if self._leases else bool(self._asked(peer))

    def _is_here(self, peer: Peer) -> bool:
        ours, theirs = self._core(), peer.state.get("switch", {}).get("core", "")
        return bool(ours == theirs if ours and theirs else peer.freeswitch == self._freeswitch)

    def _is_silent(self, peer: Peer) -> bool:
        return self._clock() - self._silent.setdefault(peer.id, self._clock()) >= SILENT

    def _asked(self, peer: Peer) -> str | None:
        if peer.id not in self._found:
            self._found[peer.id] = self._probe(peer.url)
            if self._found[peer.id] != "":
                self._silent.pop(peer.id, None)
        return self._found[peer.id]


def probe(url: str, secret: str) -> str | None:
    """Ask a controller's control which process it is."""
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port or 80, timeout=PATIENCE)
    try:
        connection.connect()
    except OSError:
        return None
    try:
        connection.request("GET", "/v1/status", headers={"Authorization": f"Bearer {secret}"})
        return str(orjson.loads(connection.getresponse().read())["instance"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return ""
    finally:
        connection.close()
