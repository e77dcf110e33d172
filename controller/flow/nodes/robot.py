"""robot: say that a machine is speaking, and how long it may go on."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.fields import Announcement
from controller.flow.listening import LAST_TURNS, LIMITS, SINCE, TURNS, UNANSWERED
from controller.flow.node import Call, Node, Steps
from controller.flow.problem import N_


class Robot(Node):
    """Begin a robot."""

    kind: ClassVar[str] = "robot"
    title: ClassVar[str] = N_("Robot")
    help: ClassVar[str] = N_(
        "Begins a conversation with a machine: says so, and sets its limits. When one is reached, the nodes that ask "
        "ask nothing more and leave by the exit of a caller who is not understood; so lead that to a person."
    )
    icon: ClassVar[str] = "bot-message-square"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True

    disclosure: Announcement = Field(
        title=N_("Disclosure"), description=N_("Says that a machine is speaking: You are talking to a robot.")
    )
    longest: int = Field(
        600, ge=0, le=7200, title=N_("Longest"), description=N_("Seconds from the first answer on; 0 sets no limit.")
    )
    turns: int = Field(
        60, ge=0, le=500, title=N_("Turns"), description=N_("How often the caller is listened to; 0 sets no limit.")
    )
    unanswered: int = Field(
        4,
        ge=0,
        le=20,
        title=N_("Unanswered"),
        description=N_("How many questions in a row may meet silence; 0 sets no limit."),
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return (LIMITS, LAST_TURNS)

    def run(self, call: Call) -> Steps:
        for name in (SINCE, TURNS, UNANSWERED, LAST_TURNS):
            call.save(name, "")
        call.save(LIMITS, f"{self.longest} {self.turns} {self.unanswered}")
        yield from ask.play(*call.sounds(self.disclosure))
        return "next"
