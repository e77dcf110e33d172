"""What pydantic finds wrong in a document, in words an engineer can act on."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from controller.flow.problem import N_, FlowError, Problem

Model = TypeVar("Model", bound=BaseModel)

# pydantic's error types in words for the engineer; {field} is the path inside the node.
MESSAGES = {
    "missing": N_("{field} is missing."),
    "extra_forbidden": N_("{field} is not a field of this node."),
    "string_type": N_("{field} must be a text; write it in quotes."),
    "int_type": N_("{field} must be a whole number."),
    "int_from_float": N_("{field} must be a whole number."),
    "float_type": N_("{field} must be a number."),
    "finite_number": N_("{field} must be a number."),
    "bool_type": N_("{field} must be true or false."),
    "dict_type": N_("{field} must be a mapping of names to values."),
    "model_type": N_("{field} must be a mapping of names to values."),
    "tuple_type": N_("{field} must be a list."),
    "list_type": N_("{field} must be a list."),
    "literal_error": N_("{field} must be one of: {expected}."),
    "greater_than_equal": N_("{field} must be at least {ge}."),
    "greater_than": N_("{field} must be more than {gt}."),
    "less_than_equal": N_("{field} must be at most {le}."),
    "less_than": N_("{field} must be less than {lt}."),
    "string_too_short": N_("{field} must not be empty."),
    "string_too_long": N_("{field} is longer than {max_length} characters."),
    "string_pattern_mismatch": N_("{field} has a form that is not allowed here."),
    "too_short": N_("{field} needs at least {min_length}."),
    "too_long": N_("{field} may have at most {max_length}."),
}


def problems_of(wrong: ValidationError, where: str = "", prefix: str = "") -> list[Problem]:
    """Say everything pydantic found. A list is not called too short because its items are wrong."""
    errors = wrong.errors(include_url=False, include_input=False)
    inside = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    told = [error for error in errors if not (error["type"] == "too_short" and error["loc"] in inside)]
    return [problem(where, error, prefix) for error in told]


def problem(where: str, error: ErrorDetails, prefix: str = "") -> Problem:
    """Say one of pydantic's errors in our words."""
    path = ".".join(str(part) for part in (prefix, *error["loc"]) if part not in ("", "[key]"))
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    template = context.pop("template", "") or MESSAGES.get(error["type"])
    if template is None:
        template, context = N_("{field} is not right: {reason}."), {"reason": error["msg"]}
    return Problem(where, path, error["type"], template, context)


def read_as(model: type[Model], doc: object, what: str, name: str = "") -> Model:
    """Read a document as a model. Raises FlowError that says everything wrong with it."""
    try:
        return model.model_validate(doc)
    except ValidationError as wrong:
        problems = tuple(problems_of(wrong, name))
        reasons = "; ".join(map(str, problems))
        raise FlowError(
            N_("The {what} {name} cannot be read: {reasons}"), problems=problems, what=what, name=name, reasons=reasons
        ) from None
