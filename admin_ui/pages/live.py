"""Calls in progress: who is in which node, as it happens; a call is ended or transferred here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from admin_ui import identity
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.explain import entry
from admin_ui.live import Away, Refused, calls
from admin_ui.person import allowed, me, subscriber_id
from admin_ui.words import doing
from conf.accounts.permissions import LIVE

blueprint = Blueprint("live", __name__)
LOOK = 30.0  # seconds between two looks whether the reader still may


@blueprint.get("/live")
@allowed(LIVE)
def page() -> str:
    """Show the calls in progress; the page follows them by its feed."""
    return render_template("live/live.html", **_board())


@blueprint.get("/live/board")
@allowed(LIVE)
def board() -> str:
    """The table alone, for when a call came or went."""
    return render_template("live/board.html", **_board())


@blueprint.get("/live/feed")
@allowed(LIVE)
def feed() -> Response:
    """What happens in the subscriber's calls, as server-sent events, each with its words."""
    subscriber_id()
    slug, token = me().slug, str(session[identity.COOKIE_KEY])
    after = request.headers.get("Last-Event-ID", "")
    db.session.remove()  # a stream holds no connection
    answer = Response(stream_with_context(_stream(slug, token, after)), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@blueprint.post("/live/<call>/hang-up")
@allowed(LIVE)
def hang_up(call: str) -> Redirect:
    """End a call."""
    if _command(lambda: calls().hang_up(me().slug, call), _("The call was ended.")):
        noted("hung_up", "call", call)
        db.session.commit()
    return redirect(url_for("live.page"), 303)


@blueprint.post("/live/<call>/transfer")
@allowed(LIVE)
def transfer(call: str) -> Redirect:
    """Take a caller to another extension or number."""
    to = request.form.get("to", "").strip()
    if _command(lambda: calls().transfer(me().slug, call, to), _("The caller was transferred to %(to)s.", to=to)):
        noted("transferred", "call", call, [["to", None, to]])
        db.session.commit()
    return redirect(url_for("live.page"), 303)


def _command(do: Any, done: str) -> bool:
    subscriber_id()
    try:
        do()
    except LookupError:
        abort(404, _("This call has ended."))
    except Refused:
        flash(_("That is neither an extension nor a number that can be called."), "error")
    except Away:
        flash(_("No controller answers. The call goes on; try again in a moment."), "error")
    else:
        flash(done)
        return True
    return False


def _board() -> dict[str, Any]:
    subscriber_id()
    try:
        told = calls().board(me().slug)
    except (Away, Refused):
        return {"rows": [], "away": True, "silent": []}
    rows = [
        {**row, "doing": doing(row["doing"]), "began": datetime.fromtimestamp(row["since"], UTC)}
        for row in told["calls"]
    ]
    silent = [row["id"] for row in told["controllers"] if not row["answers"]]
    return {"rows": sorted(rows, key=lambda row: row["began"]), "away": False, "silent": silent}


def _stream(slug: str, token: str, after: str) -> Iterator[bytes]:
    yield b": hello\n\n"
    looked = time.monotonic()
    try:
        for found in calls().feed(slug, after=after):
            if time.monotonic() - looked > LOOK:
                looked, reader = time.monotonic(), identity.find(token)
                if reader is None or not reader.may(LIVE):
                    return  # logged out meanwhile, or another role
            if found is None:
                yield b": still here\n\n"
            else:
                position, told = found
                yield b"id: %s\ndata: %s\n\n" % (position.encode(), orjson.dumps(_told(told)))
    except Away:
        yield b"event: away\ndata: {}\n\n"


def _told(told: dict[str, Any]) -> dict[str, Any]:
    """An entry as the page shows it."""
    _symbol, text, _bad = entry(told["kind"], told["data"])
    data = told["data"]
    shown = {key: data[key] for key in ("flow", "version", "node") if key in data}
    return {"call": told["call"], "sequence": told["sequence"], "kind": told["kind"], "text": text, **shown}


@blueprint.before_request
def _no_operators() -> None:
    if me().is_authenticated and me().subscriber_id is None:
        abort(403)
