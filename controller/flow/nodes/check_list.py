"""check_list: go another way when a number stands on a black or white list."""

from typing import Annotated, ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.fields import Template, widget
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class CheckList(Node):
    """Ask whether a number is on a list."""

    kind: ClassVar[str] = "check_list"
    title: ClassVar[str] = N_("Black or white list")
    help: ClassVar[str] = N_(
        "Looks the caller's number up in a list. The caller hears nothing. When it is listed, “list_entry” says by "
        "which entry, and “list_action” and “list_argument” say what the list would do."
    )
    icon: ClassVar[str] = "list-filter"
    group: ClassVar[str] = "decide"
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("listed", N_("Listed"), N_("The number is on the list.")),
        Exit("not_listed", N_("Not listed"), N_("The number is not on the list.")),
    )

    list: Annotated[str, widget("list")] = Field(min_length=1, title=N_("List"), description=N_("Where to look."))
    number: Template = Field(
        "{{caller}}", title=N_("Number"), description=N_("What to look up; the caller's number unless changed.")
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return ("list_entry", "list_action", "list_argument")

    def run(self, call: Call) -> Steps:
        found = yield from ask.check_list(self.list, call.text(self.number))
        if not found.listed:
            return "not_listed"
        call.save("list_entry", found.entry)
        call.save("list_action", found.action)
        call.save("list_argument", found.argument)
        return "listed"
