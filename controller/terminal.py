"""`python -m controller call`: a call placed from the terminal, told as it happens."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from controller.calls.timeline import line

LONGEST = 4000.0  # seconds a call is followed


class Refused(Exception):
    """Control did not do what was asked; the text says why."""


@dataclass(frozen=True)
class ControlClient:
    """Talks to a controller's control."""

    host: str
    port: int
    secret: str

    def reachable(self) -> bool:
        """Whether a controller answers and takes our secret."""
        try:
            self._ask("GET", "/v1/status", timeout=2.0)
        except (OSError, Refused, http.client.HTTPException):
            return False
        return True

    def is_ready(self) -> bool:
        """Whether the controller is connected with its FreeSWITCH."""
        try:
            return bool(self._ask("GET", "/v1/status", timeout=2.0)["freeswitch"])
        except (OSError, Refused, http.client.HTTPException):
            return False

    def status(self) -> dict[str, Any]:
        """How the controller is."""
        return self._ask("GET", "/v1/status")

    def place(self, trial: dict[str, Any]) -> str:
        """Place a trial call; returns its call id."""
        return str(self._ask("POST", "/v1/calls", trial)["call"])

    def blocked(self) -> dict[str, Any]:
        """Who is not listened to now."""
        return self._ask("GET", "/v1/blocked")

    def free(self, address: str) -> None:
        """Listen to an address again."""
        self._ask("DELETE", f"/v1/blocked?{urlencode({'address': address})}")

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
        return {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}

    def _ask(self, method: str, path: str, document: Any = None, timeout: float = 10.0) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, json.dumps(document) if document is not None else None, self._headers())
            response = connection.getresponse()
            answer = json.loads(response.read() or b"{}")
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(answer.get("error", f"control answered {response.status}"))
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
    return 1
