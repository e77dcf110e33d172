"""dial: ring extensions or external numbers and let the caller talk with whoever answers."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import Target
from controller.flow.fields import Dialled, Lax, Template, widget
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.numbers import parse_target
from controller.flow.problem import N_


class Dial(Node):
    """Connect the caller."""

    kind: ClassVar[str] = "dial"
    title: ClassVar[str] = N_("Dial")
    help: ClassVar[str] = N_(
        "The caller hears ringing while extensions or external numbers are rung, all at once or one after the other. "
        "Whoever answers first talks with the caller. A number that cannot be read, such as an empty variable, is "
        "left out; when none is left the call leaves by “Failed”."
    )
    icon: ClassVar[str] = "phone-forwarded"
    group: ClassVar[str] = "connect"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit(
            "answered",
            N_("Answered"),
            N_("Somebody answered, and the called person hung up first. “answered_by” names them."),
            progress=True,
        ),
        Exit("busy", N_("Busy"), N_("Everybody was busy; one after the other: the last one who was rung.")),
        Exit("no_answer", N_("No answer"), N_("Nobody answered in time.")),
        Exit("failed", N_("Failed"), N_("Nobody could be rung: unknown, unregistered, or no line.")),
    )

    to: Annotated[tuple[Dialled, ...], Lax] = Field(
        min_length=1,
        max_length=20,
        title=N_("Whom to ring"),
        description=N_("Short numbers (101), international numbers (+33123456789) or variables ({{extension}})."),
        json_schema_extra={"widget": "targets"},
    )
    strategy: Literal["at_once", "in_turn"] = Field(
        "at_once", title=N_("Order"), description=N_("Ring everybody at once, or one after the other.")
    )
    ring: float = Field(
        25.0,
        ge=1,
        le=300,
        title=N_("Ring for"),
        description=N_("Seconds; in turn, the seconds for each."),
    )
    trunk: Annotated[str, widget("trunk")] = Field(
        "", title=N_("Trunk"), description=N_("For external numbers; empty lets the system choose.")
    )
    presented: Template = Field(
        "", title=N_("Number shown"), description=N_("For external numbers; empty follows the subscriber's rules.")
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return ("answered_by",)

    def run(self, call: Call) -> Steps:
        targets = tuple(self.targets(call))
        if not targets:
            return "failed"
        dialled = yield from ask.dial(targets, self.strategy, self.ring, call.text(self.presented))
        if dialled.outcome == "answered":
            call.save("answered_by", dialled.by)
        return dialled.outcome

    def targets(self, call: Call) -> Iterator[Target]:
        """Read the numbers, leaving out what is none."""
        for text in self.to:
            try:
                yield parse_target(call.text(text), self.trunk)
            except ValueError:
                continue
