"""The description of the API: OpenAPI 3.1 at /api/v1/openapi.json, and the page that shows it at /api/v1/docs."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, jsonify

from admin_ui.api import parts
from admin_ui.api.parts import description

blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", enable_openapi=False)


def init_app(app: Flask) -> None:
    """Set up what all operations share, and their description."""
    parts.init_app(app)
    description.init_app(app)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of every operation; no secret, and the same for everybody."""
    return jsonify(description.written(current_app))
