"""count: count calls or tries, and go another way from a limit on."""

from typing import ClassVar, Literal

from pydantic import Field

from controller.flow import ask
from controller.flow.fields import Variable
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class Count(Node):
    """Add one to a counter."""

    kind: ClassVar[str] = "count"
    title: ClassVar[str] = N_("Count")
    help: ClassVar[str] = N_(
        "Adds one to a counter; a variable of the counter's name holds the result. A counter belongs to this call, to "
        "all calls of this caller, or to all calls. With a limit the call leaves by “Reached” from that count on. The "
        "caller hears nothing."
    )
    icon: ClassVar[str] = "tally-5"
    group: ClassVar[str] = "data"
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("next", N_("Next"), N_("The call goes on."), when="unlimited"),
        Exit("below", N_("Below"), N_("The count is still below the limit."), when="limit", progress=True),
        Exit("reached", N_("Reached"), N_("The count is at the limit or over it."), when="limit"),
        Exit("unknown", N_("Unknown"), N_("The count could not be read."), when="can_be_unknown"),
    )

    counter: Variable = Field(title=N_("Counter"), description=N_("Its name, and the variable that holds the count."))
    scope: Literal["call", "caller", "subscriber"] = Field(
        "call", title=N_("Counts"), description=N_("Per call, per caller's number, or over all calls.")
    )
    period: Literal["ever", "day", "hour"] = Field(
        "ever",
        title=N_("Starts anew"),
        description=N_("Never, every day, or every hour; a call's own counter ends with the call."),
    )
    limit: int | None = Field(
        None, ge=1, le=1_000_000, title=N_("Limit"), description=N_("From this count on, “Reached” is taken.")
    )

    @property
    def unlimited(self) -> bool:
        """Whether there is no limit to reach."""
        return self.limit is None

    @property
    def can_be_unknown(self) -> bool:
        """Whether the count comes from outside the call, and matters."""
        return self.scope != "call" and self.limit is not None

    @property
    def saves(self) -> tuple[str, ...]:
        return (self.counter,)

    def run(self, call: Call) -> Steps:
        value = yield from self.add_one(call)
        call.save(self.counter, "" if value is None else str(value))
        if self.limit is None:
            return "next"
        if value is None:
            return "unknown"
        return "reached" if value >= self.limit else "below"

    def add_one(self, call: Call) -> ask.Asking[int | None]:
        """Count in the call's own variable, or ask the subscriber's counter."""
        if self.scope == "call":
            before = call.value(self.counter)
            return (int(before) if before.isdecimal() else 0) + 1
        name = self.counter if self.scope == "subscriber" else f"{self.counter}:{call.value('caller')}"
        return (yield from ask.count(name, self.period)).value
