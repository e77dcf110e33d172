"""hang_up: end the call."""

from typing import Annotated, ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import HungUp
from controller.flow.fields import Cause
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class HangUp(Node):
    """End the call."""

    kind: ClassVar[str] = "hang_up"
    title: ClassVar[str] = N_("Hang up")
    help: ClassVar[str] = N_(
        "Ends the call. Before it was answered the caller hears what the cause stands for, such as the busy tone."
    )
    icon: ClassVar[str] = "phone-off"
    group: ClassVar[str] = "end"
    ways_out: ClassVar[tuple[Exit, ...]] = ()

    cause: Cause = Field(
        "NORMAL_CLEARING", title=N_("Cause"), description=N_("What the caller's network is told; normal unless needed.")
    )

    outcome: Annotated[str, Field(max_length=64)] = Field(
        "",
        title=N_("Outcome"),
        description=N_("A word for what came of the call, such as sold; it is in the variable “outcome”."),
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return ("outcome",) if self.outcome else ()

    def run(self, call: Call) -> Steps:
        if self.outcome:
            call.save("outcome", self.outcome)
        yield from ask.hang_up(self.cause, self.outcome)
        raise HungUp(self.cause)
