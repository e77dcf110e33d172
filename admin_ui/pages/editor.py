"""The page of the constructor; what it shows comes from the API."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import get_locale

from admin_ui.languages import texts
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE

blueprint = Blueprint("editor", __name__)


@blueprint.get("/flows/<name>/edit")
@allowed(CONFIGURE)
def page(name: str) -> str:
    """Show the canvas of a flow; `?replay=CALL` replays a call on it."""
    subscriber_id()
    language = get_locale().language
    words = texts(language, "editor", "panels")
    return render_template("flows/edit.html", name=name, words=words, replay=request.args.get("replay", ""))
