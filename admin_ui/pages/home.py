"""The first page: where each role begins."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask_login import login_required
from werkzeug.wrappers import Response

from admin_ui.shell import home

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@login_required
def page() -> Response:
    """Go where the person's work is."""
    return redirect(home())
