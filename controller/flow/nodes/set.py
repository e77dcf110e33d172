"""set: write variables, for later nodes to say, compare or send."""

from typing import ClassVar

from pydantic import Field

from controller.flow.fields import Template, Variable
from controller.flow.node import Call, Node, Steps
from controller.flow.problem import N_


class SetVariables(Node):
    """Give variables their values."""

    kind: ClassVar[str] = "set"
    title: ClassVar[str] = N_("Set variables")
    help: ClassVar[str] = N_(
        "Gives variables their values, one after the other. The caller hears nothing. Setting “language” changes the "
        "language of everything said from here on. A value keeps its first 200 characters."
    )
    icon: ClassVar[str] = "pencil"
    group: ClassVar[str] = "data"

    variables: dict[Variable, Template] = Field(
        min_length=1,
        max_length=20,
        title=N_("Variables"),
        description=N_("A name and its value; other variables such as {{caller}} may stand in the value."),
        json_schema_extra={"widget": "variables"},
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return tuple(self.variables)

    def run(self, call: Call) -> Steps:
        yield from ()
        for name, template in self.variables.items():
            call.save(name, call.text(template), secret=call.is_secret(template))
        return "next"
