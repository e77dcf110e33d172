"""What a channel is at a moment, without anything it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

from controller.virtual.clock import Clock
from controller.virtual.variables import Variables
from controller.virtual.wire import Value


class State(Variables):
    """Names, caller profile, times (microseconds since 1970) and how far the call has come.

    `ready` is false once it is hung up or is on its way to another extension.
    """

    def __init__(
        self, clock: Clock, defaults: Mapping[str, str], *, uuid: str, name: str, direction: str, profile: dict[str,
        str],
    ) -> None:  # fmt: skip
        super().__init__(profile, defaults)
        self.clock = clock
        self.uuid = uuid or str(uuid4())
        self.name, self.direction, self.logical = name, direction, direction
        self.call_uuid = self.uuid
        self.profile_index = 1
        self.times = {"Profile": clock.stamp(), "Created": clock.stamp()}
        self.state, self.call_state, self.cause = "CS_INIT", "DOWN", ""
        self.answered = self.early = self.ringing = False
        self.ended = self.destroyed = False
        self.other_leg: dict[str, Value] = {}
        self.typed = ""  # the keys that something took
        self.destination = ""  # where a transfer sends it
        self.redirect: Callable[[], None] | None = None  # what uuid_bridge makes it do next

    @property
    def is_loopback(self) -> bool:
        return self.name.startswith("loopback/")

    @property
    def has_media(self) -> bool:
        return self.early or self.answered or self.is_loopback

    @property
    def ready(self) -> bool:
        return not (self.cause or self.destination or self.redirect)

    @property
    def answer_state(self) -> str:
        if self.cause:
            return "hangup"
        return "answered" if self.answered else "early" if self.early else "ringing"
