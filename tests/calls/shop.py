"""A web shop that answers when it is let: who asked, under which Idempotency-Key, how often."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gevent.event import Event
from gevent.pywsgi import WSGIServer


class Shop:
    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self.answers = Event()
        self._server = WSGIServer(("127.0.0.1", 0), self._answer, log=None, error_log=None)
        self._server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/orders"

    def close(self) -> None:
        self.answers.set()
        self._server.stop(timeout=1)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.keys[environ.get("HTTP_IDEMPOTENCY_KEY", "")] += 1
        self.answers.wait(30)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]
