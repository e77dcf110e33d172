"""A controller that stands in: it takes calls for faxes as a real one does, and does as it is told with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Engine, select

from conf.database import operator, scoped
from conf.fax import attempts
from conf.models import Subscriber
from fax.tiff import pages_of
from tests.conf.rows import NOW

SECRET = "a-secret-of-the-control"
Act = Callable[["Dialled"], None]


@dataclass
class Dialled:
    """A call that was dialled; `pages` are the rows of each page in its file."""

    controller: StandIn
    subscriber: int
    wish: Mapping[str, Any]
    call: str
    pages: int
    alive: bool = True

    @property
    def attempt(self) -> str:
        return str(self.wish["attempt"])

    def confirm(self, pages: int) -> None:
        """The far end confirmed pages, and that is stored."""
        with scoped(self.controller.engine, self.subscriber) as session:
            attempts.confirm(session, self.attempt, pages)

    def end(self, code: int | None, **told: Any) -> None:
        """The call is over, and that is stored."""
        self.alive = False
        with scoped(self.controller.engine, self.subscriber) as session:
            attempts.conclude(session, self.attempt, {"code": code, **told}, NOW)

    def vanish(self) -> None:
        """The call is over, and nobody tells."""
        self.alive = False


@dataclass
class StandIn:
    """`act` is what happens to each call that is dialled. `asked` are all wishes, `calls` what was dialled."""

    engine: Engine
    act: Act = lambda call: call.end(0, pages=call.pages)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    calls: list[Dialled] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    away: bool = False

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def place(self, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(wish)
        if self.away:
            return 503, {"error": "FreeSWITCH is away"}
        with operator(self.engine, read_only=True) as session:
            subscriber = session.scalars(select(Subscriber.id).where(Subscriber.slug == wish["subscriber"])).one()
        with scoped(self.engine, subscriber) as session:
            name = f"call-{wish['attempt']}"
            found, first = attempts.dialled(session, wish["attempt"], name, name, "stand-in", NOW)
            call = found.call
        if first:
            dialled = Dialled(self, subscriber, wish, call, len(pages_of(Path(wish["file"]))))
            self.calls.append(dialled)
            self.act(dialled)
        return 201, {"call": call}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        where = urlsplit(path)
        assert where.path == "/v1/faxes" or parse_qs(where.query)["subscriber"]
        if method == "POST" and where.path == "/v1/faxes":
            return self.place(json.loads(body))
        parts = where.path.split("/")
        found = next((call for call in self.calls if call.attempt == parts[3] and call.alive), None)
        if self.away:
            return 503, {"error": "FreeSWITCH is away"}
        self.looked.append(parts[3])
        if found is None:
            return 404, {"error": "no such call"}
        if method == "POST":
            self.hung_up.append(found.attempt)
            found.end(None, cause="ORIGINATOR_CANCEL", answered=False)
        return 200, {"call": found.call, "state": "talking"}


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._do("POST")

        def do_GET(self) -> None:
            self._do("GET")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers["Authorization"] != f"Bearer {SECRET}":
                status, answer = 401, {"error": "who are you?"}
            else:
                status, answer = stand_in.answer(method, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
