"""ring_bell: a kind of node that this system does not come with; tests drop it beside the others."""

from typing import ClassVar

from pydantic import Field

from controller.flow.node import Call, Exit, Node, Steps


class RingBell(Node):
    """Ring the bell of the shop."""

    kind: ClassVar[str] = "ring_bell"
    title: ClassVar[str] = "Ring the bell"
    help: ClassVar[str] = "The bell of the shop rings as often as wanted."
    icon: ClassVar[str] = "bell-ring"
    group: ClassVar[str] = "data"
    ways_out: ClassVar[tuple[Exit, ...]] = (Exit("rung", "Rung", "The bell has rung."),)

    times: int = Field(2, ge=1, le=9, title="How often", description="Between once and nine times.")

    def run(self, call: Call) -> Steps:
        call.save("rung", str(self.times))
        yield from ()
        return "rung"
