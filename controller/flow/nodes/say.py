"""say: the caller hears a prompt, a text, or both."""

from typing import ClassVar

from controller.flow import ask
from controller.flow.fields import Announcement
from controller.flow.node import Call, Node, Steps
from controller.flow.problem import N_


class Say(Node, Announcement):
    """Tell the caller something, and go on when it has been said."""

    kind: ClassVar[str] = "say"
    title: ClassVar[str] = N_("Announcement")
    help: ClassVar[str] = N_(
        "The caller hears a prompt of the library, a spoken text, or the prompt and then the text. "
        "The call is answered first. Keys do not stop it; use a menu for that."
    )
    icon: ClassVar[str] = "megaphone"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True

    def run(self, call: Call) -> Steps:
        yield from ask.play(*call.sounds(self))
        return "next"
