"""What the description of the API says of every operation: who may, which errors, which headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask

PREFIX = "/api/v1"
PROBLEM = {
    "type": "object",
    "description": "What is wrong (RFC 9457), in the caller's language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "reason"],
                "properties": {
                    "field": {"type": "string", "description": "A dotted path."},
                    "code": {"type": "string", "description": "For programs; it does not change with the language."},
                    "reason": {"type": "string"},
                },
            },
        },
        "current": {"description": "With 412: what there is now."},
    },
}
ERRORS = {
    400: "The request cannot be read.",
    401: "No token and no session, or one that has ended.",
    403: "The token's scopes, or the role, do not allow it.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "It does not fit what is there; or the Idempotency-Key is at work.",
    412: "Somebody else saved meanwhile; `current` is what there is now.",
    413: "More than 32 MB.",
    414: "The address is too long.",
    415: "Not JSON.",
    422: "Something is wrong with what was sent; `errors` names fields.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
    503: "The database, or every controller, is away.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request with the same key is done once; the answer is kept for a day.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what the change was made on; `*` writes over anything.",
    "schema": {"type": "string"},
    "example": '"r12"',
}
ABOUT = """Everything that the pages do, for programs. A token is made on the page *API and webhooks* and sent as
`Authorization: Bearer sfl_...`. Errors are `application/problem+json` in the language of `Accept-Language`."""


def init_app(app: Flask) -> None:
    """Set APIFlask's options, and complete what it describes."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        INFO={"description": ABOUT},
        SERVERS=None,
        AUTO_SERVERS=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SECURITY_SCHEMES={
            "token": {"type": "http", "scheme": "bearer", "description": "A token, within its scopes."},
            "session": {"type": "apiKey", "in": "cookie", "name": "souffleur", "description": "Who is logged in."},
        },
    )
    app.spec_callback = lambda spec: complete(app, spec)  # type: ignore[attr-defined]


def written(app: Any) -> dict[str, Any]:
    """The whole description, made once."""
    for blueprint in app.blueprints.values():
        if not hasattr(blueprint, "enable_openapi"):
            blueprint.enable_openapi = False  # APIFlask expects it of pages too
    spec: dict[str, Any] = app._get_spec("json")
    return spec


def complete(app: Flask, spec: dict[str, Any]) -> dict[str, Any]:
    """Add to each operation what its view's decorators say."""
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, method, view, name in _views(app):
        operation = spec.get("paths", {}).get(path, {}).get(method)
        if operation is not None:
            _complete(operation, method, view, name)
    return spec


def _views(app: Flask) -> Iterator[tuple[str, str, Any, str]]:
    """Path, method, view and a name for each operation."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            path = re.sub(r"<([^<:]+:)?([^>]+)>", r"{\2}", rule.rule)
            name = rule.endpoint.removeprefix("api_").replace(".", "_")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield path, method.lower(), app.view_functions[rule.endpoint], name


def _complete(operation: dict[str, Any], method: str, view: Any, name: str) -> None:
    operation.setdefault("operationId", name)
    parameters = operation.setdefault("parameters", [])
    codes = {400, 401, 403, 429, 503}
    if any(one["in"] == "path" or one["name"] == "agent" for one in parameters):
        codes |= {404, 414}  # what is named may not be there: a desk is named in the query
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        codes |= {413, 415}
    if "requestBody" in operation or any(one["in"] == "query" for one in parameters):
        codes.add(422)
    if any(one["in"] == "query" for one in parameters):
        codes.add(414)
    if method == "post" and 404 in codes and "requestBody" in operation:
        codes.add(412)  # where the body names a revision
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
        codes |= {409, 422}
    if method in ("put", "delete"):
        codes |= {409, 422}
    if getattr(view, "needs_match", False):
        parameters.append(IF_MATCH)
        codes |= {412, 428}
    scopes = getattr(view, "scopes", ())
    operation["security"] = [{"token": []}, {"session": []}]
    operation["x-scopes"] = list(scopes)
    said = operation.get("description", "")
    needs = " or ".join(f"`{word}`" for word in scopes)
    operation["description"] = "\n\n".join(part for part in (said, f"Scope: {needs}." if needs else "") if part)
    for code in sorted(codes):
        operation["responses"].setdefault(str(code), _error(code))
    for media, content in operation["responses"].get("200", {}).get("content", {}).items():
        if "yaml" in media:
            content["schema"] = {"type": ["object", "array"]}  # what stands in it, as of JSON
    for parameter in parameters:
        _tidy(parameter)


def _error(code: int) -> dict[str, Any]:
    if code == 414:
        return {"description": ERRORS[code]}  # by the server, which has not read the request
    example: dict[str, Any] = {"type": "about:blank", "title": "...", "status": code, "detail": ERRORS[code]}
    if code == 422:
        example["errors"] = [{"field": "name", "code": "missing", "reason": "is missing"}]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": ERRORS[code], "content": {"application/problem+json": content}}


def _tidy(parameter: dict[str, Any]) -> None:
    schema = parameter.get("schema", {})
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    if parameter["in"] == "path":
        parameter["required"] = True
