"""The agent's desk: the call, what is said in it, the cards that help, and what is noted of it at its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request, session, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from admin_ui import desk, identity
from admin_ui.bearer import elsewhere
from admin_ui.caller_card import caller_card, other_end
from admin_ui.database import db
from admin_ui.desk_feed import Noting, login_of, stream
from admin_ui.desk_words import OUTCOMES, outcome
from admin_ui.filters import phone
from admin_ui.forms.told import told
from admin_ui.languages import texts
from admin_ui.live import Away, Refused
from admin_ui.person import allowed, me, subscriber_id
from conf import wrap_up
from conf.accounts.permissions import DESK
from conf.models import Subscriber, WrapUp
from conf.problems import ConfigurationError
from conf.prompter.shown import MARKS

blueprint = Blueprint("desk", __name__)
blueprint.add_app_template_global(wrap_up.notes, "wrap_up_notes")
blueprint.add_app_template_global(outcome, "wrap_up_outcome")


@blueprint.get("/desk")
@allowed(DESK)
def page() -> str:
    """Show the desk; it follows its feed."""
    login = _agent()
    locale = get_locale()
    listens = db.session.get_one(Subscriber, subscriber_id()).doc.get("prompter") is not None
    return render_template(
        "desk/desk.html",
        words=texts(locale.language if locale else "en", "desk"),
        unsaved=[_row(row) for row in wrap_up.unsaved(db.session(), subscriber_id(), login, datetime.now(UTC))],
        outcomes=OUTCOMES,
        listens=listens,
        longest=wrap_up.LONGEST,
    )


@blueprint.get("/desk/feed")
@allowed(DESK)
def feed() -> Response:
    """The agent's calls as they happen, as server-sent events."""
    slug, token = me().slug, str(session[identity.COOKIE_KEY])
    login = elsewhere(partial(login_of, db.engine, subscriber_id(), me().login))
    if login is None:
        abort(403)
    noting = Noting(db.engine, subscriber_id(), login)
    db.session.remove()  # a stream holds no connection

    def may() -> bool:
        reader = identity.find(token)
        return reader is not None and reader.may(DESK)

    answer = Response(stream_with_context(stream(slug, login, noting, may)), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@blueprint.get("/desk/calls/<call>")
@allowed(DESK)
def one(call: str) -> ResponseReturnValue:
    """What the agent made of a call so far: the marks of its cards, and the draft of the wrap-up."""
    login = _agent()
    return _found(lambda: jsonify({"marks": desk.marks(call, login), "wrap_up": _row(desk.at_desk(call, login))}))


@blueprint.get("/desk/calls/<call>/caller")
@allowed(DESK)
def caller(call: str) -> ResponseReturnValue:
    """What is known of who is at the other end."""
    row = _found(lambda: desk.at_desk(call, _agent()))
    known = caller_card(db.session(), subscriber_id(), other_end(row), row.caller_name, call)
    return render_template("desk/caller.html", known=known)


@blueprint.get("/desk/cards")
@allowed(DESK)
def cards() -> str:
    """The cards that hold some words."""
    text = request.args.get("q", "").strip()[:200]
    return render_template("desk/found.html", found=desk.cards(text) if text else [], text=text)


@blueprint.post("/desk/calls/<call>/cards/<int:card>/mark")
@allowed(DESK)
def mark(call: str, card: int) -> ResponseReturnValue:
    """Say what a card was worth."""
    word = request.form.get("mark", "")
    if word not in MARKS:
        abort(400)
    return _done(lambda: desk.mark(call, card, word, _agent()))


@blueprint.post("/desk/calls/<call>/cards/<int:card>/pin")
@allowed(DESK)
def pin(call: str, card: int) -> ResponseReturnValue:
    """Keep a card in sight, or no longer."""
    return _done(lambda: desk.pin(call, card, request.form.get("pinned") == "true", _agent()))


@blueprint.post("/desk/calls/<call>/tick")
@allowed(DESK)
def tick(call: str) -> ResponseReturnValue:
    """Tick a step of a checklist by hand."""
    return _done(lambda: desk.tick(call, request.form.get("checklist", ""), request.form.get("step", ""), _agent()))


@blueprint.post("/desk/calls/<call>/hang-up")
@allowed(DESK)
def hang_up(call: str) -> ResponseReturnValue:
    """End one's own call."""
    return _done(lambda: desk.hang_up(call, _agent()))


@blueprint.post("/desk/calls/<call>/transfer")
@allowed(DESK)
def transfer(call: str) -> ResponseReturnValue:
    """Send the caller of one's own call elsewhere."""
    return _done(lambda: desk.transfer(call, request.form.get("to", "").strip(), _agent()))


@blueprint.post("/desk/calls/<call>/wrap-up")
@allowed(DESK)
def write(call: str) -> ResponseReturnValue:
    """Keep the draft of a wrap-up, or save it for good."""
    sent = request.form
    return _done(
        lambda: desk.write(
            call,
            _agent(),
            notes=sent.get("notes", "").replace("\r\n", "\n"),
            outcome=sent.get("outcome", ""),
            adherence=_share(sent.get("adherence", "")),
            save=sent.get("save") == "true",
        )
    )


def _agent() -> str:
    try:
        return desk.agent()
    except LookupError:
        abort(403)


def _found(look: Callable[[], Any]) -> Any:
    try:
        return look()
    except LookupError:
        abort(404, _("This call is not at your desk."))


def _done(do: Callable[[], Any]) -> ResponseReturnValue:
    """Do something and say how it went, as JSON: `error` is a sentence for the agent."""
    try:
        do()
    except desk.AnothersCard:
        return jsonify(error=_("This card was shown to whoever had the call before you: only they can mark it.")), 404
    except LookupError:
        return jsonify(error=_("This call is not at your desk.")), 404
    except Refused:
        return jsonify(error=_("That is neither an extension nor a number that can be called.")), 422
    except Away:
        return jsonify(error=_("No controller answers. The call goes on; try again in a moment.")), 503
    except ConfigurationError as error:
        return jsonify(error=told(error.problems[0])), 422
    db.session.commit()
    return jsonify({})


def _row(row: WrapUp) -> dict[str, Any]:
    return {
        "call": row.call,
        "number": phone(other_end(row)),
        "name": row.caller_name if row.direction != "outbound" else "",
        "began_at": row.began_at.timestamp(),
        "over": row.ended_at is not None,
        "notes": wrap_up.notes(row) or "",
        "outcome": row.outcome,
        "saved": row.saved_at is not None,
    }


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return min(max(share, 0.0), 1.0) if share == share else None


@blueprint.before_request
def _no_operators() -> None:
    if me().is_authenticated and me().subscriber_id is None:
        abort(403)
