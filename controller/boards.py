"""The board for one who is no controller: asked of the one on this machine, else put together from the database."""

from __future__ import annotations

import http.client
from typing import Any

from conf.database import open_engine
from conf.settings import Settings
from controller.calls.board import Board
from controller.calls.fleet import Fleet, Peer
from controller.calls.peers import Peers
from controller.calls.threads import Threads
from controller.terminal import ControlClient, Refused


class Boards:
    """Raises SQLAlchemyError, OSError or Refused when nobody knows anything."""

    def __init__(self, settings: Settings) -> None:
        self._client = ControlClient(settings.control_host, settings.control_port, settings.control_secret)
        fleet = Fleet(open_engine(settings.database_url), Threads(1))
        self._read = fleet.peers
        self._peers: list[Peer] = []
        self._asked = Board("", dict, lambda _: (), Peers(lambda: self._peers, "", settings.control_secret))

    def show(self, subscriber: str = "") -> dict[str, Any]:
        """The board as docs/monitoring.md describes it."""
        try:
            return self._client.board(subscriber)
        except (OSError, Refused, http.client.HTTPException):
            self._peers = self._read()
            return self._asked.whole(subscriber or None)

    def urls(self) -> dict[str, str]:
        """Where the controllers are that live or may live, by their names."""
        return {row["id"]: row["url"] for row in self.show()["controllers"] if row["alive"] and row["url"]}
