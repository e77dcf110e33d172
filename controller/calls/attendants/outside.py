"""A channel that another controller's socket had, reached by this controller's own connection to FreeSWITCH."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from controller.esl import api
from controller.esl.errors import CommandRefused
from controller.esl.inbound import Inbound


class Reached:
    """A line to a channel, as `controller.calls.tap.Line` wants it. Errors: EslError."""

    def __init__(self, uuid: str, connection: Callable[[], Inbound]) -> None:
        self._uuid, self._connection = uuid, connection

    @property
    def uuid(self) -> str:
        """The channel."""
        return self._uuid

    def tap(self, file: str, sides: Literal["caller", "both"], limit: float = 0.0) -> None:
        """Let a file grow by what is said, frame by frame."""
        self._connection().api(api.uuid_record_at_once(self._uuid, file, sides, limit))

    def stop_tap(self, file: str) -> bool:
        """End such a file; False when none of that name grows, or the call has ended."""
        try:
            self._connection().api(api.uuid_record(self._uuid, "stop", file))
        except CommandRefused:
            return False
        return True

    def set_variable(self, name: str, value: str) -> None:
        """Leave any text in a channel variable, unexpanded."""
        self._connection().api(api.uuid_setvar(self._uuid, name, value))
