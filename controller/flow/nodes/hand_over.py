"""hand_over: a robot gives the call to a person, who is told what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import Target
from controller.flow.fields import Announcement, AnyVariable, Dialled, Lax, Template, widget
from controller.flow.listening import LAST_TURNS
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.numbers import parse_target
from controller.flow.problem import N_
from controller.flow.values import LONGEST, in_header


class HandOver(Node):
    """Connect the caller with a person, and say to the person what the robot knows."""

    kind: ClassVar[str] = "hand_over"
    title: ClassVar[str] = N_("Hand over")
    help: ClassVar[str] = N_(
        "Gives the call to a person: the caller hears the announcement, then ringing. Who is rung gets the summary, "
        "the values asked for and what the caller said last, in SIP headers (X-Souffleur-Summary). The summary is in "
        "the variable “summary” too."
    )
    icon: ClassVar[str] = "headset"
    group: ClassVar[str] = "connect"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("answered", N_("Answered"), N_("A person talked with the caller: “answered_by”."), progress=True),
        Exit("busy", N_("Busy"), N_("Everybody was busy.")),
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
    prompt: Announcement | None = Field(
        None, title=N_("Announcement"), description=N_("Said to the caller first: I am putting you through.")
    )
    summary: Template = Field(
        "",
        title=N_("Summary"),
        description=N_("What the person is told: {{name}} wants an appointment on {{day_spoken}}."),
    )
    slots: Annotated[tuple[AnyVariable, ...], Lax] = Field(
        (), max_length=10, title=N_("Values"), description=N_("The variables the person is told, one by one.")
    )
    headers: bool = Field(
        True,
        title=N_("Tell the phone"),
        description=N_(
            "In SIP headers, which a phone or a customer program may show. If not, only the agent's page tells it, and "
            "nothing of it stands in FreeSWITCH's own account of the call."
        ),
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

    @property
    def saves(self) -> tuple[str, ...]:
        return ("answered_by", "summary")

    def run(self, call: Call) -> Steps:
        call.save("summary", call.text(self.summary))
        targets = tuple(self.targets(call))
        if not targets:
            return "failed"
        if self.prompt:
            yield from ask.play(*call.sounds(self.prompt))
        carried = tuple(self.carried(call))
        dialled = yield from ask.dial(targets, self.strategy, self.ring, carried=carried, headers=self.headers)
        if dialled.outcome == "answered":
            call.save("answered_by", dialled.by)
        return dialled.outcome

    def carried(self, call: Call) -> Iterator[tuple[str, str]]:
        """What the person is told; a caller's secret (a PIN) is not."""
        told = {"Summary": call.text(self.summary)} if not call.is_secret(self.summary) else {}
        told |= {f"Slot-{name.replace('_', '-')}": call.value(name) for name in self.slots if name not in call.secrets}
        told["Turns"] = call.value(LAST_TURNS)
        return ((name, in_header(text)[: 2 * LONGEST]) for name, text in told.items() if text)

    def targets(self, call: Call) -> Iterator[Target]:
        """Read the numbers, leaving out what is none."""
        for text in self.to:
            try:
                yield parse_target(call.text(text), self.trunk)
            except ValueError:
                continue
