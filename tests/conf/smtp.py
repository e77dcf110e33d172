"""A mail server in little: it takes mails, or refuses them the way it is told."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

from gevent.server import StreamServer


class MailServer:
    """Listens on loopback; `mails` are those it took, `refuses` is what it says to each recipient instead."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.mails: list[EmailMessage] = []
        self.said: list[str] = []
        self._server = StreamServer(("127.0.0.1", 0), self._serve)

    def __enter__(self) -> MailServer:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def address(self) -> str:
        """For the settings."""
        return f"smtp://127.0.0.1:{self._server.server_port}"

    def _serve(self, socket: Any, _address: object) -> None:
        lines = socket.makefile("rwb")

        def say(text: str) -> None:
            lines.write(text.encode() + b"\r\n")
            lines.flush()

        say("220 test")
        for line in lines:
            command = line.decode().strip()
            self.said.append(command)
            match command[:4].upper():
                case "EHLO":
                    say("250-test")
                    say("250 8BITMIME")
                case "RCPT":
                    say(self.refuses or "250 ok")
                case "DATA":
                    say("354 go on")
                    self._take(lines)
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 ok")

    def _take(self, lines: Any) -> None:
        found = []
        for line in lines:
            if line == b".\r\n":
                break
            found.append(line)
        self.mails.append(email.message_from_bytes(b"".join(found), policy=email.policy.default))  # type: ignore[arg-type]
