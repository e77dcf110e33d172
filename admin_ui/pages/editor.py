"""The page of the constructor; what it shows comes from the API."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask_babel import get_locale
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.languages import texts
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE
from conf.models import Flow

blueprint = Blueprint("editor", __name__)


@blueprint.get("/flows/<name>/edit")
@allowed(CONFIGURE)
def page(name: str) -> str:
    """Show the canvas of a flow; `?replay=CALL` replays a call on it."""
    there = select(Flow.id).where(Flow.subscriber_id == subscriber_id(), Flow.name == name)
    if db.session.scalars(there).one_or_none() is None:
        abort(404)
    language = get_locale().language
    words = texts(language, "editor", "fax_nodes", "panels", "robots")
    return render_template("flows/edit.html", name=name, words=words, replay=request.args.get("replay", ""))
