"""The description of the API: OpenAPI 3.1 at /api/v1/openapi.json, and the page that shows it at /api/v1/docs."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, jsonify, render_template
from flask_babel import get_locale

from admin_ui.api import parts
from admin_ui.api.parts import description
from admin_ui.languages import texts
from admin_ui.person import allowed
from conf.accounts.permissions import OWN

blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1", enable_openapi=False)


def init_app(app: Flask) -> None:
    """Set up what all operations share, and their description."""
    parts.init_app(app)
    description.init_app(app)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of every operation; no secret, and the same for everybody."""
    return jsonify(description.written(current_app))


@blueprint.get("/docs")
@allowed(OWN)
def docs() -> str:
    """The page that shows the description, and tries operations out."""
    words = texts(get_locale().language, "api_docs")
    return render_template("api/docs.html", known=current_app.view_functions, words=words)
