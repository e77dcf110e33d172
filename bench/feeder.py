"""An event socket on loopback that lets anybody in and sends one event as often as it is told: `event FORMAT COUNT`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench import event


@contextmanager
def feeding() -> Iterator[int]:
    """Listen, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client,), daemon=True).start()


def _serve(client: socket.socket) -> None:
    headers = event.headers()
    frames = {"plain": event.plain(headers), "json": event.as_json(headers)}
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, client.makefile("rb") as lines:
        client.sendall(b"Content-Type: auth/request\n\n")
        for line in lines:
            words = line.decode().split()
            if not words:
                continue
            client.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
            if words[0] == "event":
                for _ in range(int(words[2])):
                    client.sendall(frames[words[1]])
