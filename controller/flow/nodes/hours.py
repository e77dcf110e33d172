"""hours: go another way when the office is closed."""

from typing import Annotated, ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.fields import widget
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class Hours(Node):
    """Ask whether a schedule is open now."""

    kind: ClassVar[str] = "hours"
    title: ClassVar[str] = N_("Opening hours")
    help: ClassVar[str] = N_(
        "The call goes by the schedule's state at this moment. The caller hears nothing and waits for nothing. "
        "Without a wire, “Holiday” goes the way of “Closed”."
    )
    icon: ClassVar[str] = "clock"
    group: ClassVar[str] = "decide"
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("open", N_("Open"), N_("The schedule is open.")),
        Exit("closed", N_("Closed"), N_("The schedule is closed.")),
        Exit("holiday", N_("Holiday"), N_("It is a public holiday."), optional=True),
    )

    schedule: Annotated[str, widget("schedule")] = Field(
        min_length=1, title=N_("Schedule"), description=N_("Its hours, holidays and exceptions decide.")
    )

    def run(self, call: Call) -> Steps:
        hours = yield from ask.check_hours(self.schedule)
        if hours.state == "holiday" and "holiday" not in self.wires:
            return "closed"
        return hours.state
