"""What can go wrong on the event socket. One root, `EslError`; greenswitch's names stay catchable."""

from __future__ import annotations

from greenswitch import esl


class EslError(Exception):
    """Something between us and FreeSWITCH did not go as asked."""


class ProtocolError(EslError):
    """Bytes that cannot be ESL: the connection is of no more use."""


class ConnectionLost(EslError, esl.NotConnectedError):  # type: ignore[misc]
    """The connection ended (end of file, notice, refusal, unreadable bytes) or was never there."""


class SessionGone(ConnectionLost, esl.OutboundSessionHasGoneAway):  # type: ignore[misc]
    """The connection of one call ended, or a newer connection took the call over. The call itself may live on."""


class CallEnded(EslError, esl.OutboundSessionHasGoneAway):  # type: ignore[misc]
    """The call was hung up, so nothing more can be done on it. `cause` is FreeSWITCH's name for why ("" if unknown)."""

    def __init__(self, cause: str = "") -> None:
        super().__init__(cause or "the call has ended")
        self.cause = cause


class CommandRefused(EslError):
    """FreeSWITCH answered with an error. `reply` is its text."""

    def __init__(self, command: str, reply: str) -> None:
        super().__init__(f"{command}: {reply}")
        self.command = command
        self.reply = reply


class WrongPassword(EslError, ValueError):
    """FreeSWITCH does not accept our password. Trying again would not help."""


class NoReply(EslError, TimeoutError):
    """Nothing came in the time allowed. The command may still be carried out."""


class Dropped(EslError):
    """A queued application was thrown away by `break_all` before it began."""


class Unsafe(ValueError):
    """A value that must not enter a command. `field` says which one, `value` what was refused."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {value!r:.100}")
        self.field = field
        self.value = value
