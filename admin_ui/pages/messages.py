"""Messages that callers left, heard on the call's page."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort

from admin_ui import messages
from admin_ui.database import db
from admin_ui.person import allowed, subscriber_id
from conf import call_history
from conf.accounts.permissions import CALLS

blueprint = Blueprint("messages", __name__)


@blueprint.get("/calls/<call>/messages/<name>/audio")
@allowed(CALLS)
def audio(call: str, name: str) -> Response:
    """Let a message be heard."""
    try:
        call_history.find(db.session(), subscriber_id(), call)
        return messages.sound(call, name)
    except LookupError:
        abort(404)


def init_app(app: Flask) -> None:
    """Let the call's page show them."""
    messages.init_app(app)
