"""Asking the controllers for calls, over HTTP with their secret: whichever answers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Engine, select

from conf.database import operator
from conf.models import Controller
from conf.secret_files import newest
from conf.settings import Settings

PATIENCE = 15.0  # seconds for an answer

Whereabouts = Literal["there", "gone", "unknown"]


class Away(Exception):
    """No controller answers; says why."""


class Refused(Exception):
    """A controller does not place the call: it is wrong, not late."""


@dataclass(frozen=True)
class Controllers:
    """`urls` are the controllers whose lease lives, by name."""

    urls: Callable[[], Mapping[str, str]]
    secret: str = field(repr=False)

    def place(self, wish: Mapping[str, Any]) -> str:
        """Ask for a call; gives its name. The same attempt asked for again is the same call. Raises Away, Refused."""
        reason = "no controller is alive"
        for url in self.urls().values():
            try:
                status, answer = self._ask(url, "POST", "/v1/faxes", wish)
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = f"{url}: {error}"
                continue
            if status < 300:
                return str(answer["call"])
            reason = str(answer.get("error", status))
            if status < 500 and status not in (401, 429):
                raise Refused(reason)
        raise Away(reason)

    def whereabouts(self, attempt: str, subscriber: str) -> Whereabouts:
        """Whether some FreeSWITCH has the call. It is gone only when every controller that lives says so."""
        urls = self.urls()
        found = [self._has(url, attempt, subscriber) for url in urls.values()]
        if "there" in found:
            return "there"
        return "unknown" if not found or "unknown" in found else "gone"

    def hang_up(self, attempt: str, subscriber: str) -> None:
        """End the call of an attempt, whoever has it."""
        for url in self.urls().values():
            try:
                self._ask(url, "POST", f"/v1/faxes/{attempt}/hang_up?{urlencode({'subscriber': subscriber})}", {})
            except (OSError, http.client.HTTPException, ValueError):
                continue

    def _has(self, url: str, attempt: str, subscriber: str) -> Whereabouts:
        try:
            status, _ = self._ask(url, "GET", f"/v1/faxes/{attempt}?{urlencode({'subscriber': subscriber})}")
        except (OSError, http.client.HTTPException, ValueError):
            return "unknown"
        return "there" if status == 200 else "gone" if status == 404 else "unknown"

    def _ask(
        self, url: str, method: str, path: str, document: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        where = urlsplit(url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {newest(self.secret)}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(document) if document is not None else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        finally:
            connection.close()


def of_database(engine: Engine, settings: Settings, now: Callable[[], datetime]) -> Controllers:
    """Those whose lease lives, as the database knows them."""

    def urls() -> Mapping[str, str]:
        with operator(engine, read_only=True) as session:
            alive = select(Controller).where(Controller.lease_until > now())
            return {row.id: row.url for row in session.scalars(alive) if row.url}

    return Controllers(urls, settings.control_secret)
