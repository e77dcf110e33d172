"""answer: pick the call up."""

from typing import ClassVar

from controller.flow import ask
from controller.flow.node import Call, Node, Steps
from controller.flow.problem import N_


class Answer(Node):
    """Pick the call up before anything is said."""

    kind: ClassVar[str] = "answer"
    title: ClassVar[str] = N_("Answer")
    help: ClassVar[str] = N_(
        "Picks the call up: from here the caller pays. Announcements and menus answer by themselves; "
        "use this where the call must be answered earlier."
    )
    icon: ClassVar[str] = "phone-incoming"
    group: ClassVar[str] = "talk"

    def run(self, call: Call) -> Steps:
        yield from ask.answer()
        return "next"
