"""when: go one way or the other by what the variables hold."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.flow.fields import AnyVariable, Lax, check_regex
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.patterns import matches
from controller.flow.problem import N_

Test = Literal["is", "is_not", "contains", "starts_with", "matches", "less", "more", "empty"]


class Condition(BaseModel):
    """One comparison of a variable with a value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    variable: AnyVariable = Field(title=N_("Variable"), description=N_("What is looked at."))
    test: Test = Field(title=N_("Comparison"), description=N_("How it is compared; “matches” is a regular expression."))
    value: str | int | float = Field(
        "",
        title=N_("Value"),
        description=N_("What it is compared with; variables such as {{caller}} may stand in it."),
        json_schema_extra={"widget": "template"},
    )

    @model_validator(mode="after")
    def is_regex(self) -> "Condition":
        if self.test == "matches":
            check_regex(str(self.value))
        return self

    def holds(self, call: Call) -> bool:
        """Whether the call's variable passes the test."""
        found = call.value(self.variable)
        if self.test == "matches":
            return matches(str(self.value), found)
        value = call.text(str(self.value))
        match self.test:
            case "is":
                return found == value
            case "is_not":
                return found != value
            case "contains":
                return value in found
            case "starts_with":
                return found.startswith(value)
            case "empty":
                return not found
            case "less":
                return number(found) < number(value)
            case "more":
                return number(found) > number(value)


class When(Node):
    """Compare variables."""

    kind: ClassVar[str] = "when"
    title: ClassVar[str] = N_("Condition")
    help: ClassVar[str] = N_(
        "Compares variables and goes by Yes or No. The caller hears nothing. “less” and “more” compare numbers; what "
        "is no number is neither less nor more."
    )
    icon: ClassVar[str] = "split"
    group: ClassVar[str] = "decide"
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("yes", N_("Yes"), N_("The conditions hold.")),
        Exit("no", N_("No"), N_("They do not.")),
    )

    conditions: Annotated[tuple[Condition, ...], Lax] = Field(
        min_length=1, max_length=20, title=N_("Conditions"), description=N_("What must be true.")
    )
    match: Literal["all", "any"] = Field(
        "all", title=N_("Match"), description=N_("Whether all conditions must hold, or any one of them.")
    )

    def run(self, call: Call) -> Steps:
        yield from ()
        held = [condition.holds(call) for condition in self.conditions]
        return "yes" if (all(held) if self.match == "all" else any(held)) else "no"


def number(text: str) -> float:
    """Read a number; what is none compares as neither less nor more."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
