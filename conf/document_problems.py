"""What pydantic found wrong with a document, in words of ours that can be translated."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from conf.problems import N_, Problem
from conf.yaml_source import Path_, Source

MESSAGES = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("is not known here"),
    "string_type": N_("must be a text: put it in quotes"),
    "int_type": N_("must be a whole number"),
    "int_from_float": N_("must be a whole number"),
    "float_type": N_("must be a number"),
    "bool_type": N_("must be true or false"),
    "list_type": N_("must be a list"),
    "dict_type": N_("must be a mapping of names to values"),
    "model_type": N_("must be a mapping of names to values"),
    "literal_error": N_("must be one of {expected}"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than_equal": N_("must be at most {le}"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("is longer than {max_length} characters"),
    "string_pattern_mismatch": N_("has a form that is not allowed here"),
    "too_short": N_("needs at least {min_length}"),
    "too_long": N_("may have at most {max_length}"),
}
_OTHER = N_("is not right: {reason}")


def check(kind: type[BaseModel], doc: Any, source: Source, path: Path_ = ()) -> list[Problem]:
    """Hold a document against its class; every problem with its file, line and field."""
    try:
        kind.model_validate(doc)
    except ValidationError as error:
        found = [_problem(item, doc, source, path) for item in error.errors(include_url=False, include_input=False)]
        # A value that fits no member of a union is wrong once, not once for each member.
        return list({(problem.line, problem.field): problem for problem in reversed(found)}.values())[::-1]
    return []


def _problem(error: ErrorDetails, doc: Any, source: Source, path: Path_) -> Problem:
    context = dict(error.get("ctx", {}))
    template = context.pop("template", "") or MESSAGES.get(error["type"])
    if template is None:
        template, context = _OTHER, {"reason": error["msg"]}
    if "expected" in context:
        context["expected"] = context["expected"].replace("' or '", "', '").replace("'", "")
    inside = _inside(error["loc"], doc, error["type"] == "missing")
    return source.problem((*path, *inside), Problem(error["type"], template, context))


def _inside(loc: tuple[str | int, ...], doc: Any, missing: bool) -> Path_:
    """Pydantic names the members of unions and the keys of mappings on the way; people wrote neither."""
    path: list[str | int] = []
    at = doc
    for index, part in enumerate(loc):
        absent = missing and index == len(loc) - 1
        if part == "[key]":
            continue
        if isinstance(at, dict) and isinstance(part, str) and (part in at or absent):
            path.append(part)
            at = at.get(part)
        elif isinstance(at, list) and isinstance(part, int) and part < len(at):
            path.append(part)
            at = at[part]
    return tuple(path)

