"""subflow: walk another flow of the subscriber and come back by the exit it leaves by."""

from typing import Annotated, ClassVar

from pydantic import Field

from controller.flow.fields import Name, widget
from controller.flow.node import Call, Enter, Exit, Node, Steps
from controller.flow.problem import N_


class Subflow(Node):
    """Walk another flow."""

    kind: ClassVar[str] = "subflow"
    title: ClassVar[str] = N_("Another flow")
    help: ClassVar[str] = N_(
        "The call walks another flow and comes back by the name that flow's node “Leave” gives; each such name is an "
        "exit here. The version is pinned when this flow is published: changing the other flow changes nothing here "
        "until this one is published again. Variables are shared."
    )
    icon: ClassVar[str] = "workflow"
    group: ClassVar[str] = "connect"
    ways_out: ClassVar[tuple[Exit, ...]] = ()
    open_exits: ClassVar[bool] = True

    flow: Annotated[Name, widget("flow")] = Field(title=N_("Flow"), description=N_("Which flow to walk."))
    version: int = Field(
        0, ge=0, title=N_("Version"), description=N_("Its published version; 0 takes the newest when publishing.")
    )

    def run(self, call: Call) -> Steps:
        yield from ()
        return Enter(self.flow, self.version)
