"""What the terminal shows of running controllers: a call placed from here, the board, the live feed of all."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from conf.secret_files import newest
from controller.calls.timeline import line

LONGEST = 4000.0  # seconds a call is followed


class Refused(Exception):
    """Control did not do what was asked; the text says why, `status` is HTTP's."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class ControlClient:
    """Talks to a controller's control."""

    host: str
    port: int
    secret: str

    def reachable(self) -> bool:
        """Whether a controller answers and takes our secret."""
        try:
            self.ask("GET", "/v1/status", timeout=2.0)
        except (OSError, Refused, http.client.HTTPException):
            return False
        return True

    def is_ready(self) -> bool:
        """Whether the controller is connected with its FreeSWITCH."""
        try:
            return bool(self.ask("GET", "/v1/status", timeout=2.0)["freeswitch"])
        except (OSError, Refused, http.client.HTTPException):
            return False

    def status(self) -> dict[str, Any]:
        """How the controller is."""
        return self.ask("GET", "/v1/status")

    def board(self, subscriber: str = "") -> dict[str, Any]:
        """All controllers and all calls, or a subscriber's."""
        return self.ask("GET", "/v1/board" + (f"?subscriber={quote(subscriber)}" if subscriber else ""))

    def place(self, trial: dict[str, Any]) -> str:
        """Place a trial call; returns its call id."""
        return str(self.ask("POST", "/v1/calls", trial)["call"])

    def blocked(self) -> dict[str, Any]:
        """Who is not listened to now."""
        return self.ask("GET", "/v1/blocked")

    def free(self, address: str) -> None:
        """Listen to an address again."""
        self.ask("DELETE", f"/v1/blocked?{urlencode({'address': address})}")

    def entries(self, call: str) -> Iterator[dict[str, Any]]:
        """The journal of a call, from its beginning, as it is written."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LONGEST)
        try:
            connection.request("GET", f"/v1/events?call={call}&after=0", headers=self._headers())
            response = connection.getresponse()
            for row in response:
                if row.startswith(b"data: {"):
                    yield json.loads(row.removeprefix(b"data: "))
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {newest(self.secret)}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, document: Any = None, timeout: float = 10.0) -> dict[str, Any]:
        """Send a request and read the answer. Raises Refused, OSError."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, json.dumps(document) if document is not None else None, self._headers())
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read() or b"{}")
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(answer.get("error", f"control answered {response.status}"), response.status)
        return answer


def tell(client: ControlClient, trial: dict[str, Any], show: Callable[[str], None] = print) -> int:
    """Place a call and tell its story until it ends; returns a process exit code."""
    begun = None
    for entry in client.entries(client.place(trial)):
        begun = begun or entry["at"]
        show(line(entry["kind"], entry["data"], entry["at"] - begun))
        if entry["kind"] == "ended":
            return 0
        if entry["kind"] == "not_placed":
            return 1
    show("The controller that told of this call is gone; the call goes on (python -m controller board).")
    return 1


def board_lines(board: dict[str, Any]) -> Iterator[str]:
    """The board as a person reads it: controllers, then calls."""
    now = board["at"]
    yield from _table(
        ("CONTROLLER", "FREESWITCH", "STATE", "CALLS", "LEASE"),
        [_controller(row, now) for row in board["controllers"]],
    )
    yield ""
    if not board["calls"]:
        yield "No calls."
        return
    yield from _table(
        ("CALL", "CONTROLLER", "SUBSCRIBER", "FROM", "TO", "FOR", "NODE", "DOING"),
        [_call(row, now) for row in board["calls"]],
    )


def feed_line(controller: str, entry: dict[str, Any]) -> str:
    """An entry of the live feed with its time, its controller and its call."""
    at = datetime.fromtimestamp(entry["at"]).strftime("%H:%M:%S.%f")[:-3]
    told = line(entry["kind"], entry["data"], 0.0).partition(" s  ")[2]
    return f"{at}  {controller:<12.12}  {entry['call'][:8]:<8}  {told}"


def _controller(row: dict[str, Any], now: float) -> tuple[str, ...]:
    if "switch" not in row:  # a subscriber's board
        return (row["id"], "", "answers" if row["answers"] else "does not answer", "", "")
    switch = row["switch"]
    state = switch.get("state", "unknown")
    if not row["answers"]:
        state = "the controller does not answer" if row["alive"] else "the controller is gone"
    elif "since" in switch:
        state += f" for {_ago(now - switch['since'])}"
    if switch.get("version"):
        state += f" ({switch['version']}, {switch['sessions']} of {switch['max_sessions']} channels)"
    draining = ", draining" if row["draining"] else ""
    return (row["id"], row["freeswitch"], state, f"{row['calls']}{draining}", "held" if row["alive"] else "expired")


def _call(row: dict[str, Any], now: float) -> tuple[str, ...]:
    doing = f"talks to {row['talking_to']}" if row["talking_to"] else row["doing"]
    for_so_long = _ago(now - row["since"])
    return (
        row["call"], row["controller"], row["subscriber"], row["from"] or "anonymous", row["to"], for_so_long,
        row["node"], doing,
    )  # fmt: skip


def _ago(seconds: float) -> str:
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [head, *rows]
    widths = [max(len(row[place]) for row in lines) for place in range(len(head))]
    for row in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
