"""Commands as bytes, and who hears their replies."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

import gevent

from controller.esl.errors import Unsafe
from controller.esl.event import Event

log = logging.getLogger(__name__)


class Waiter(Protocol):
    """Whoever waits for a reply: an AsyncResult, or something that looks like one."""

    def set(self, value: Event) -> object:
        """The reply came."""

    def set_exception(self, exception: BaseException) -> object:
        """It never will."""


class Hoped:
    """Nobody waits for this reply, but a refusal is logged."""

    __slots__ = ("command",)

    def __init__(self, command: str) -> None:
        self.command = command

    def set(self, value: Event) -> None:
        """The reply came."""
        if refused(value.body):
            gevent.spawn(log.warning, "FreeSWITCH refused %r: %s", self.command, value.body.strip())

    def set_exception(self, exception: BaseException) -> None:
        """It never will: then the connection has ended, which others say."""


def refused(text: str) -> bool:
    """Whether a reply or an api's answer says that it did not work."""
    return text.startswith(("-ERR", "-USAGE"))


def framed(command: str, fields: Iterable[tuple[str, str]] = ()) -> bytes:
    """A command with its header lines, as bytes; Unsafe when any of them could be read as more than one line."""
    lines = [command, *(f"{name}: {value}" for name, value in fields)]
    for line in lines:
        if not line or "\n" in line or "\r" in line or "\0" in line:
            raise Unsafe("command", line)
    try:
        return ("\n".join(lines) + "\n\n").encode()
    except UnicodeEncodeError as error:
        raise Unsafe("command", command) from error
