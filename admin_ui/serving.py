"""Serving with gevent: ordinary requests run in threads, since a database may make them wait; streams are greenlets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool

THREADS = 16
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
STREAMS = ("/live/feed", "/api/v1/events")  # paths that are held open: cheap as greenlets, dear as threads


class Threaded:
    """A WSGI application whose requests run in a pool of threads, but for those that stream."""

    def __init__(self, application: Application, threads: int = THREADS) -> None:
        self.application = application
        self.pool = ThreadPool(threads)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(STREAMS):
            return self.application(environ, start_response)
        environ["wsgi.input"] = Read(environ["wsgi.input"].read())  # the socket belongs to this thread
        status, headers, body = self.pool.apply(self._whole, (environ,))
        start_response(status, headers)
        return [body]

    def _whole(self, environ: Environ) -> tuple[str, list[tuple[str, str]], bytes]:
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:
            told[:] = [status, headers]
            return lambda _data: None

        answer = self.application(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return told[0], told[1], body


class Read:
    """What was sent, read whole."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        end = len(self._content) if size is None or size < 0 else self._at + size
        found = self._content[self._at : end]
        self._at += len(found)
        return found


def server(application: Application, host: str, port: int) -> WSGIServer:
    """A server that was not started yet."""
    return WSGIServer((host, port), Threaded(application), log=None)
