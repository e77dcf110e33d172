"""Serving with gevent: ordinary requests run in threads, since a database may make them wait; streams are greenlets."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any

from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool

THREADS = 16  # some of them wait: for a writer of SQLite, the voice, a controller
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
# Paths that are held open: cheap as greenlets, dear as threads.
STREAMS = ("/live/feed", "/desk/feed", "/api/v1/events", "/api/v1/desk/events")
STREAMED = "souffleur.streamed"  # in the environment of those: what may make a thread wait is not done there
LARGEST = 32 * 1024 * 1024  # bytes that are read of a request, whoever sends it
IN_MEMORY = 1024 * 1024  # of them; what is larger waits in a file
_PART = 1 << 16


class Threaded:
    """A WSGI application whose requests run in a pool of threads, but for those that stream."""

    def __init__(self, application: Application, threads: int = THREADS) -> None:
        self.application = application
        self.pool = ThreadPool(threads)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") in STREAMS:
            environ[STREAMED] = True
            return self.application(environ, start_response)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            _read(environ, content)  # the socket belongs to this thread
            environ["wsgi.input"] = content
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


def _read(environ: Environ, content: IO[bytes]) -> None:
    """What was sent, up to a bound: the application says of a longer one that it is too long."""
    if int(environ.get("CONTENT_LENGTH") or 0) <= LARGEST:
        sent, left = environ["wsgi.input"], LARGEST + 1
        while left > 0 and (part := sent.read(min(_PART, left))):
            content.write(part)
            left -= len(part)
        content.seek(0)


def server(application: Application, host: str, port: int) -> WSGIServer:
    """A server that was not started yet."""
    return WSGIServer((host, port), Threaded(application), log=None)
