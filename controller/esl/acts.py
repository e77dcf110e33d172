"""What is done to a call at once, by api, whatever the channel is doing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from controller.esl import api
from controller.esl.errors import CallEnded, CommandRefused, EslError

log = logging.getLogger(__name__)
NO_CHANNEL = ("No such channel", "Cannot locate session")


class Acts:
    """A session's acts that wait for no application. Errors: CallEnded, and those of `send`."""

    hung_up: bool
    cause: str

    if TYPE_CHECKING:

        @property
        def uuid(self) -> str: ...
        def api(self, command: str, timeout: float | None = ...) -> str: ...
        def _check(self) -> None: ...

    def set_variable(self, name: str, value: str) -> None:
        """Leave any text in a channel variable, unexpanded; returns when FreeSWITCH has it. "" removes it."""
        self._check()
        self._api_on_call(api.uuid_setvar(self.uuid, name, value))

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """Set plain values in several channel variables; returns when FreeSWITCH has them."""
        self._check()
        self._api_on_call(api.uuid_setvar_multi(self.uuid, variables))

    def press(self, keys: str) -> None:
        """Have the call hear keys as if its caller had pressed them."""
        self._check()
        self._api_on_call(api.uuid_recv_dtmf(self.uuid, keys))

    def answer_now(self) -> None:
        """Answer the call without waiting for its next frame, as the application would. Errors: CallEnded."""
        self._check()
        try:
            self._api_on_call(api.uuid_answer(self.uuid))
        except CommandRefused as error:  # "-ERROR": it is about to end, or there is no sound that both sides know
            self.hang_up_quietly("NORMAL_TEMPORARY_FAILURE")
            raise CallEnded(self.cause) from error

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call at once, whatever it is doing; nothing happens when it has ended."""
        try:
            self._check()
            self._api_on_call(api.uuid_kill(self.uuid, cause))
        except CallEnded:
            return

    def hang_up_quietly(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call if it can still be ended; a fault is only logged."""
        try:
            self.hangup(cause)
        except EslError as error:
            log.debug("could not hang up %s: %s", self.uuid, error)

    def kill(self, uuid: str, cause: str = "NORMAL_CLEARING") -> bool:
        """End any channel; False when there is none of that name."""
        try:
            self.api(api.uuid_kill(uuid, cause))
        except CommandRefused:
            return False
        return True

    def uuid_break(self) -> None:
        """End the application in progress; the next one in the queue begins."""
        self._check()
        self._api_on_call(api.uuid_break(self.uuid))

    def tap(self, file: str, sides: Literal["caller", "both"], limit: float = 0.0) -> None:
        """Let a file grow by what is said, frame by frame. CommandRefused when it cannot be opened."""
        self._check()
        self._api_on_call(api.uuid_record_at_once(self.uuid, file, sides, limit))

    def stop_tap(self, file: str) -> bool:
        """End such a file; False when none of that name grows, or the call has ended."""
        try:
            self._check()
            self._api_on_call(api.uuid_record(self.uuid, "stop", file))
        except (CallEnded, CommandRefused):
            return False
        return True

    def check(self) -> None:
        """Return if the call goes on and is ours. Errors: CallEnded, SessionGone."""
        self._check()

    def _api_on_call(self, command: str) -> str:
        try:
            return self.api(command)
        except CommandRefused as error:
            if self.hung_up or any(text in error.reply for text in NO_CHANNEL):
                raise CallEnded(self.cause) from error
            raise
