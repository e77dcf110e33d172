"""Answers that are documents: told as they are written, with their own keys in their own order."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, jsonify
from pydantic import BaseModel

V = TypeVar("V", bound=Callable[..., Any])


def gives(schema: type[BaseModel] | dict[str, Any], *, status: int = 200, example: Any = None) -> Callable[[V], V]:
    """Describe what a view answers without changing it; `blueprint.output` would add every default."""

    def decorate(view: V) -> V:
        @wraps(view)
        def told(*arguments: Any, **options: Any) -> Any:
            found = view(*arguments, **options)
            if isinstance(found, Response):
                return found
            body, code, headers = found if isinstance(found, tuple) else (found, status, {})
            return jsonify(body), code, headers

        told._spec = {  # type: ignore[attr-defined]  # APIFlask's words
            **getattr(view, "_spec", {}),
            "response": {
                "schema": schema,
                "status_code": status,
                "description": None,
                "example": example,
                "examples": None,
                "links": None,
                "content_type": "application/json",
                "headers": None,
            },
        }
        return cast(V, told)

    return decorate
