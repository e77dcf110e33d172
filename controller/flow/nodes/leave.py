"""leave: end this flow and go back to the one that called it."""

from typing import ClassVar

from pydantic import Field

from controller.flow.fields import Name
from controller.flow.node import Call, Exit, Leave, Node, Steps
from controller.flow.problem import N_


class LeaveFlow(Node):
    """Leave a flow by a named exit."""

    kind: ClassVar[str] = "leave"
    title: ClassVar[str] = N_("Leave")
    help: ClassVar[str] = N_(
        "Ends this flow. The flow that called it goes on by the exit of this name. In a flow that a number leads to "
        "directly, the call ends."
    )
    icon: ClassVar[str] = "log-out"
    group: ClassVar[str] = "end"
    ways_out: ClassVar[tuple[Exit, ...]] = ()

    exit: Name = Field(title=N_("Exit"), description=N_("The name the calling flow wires, such as “sold”."))

    def run(self, call: Call) -> Steps:
        yield from ()
        return Leave(self.exit)
