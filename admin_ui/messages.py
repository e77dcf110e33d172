"""Messages that callers left, for pages and the API: what is told of them, and their sound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, abort, current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.app import settings_of
from admin_ui.audit import noted_reading
from admin_ui.database import db
from conf import content_keys
from conf.messages import keeping
from conf.vault import Damaged, Vault

STATES = {
    "waiting": _l("It is being put into words."),
    "empty": _l("No word was understood."),
    "no_model": _l("It is in a language that is not understood here."),
    "failed": _l("It could not be put into words."),
    "sealed": _l("Its words are sealed: they need the key of your organisation."),
}


@dataclass(frozen=True)
class Told:
    """What is told of a message; times in seconds. `text` is "" unless `state` is done."""

    message: str
    at: datetime
    seconds: float
    ended: str
    flow: str
    node: str
    language: str
    state: str
    text: str


def told(call: str) -> list[Told]:
    """The messages of a call, with their words: somebody reads them, which the audit log says."""
    if not keeping.listed(db.session(), call):
        return []
    noted_reading("message", call)
    found = []
    for row in keeping.listed(db.session(), call):
        words = keeping.words(row)
        state = "sealed" if row.state == "done" and words is None else row.state
        about = (row.name, row.at, row.seconds, row.ended, row.flow, row.node, row.language)
        found.append(Told(*about, state, words["text"] if words else ""))
    return found


def sound(call: str, name: str) -> Response:
    """A message as a sound, whole or the range that is asked for. Raises LookupError when the call has none such."""
    message = keeping.find(db.session(), call, name)
    if "Range" not in request.headers or request.headers["Range"].startswith("bytes=0-"):
        noted_reading("message", call)
        message = keeping.find(db.session(), call, name)
    settings = settings_of(current_app)
    try:
        file = keeping.sound(db.session(), Vault(settings.data_dir / "vault"), settings.web_secret, message)
    except content_keys.Locked:
        abort(403, _("This message is sealed: it needs the key of your organisation."))
    except (FileNotFoundError, Damaged):
        abort(404, _("The sound of this message is missing."))
    response = Response(file, mimetype="audio/wav", direct_passthrough=True)
    response.content_length = message.size
    response.headers["Cache-Control"] = "private, no-store"
    response.set_etag(message.name)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=message.size)
    return response


def init_app(app: Flask) -> None:
    """Let templates ask for the messages of a call."""
    app.add_template_global(told, "messages_of")
    app.add_template_global(lambda state: STATES[state], "message_state")
