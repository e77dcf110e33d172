"""FreeSWITCH's side of a connection, on loopback: it says what a test tells it to, and shows what it was told."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gevent
from gevent import socket
from greenswitch import esl

from controller.esl.session import Session

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"
UUID = "11111111-2222-4333-8444-555555555555"
SOON = 0.3  # seconds: what has not come by then does not come
LATEST = 5.0


class Peer:
    """One connection as FreeSWITCH sees it."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self.sock.settimeout(LATEST)
        self._buffer = b""

    def command(self, timeout: float = LATEST) -> str:
        """The next command, without its empty line; TimeoutError when none comes."""
        self.sock.settimeout(timeout)
        while b"\n\n" not in self._buffer:
            chunk = self.sock.recv(65536)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        command, _, self._buffer = self._buffer.partition(b"\n\n")
        return command.decode()

    def commands(self, timeout: float = SOON) -> list[str]:
        """All the commands that come until it is quiet; `EOF` stands for the end."""
        found = []
        try:
            while True:
                found.append(self.command(timeout))
        except TimeoutError:
            return found
        except (EOFError, ConnectionError):
            return [*found, "EOF"]

    def say(self, *frames: bytes) -> None:
        self.sock.sendall(b"".join(frames))

    def end(self) -> None:
        """End of file, without a word."""
        self.sock.close()

    def expect(self, start: str) -> dict[str, str]:
        """The next command, which must begin so; its header lines."""
        first, *lines = self.command().split("\n")
        assert first.startswith(start), first
        return dict(line.split(": ", 1) for line in lines)


def reply(text: str = "+OK", **more: str) -> bytes:
    lines = [
        "Content-Type: command/reply",
        f"Reply-Text: {text}",
        *(f"{k.replace('_', '-')}: {v}" for k, v in more.items()),
    ]
    return ("\n".join(lines) + "\n\n").encode()


def answer(body: str | bytes) -> bytes:
    data = body if isinstance(body, bytes) else body.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(data) + data


def as_json(name: str, headers: dict[str, Any] | None = None, body: str = "") -> bytes:
    content = {"Event-Name": name, "Unique-ID": UUID, **(headers or {}), **({"_body": body} if body else {})}
    return event_frame("json", json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def as_plain(name: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    content = {"Event-Name": name, "Unique-ID": UUID, **(headers or {})}
    if body:
        content["Content-Length"] = str(len(body))
    head = "".join(f"{key}: {quote(value, safe='/:,() ')}\n" for key, value in content.items())
    return event_frame("plain", head.encode() + b"\n" + body)


def event_frame(kind: str, content: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-%s\n\n" % (len(content), kind.encode()) + content


def notice(disposition: str = "disconnect") -> bytes:
    body = b"" if disposition == "linger" else b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
    head = (
        f"Content-Type: text/disconnect-notice\nControlled-Session-UUID: {UUID}\nContent-Disposition: {disposition}\n"
    )
    more = "Channel-Name: sofia/internal/1\nLinger-Time: 5\n" if disposition == "linger" else ""
    return f"{head}{more}Content-Length: {len(body)}\n\n".encode() + body


def offered(**more: str) -> bytes:
    """A short reply to `connect`."""
    headers = {"Event-Name": "CHANNEL_DATA", "Unique-ID": UUID, "Caller-Caller-ID-Number": "5550100", **more}
    lines = [f"{key.replace('__', '-')}: {quote(value, safe='/:,() ')}" for key, value in headers.items()]
    return ("\n".join([*lines, "Content-Type: command/reply", "Reply-Text: %2BOK%0A"]) + "\n\n").encode()


def pair() -> tuple[Any, Peer]:
    """Our end of a loopback connection, and FreeSWITCH's."""
    listener = socket.create_server(("127.0.0.1", 0))
    theirs = socket.create_connection(listener.getsockname())
    ours, _ = listener.accept()
    listener.close()
    return ours, Peer(theirs)


def greenswitch_session(connect: bool = True) -> tuple[Any, Peer]:
    """A session of greenswitch 0.0.19 that has taken its call."""
    sock, peer = pair()
    session = esl.OutboundSession(("127.0.0.1", 1), sock)
    if connect:
        opening = gevent.spawn(session.connect)
        assert peer.command() == "connect"
        peer.say(offered(variable_uuid=UUID))
        opening.join(LATEST)
    return session, peer


def our_session(connect: bool = True) -> tuple[Session, Peer]:
    """A session of ours that has taken its call."""
    sock, peer = pair()
    session = Session(("127.0.0.1", 1), sock)
    if connect:
        opening = gevent.spawn(session.connect)
        assert peer.command() == "connect"
        peer.say(offered(variable_uuid=UUID), reply("+OK will linger 5 seconds"), reply("+OK Events Enabled"), reply())
        assert [peer.command().split()[0] for _ in range(3)] == ["linger", "myevents", "event"]
        opening.get(timeout=LATEST)
    return session, peer


def outcome(greenlet: gevent.Greenlet, timeout: float = SOON) -> Any:
    """What a greenlet came to: its value, its exception, or "waits" when it has not ended by then."""
    greenlet.join(timeout)
    if not greenlet.ready():
        greenlet.kill()
        return "waits"
    return greenlet.value if greenlet.successful() else greenlet.exception


def until(condition: Callable[[], Any], timeout: float = SOON) -> bool:
    """Let the others run until something is so; whether it came to be."""
    with gevent.Timeout(timeout, False):
        while not condition():
            gevent.sleep(0.001)
    return bool(condition())


def frames(name: str) -> dict[str, list[bytes]]:
    """What FreeSWITCH sent in a recording, frame by frame, for each connection."""
    found: dict[str, list[bytes]] = {}
    with lzma.open(TRANSCRIPTS / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["dir"] == "fs>app":
                found.setdefault(line["conn"], []).append(line["data"].encode())
    return found


def recorded_offer(recording: str, conn: str) -> bytes:
    """The reply to `connect` as it was recorded."""
    return next(frame for frame in frames(recording)[conn] if b"Event-Name: CHANNEL_DATA" in frame)
