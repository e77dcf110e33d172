"""The board: every controller, its FreeSWITCH and its live calls, as any one of them tells it.

`controllers` and `calls` are lists. A subscriber sees of the controllers only which ones did not answer, since then
calls may be missing, and of the calls only its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from controller.calls.fleet import Peer
from controller.calls.peers import Answer, Peers

Row = dict[str, Any]


class Board:
    """`state()` tells how this controller is, `calls(subscriber)` which calls it has; who only asks is "" as `me`."""

    def __init__(
        self,
        me: str,
        state: Callable[[], Row],
        calls: Callable[[str | None], Iterable[Row]],
        peers: Peers,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._me = me
        self._state = state
        self._calls = calls
        self._peers = peers
        self._now = now

    def own(self, subscriber: str | None = None) -> Row:
        """This controller's part alone."""
        return {"state": self._state() if subscriber is None else {}, "calls": list(self._calls(subscriber))}

    def whole(self, subscriber: str | None = None) -> Row:
        """All controllers' parts; one that does not answer within a second is shown as such."""
        known = self._peers.known()
        others = [peer for peer in known if peer.alive and peer.id != self._me]
        query = urlencode({"alone": "1", **({"subscriber": subscriber} if subscriber is not None else {})})
        answers = self._peers.ask(others, "GET", f"/v1/board?{query}")
        parts = {name: part for name, answer in answers.items() if (part := _part(answer))}
        if self._me:
            parts[self._me] = self.own(subscriber)
        rows = [_controller(peer, parts.get(peer.id)) for peer in known]
        if self._me and self._me not in (peer.id for peer in known):  # the database has not been reached yet
            rows.append(_controller(Peer(self._me, "", "", 0, False, {}), parts[self._me]))
        calls = [call for call in _calls(parts) if subscriber is None or call["subscriber"] == subscriber]
        if subscriber is not None:
            rows = [{"id": row["id"], "answers": row["answers"]} for row in rows if row["alive"] or row["answers"]]
        return {"at": self._now(), "controllers": rows, "calls": calls}


def _part(answer: Answer | None) -> Row | None:
    if answer is None or answer.status != 200:
        return None
    part = answer.document
    return part if isinstance(part.get("state"), dict) and isinstance(part.get("calls"), list) else None


def _controller(peer: Peer, part: Row | None) -> Row:
    """A row of the board; of a controller that does not answer, what it last said beside its lease."""
    state = part["state"] if part else peer.state
    return {
        "id": peer.id,
        "url": peer.url,
        "freeswitch": peer.freeswitch,
        "alive": peer.alive,
        "answers": part is not None,
        "since": state.get("since"),
        "calls": state.get("calls", 0) if part or peer.alive else 0,
        "draining": bool(state.get("draining")),
        "database": bool(state.get("database")) if part else None,
        "switch": state.get("switch", {}) if part else {"state": "unknown", "last": state.get("switch", {})},
    }


def _calls(parts: dict[str, Row]) -> Iterator[Row]:
    """Each call once: of two controllers that both tell of it, one has not noticed yet that it lost it."""
    found: dict[str, Row] = {}
    for name, part in parts.items():
        for call in part["calls"]:
            other = found.get(call["call"])
            if other is None or call.get("epoch", 0) > other.get("epoch", 0):
                found[call["call"]] = {**call, "controller": name}
    yield from sorted(found.values(), key=lambda call: call["since"])
