"""What a request brings: a checked body, a checked query, or a document that `conf.editing` will check."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar, cast

from flask import abort, request
from flask_babel import gettext as _
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError, from_json

from conf.problems import N_

V = TypeVar("V", bound=Callable[..., Any])
JSON = "application/json"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")


class Body(BaseModel):
    """A body: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What stands behind the `?`: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _written(value: Any) -> Any:
    """Only what is written as a moment is one: pydantic would also take a number for seconds."""
    if isinstance(value, str) and not _MOMENT.match(value):
        raise PydanticCustomError(
            "not_a_moment",
            "is no moment",
            {"template": N_("is not a moment such as {example}"), "example": "2026-11-23T09:00:00Z"},
        )
    return value


# A moment in a query, with its time zone.
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


def takes(model: type[BaseModel], *, example: Any = None, examples: dict[str, Any] | None = None) -> Callable[[V], V]:
    """Give a view `body`: the request's JSON as a model. Raises what becomes 415, 400 or 422."""

    def decorate(view: V) -> V:
        @wraps(view)
        def asked(*arguments: Any, **options: Any) -> Any:
            return view(*arguments, body=model.model_validate_json(_content()), **options)

        return _described(asked, body=model, body_example=example, body_examples=examples, content_type=JSON)

    return decorate


def takes_document(
    schema: type[BaseModel] | dict[str, Any], *, example: Any = None, examples: dict[str, Any] | None = None
) -> Callable[[V], V]:
    """Give a view `doc`: the request's JSON object, not checked. The schema only describes it.

    For documents that `conf.editing` checks, with its own words. 415, 400, or 422 for what is no object.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def asked(*arguments: Any, **options: Any) -> Any:
            return view(*arguments, doc=Anything.model_validate_json(_content()).model_dump(), **options)

        return _described(asked, body=schema, body_example=example, body_examples=examples, content_type=JSON)

    return decorate


class Anything(BaseModel):
    """Any JSON object."""

    model_config = ConfigDict(extra="allow")


def asks(model: type[BaseModel]) -> Callable[[V], V]:
    """Give a view `query`: what stands behind the `?` as a model."""

    def decorate(view: V) -> V:
        @wraps(view)
        def asked(*arguments: Any, **options: Any) -> Any:
            return view(*arguments, query=model.model_validate(request.args.to_dict()), **options)

        spec = getattr(asked, "_spec", {})
        return _described(asked, args=[*spec.get("args", []), (model, "query")])

    return decorate


def _content() -> bytes:
    if request.mimetype not in (JSON, "") and not request.mimetype.endswith("+json"):
        abort(415, _("Send JSON, with Content-Type: application/json."))
    content = request.get_data()
    try:
        from_json(content, allow_inf_nan=False)
    except ValueError as error:
        abort(400, _("The body is not JSON: %(error)s", error=str(error)))
    return content


def _described(view: Callable[..., Any], **said: Any) -> Any:
    """Say something about a view in APIFlask's words."""
    view._spec = {**getattr(view, "_spec", {}), **said}  # type: ignore[attr-defined]
    return cast(Any, view)
