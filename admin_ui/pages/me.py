"""A person's own page."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin_ui.person import allowed
from conf.accounts.permissions import OWN

blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
@allowed(OWN)
def page() -> str:
    """Show it."""
    return render_template("me/me.html")
