"""What a channel is at a moment, without anything it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from controller.virtual.clock import Clock
from controller.virtual.variables import Variables
from controller.virtual.wire import Value

Action = tuple[str, str]  # an application and its argument


@dataclass(frozen=True)
class Route:
    """What a channel runs: the name of the first extension that matched, the number, and the actions of all."""

    name: str
    number: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Passage:
    """A channel's time under one caller profile: from its creation, or from a transfer, to the next transfer."""

    index: int
    profile: dict[str, str]
    times: dict[str, int]
    route: Route | None
    left: int  # actions of the route that were not begun
    caller: dict[str, object] | None  # the profile of who called this leg
    called: list[dict[str, object]]  # the profiles of the legs it was bridged to


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
        self.route: Route | None = None
        self.actions: list[Action] | None = None  # what is left of the route
        self.caller: dict[str, object] | None = None
        self.called: list[dict[str, object]] = []
        self.passages: list[Passage] = []
        self.executed: list[tuple[str, str, int]] = []  # application, argument as given, microseconds since 1970
        self.redirect: Callable[[], None] | None = None  # what uuid_bridge makes it do next

    def passage(self) -> Passage:
        """What it does since the last transfer."""
        left = len(self.actions or ())
        return Passage(self.profile_index, self.profile, dict(self.times), self.route, left, self.caller, self.called)

    def begin_passage(self, stamp: int, profile: dict[str, str]) -> None:
        """A transfer: a new caller profile begins, which knows what happened so far but the bridge."""
        self.times["Transfer"] = stamp
        self.passages.append(self.passage())
        self.profile = profile
        self.profile_index += 1
        kept = ("Created", "Answered", "Progress", "Progress-Media")
        self.times = {name: self.times[name] for name in kept if name in self.times} | {"Profile": stamp}
        self.route, self.caller, self.called = None, None, []

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
