"""The rule studio: one rule is written, tried on past calls and on sentences, and saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin_ui import prompter_words as words
from admin_ui.api import prompter as over_api
from admin_ui.api import prompter_replay
from admin_ui.audit import noted_reading
from admin_ui.database import confine, db
from admin_ui.forms import rule as fields
from admin_ui.forms.form import Filled, Form
from admin_ui.forms.meanwhile import compared, merged
from admin_ui.forms.sealed import opened, seal
from admin_ui.forms.told import told
from admin_ui.pages import prompter
from admin_ui.pages.prompter import DAYS, present
from admin_ui.person import allowed, me, subscriber_id
from admin_ui.sentence_trial import tried
from conf.accounts.permissions import CALLS, CONFIGURE
from conf.editing.documents import Stale, etag
from conf.models import Document
from conf.problems import ConfigurationError
from conf.prompter import editing, shown, transcripts
from conf.prompter.transcripts import Kept
from speech.hints import SIDES

pages = prompter.blueprint  # one entry of the navigation
SEALED = "base:rules"
RANGES = (7, 30, 90, 0)  # days back; 0: whatever is kept
CALLS_PLAYED = (100, 200, 1000)
LONGEST_SENTENCE = 500  # characters


@pages.get("/prompter/new")
@allowed(CONFIGURE)
def new_rule() -> ResponseReturnValue:
    """An empty form; `?like=NAME` begins with a copy."""
    like = request.args.get("like", "")
    doc = {key: value for key, value in present("rules", like).items() if key != "name"} if like else {}
    return _page(form().filled(doc), None)


@pages.post("/prompter/new")
@allowed(CONFIGURE)
def make_rule() -> ResponseReturnValue:
    """Make a rule."""
    sent = request.form.to_dict(flat=False)
    doc = fields.named(form().read(sent, {}))
    try:
        saved = over_api.save("rules", None, doc)
    except ConfigurationError as error:
        _look_again()
        return _page(form().refilled(sent, error.problems, doc), None), 422
    db.session.commit()
    _warn(saved.warnings)
    flash(_("Saved. %(sentence)s", sentence=sentence(doc)))
    return redirect(url_for("prompter.edit_rule", name=doc["name"]), 303)


@pages.get("/prompter/rules/<name>")
@allowed(CONFIGURE)
def edit_rule(name: str) -> ResponseReturnValue:
    """The form of a rule."""
    doc = present("rules", name)
    return _page(form().filled(doc), doc)


@pages.post("/prompter/rules/<name>")
@allowed(CONFIGURE)
def change_rule(name: str) -> ResponseReturnValue:
    """Write over a rule."""
    stands, sent = present("rules", name), request.form.to_dict(flat=False)
    base = opened(SEALED, request.form.get("base", "")) or stands
    if etag(base) != etag(stands) and compared(form(), base, stands, sent):
        return _meanwhile(base, stands, sent)
    doc = fields.named(form().read(sent, stands))
    try:
        saved = over_api.save("rules", name, doc, etag(stands))
    except ConfigurationError as error:
        _look_again()
        return _page(form().refilled(sent, error.problems, doc), stands), 422
    except Stale as stale:
        if stale.present is None:
            abort(404)
        return _meanwhile(base, stale.present, sent)
    db.session.commit()
    _warn(saved.warnings)
    if saved.change is None:
        flash(_("Nothing was changed."))
    else:
        flash(_("Saved; calls that begin now heed it. %(sentence)s", sentence=sentence(doc)))
    return redirect(url_for("prompter.edit_rule", name=doc["name"]), 303)


@pages.post("/prompter/rules/<name>/remove")
@allowed(CONFIGURE)
def remove_rule(name: str) -> ResponseReturnValue:
    """Remove a rule."""
    try:
        over_api.drop("rules", name)
    except LookupError:
        abort(404)
    db.session.commit()
    flash(_("%(name)s is removed.", name=name))
    return redirect(url_for("prompter.index"), 303)


@pages.post("/prompter/preview")
@allowed(CONFIGURE)
def preview_rule() -> ResponseReturnValue:
    """The card as the agent sees it, what the rule does in a sentence, and what saving changes."""
    doc, stands = _as_edited()
    changes = compared(form(), stands, doc, {}) if stands else ()
    try:
        said = sentence(doc)
    except (LookupError, TypeError, ValueError, AttributeError):
        said = ""  # it is not whole yet; what is wrong is said when it is saved
    return render_template("prompter/preview.html", doc=doc, sentence=said, changes=changes, saved=bool(stands))


@pages.post("/prompter/replay")
@allowed(CALLS)
def replay_rule() -> ResponseReturnValue:
    """Hold the rule as it is being edited against past calls, and against what is saved of it."""
    doc, stands = _as_edited()
    days = _one_of("days", RANGES, 30)
    since = datetime.now(UTC) - timedelta(days=days) if days else None
    most = _one_of("most", CALLS_PLAYED, 200)
    before = stands if stands and etag(stands) != etag(doc) else None
    try:
        found = prompter_replay.compared(doc, before, since=since, most=most)
    except ConfigurationError as error:
        return render_template("prompter/not_whole.html", wrong=_wrong(error, doc))
    if found["hits"] or found["losses"]:
        noted_reading("transcript", request.args.get("name", "") or doc["name"])
    return render_template("prompter/replayed.html", found=found, days=days, most=most, sides=words.SIDES)


@pages.post("/prompter/try")
@allowed(CONFIGURE)
def try_rule() -> ResponseReturnValue:
    """Hold the rule as it is being edited against a sentence."""
    doc, _stands = _as_edited()
    text = request.form.get("try.text", "").strip()[:LONGEST_SENTENCE]
    side = request.form.get("try.side", "")
    language = request.form.get("try.language", "")
    if not text:
        return render_template("prompter/not_whole.html", wrong=[_("Type what is said first.")])
    problems = [one for one in editing.form("rules", doc, over_api.CHECKS["rules"]) if one.severity == "error"]
    if problems:
        return render_template("prompter/not_whole.html", wrong=_wrong(ConfigurationError(problems), doc))
    verdict = tried(doc, side if side in ("customer", "agent") else "customer", text, language[:2] or me().language)
    return render_template("prompter/tried.html", verdict=verdict)


@pages.get("/prompter/rules/<name>/marks")
@allowed(CALLS)
def wrong_cards(name: str) -> ResponseReturnValue:
    """The rule's cards that were marked wrong, with the words that they were shown for."""
    doc = present("rules", name)
    rows = shown.marked(db.session(), subscriber_id(), name, mark="wrong")
    cards = [(row, why, _heard(row.call, why)) for row in rows for why in (shown.why(row),)]
    if cards:
        noted_reading("transcript", name)
    return render_template("prompter/marks.html", rule=doc, cards=cards, now_etag=etag(doc))


def form() -> Form:
    """The form of a rule."""
    return fields.form()


def sentence(doc: Document) -> str:
    """What a rule does, in sentences."""
    told_so = [words.trigger(doc["when"]), words.unless(doc.get("unless"))]
    if not doc.get("active", True):
        told_so.append(_("It is switched off."))
    elif doc.get("once"):
        told_so.append(_("The card is shown once in a call."))
    return " ".join(filter(None, told_so))


def _as_edited() -> tuple[Document, Document | None]:
    """The rule that the form means now, and the one that stands. Nothing is written."""
    confine(subscriber_id(), read_only=True)
    name = request.args.get("name", "")
    stands = present("rules", name) if name else None
    doc = fields.named(form().read(request.form.to_dict(flat=False), stands or {}))
    return doc, stands


def _page(filled: Filled, stands: Document | None, others: Sequence[Any] = ()) -> str:
    name = stands["name"] if stands else ""
    counts = {one["rule"]: one for one in over_api.counted(DAYS)}
    categories = {doc.get("category", "") for doc in editing.read_all(db.session(), subscriber_id(), "rules")} - {""}
    return render_template(
        "prompter/rule.html",
        form=form(),
        filled=filled,
        rule=stands,
        name=name,
        base=seal(SEALED, stands) if stands else "",
        others=others,
        counts=counts.get(name),
        categories=sorted(categories),
        sentence=sentence(stands) if stands else "",
        transcribed=bool(transcripts.listed(db.session(), subscriber_id(), most=1)),
        ranges=RANGES,
        played=CALLS_PLAYED,
        languages=fields.languages(),
        sides=words.SIDES,
        days=DAYS,
    )


def _meanwhile(base: Document, stands: Document, sent: dict[str, list[str]]) -> ResponseReturnValue:
    _look_again()
    filled = Filled(merged(form(), base, stands, sent))
    return _page(filled, stands, others=compared(form(), base, stands, sent)), 409


def _look_again() -> None:
    """Show what was refused: while the page is written, nobody has to wait who writes."""
    db.session.rollback()
    confine(subscriber_id(), read_only=True)


def _warn(warnings: Sequence[Any]) -> None:
    for warning in warnings:
        flash(told(warning), "warning")


def _wrong(error: ConfigurationError, doc: Document) -> list[str]:
    """What is wrong, after the field in which it is."""
    filled = form().refilled({}, error.problems, doc)
    labels = {one.name: str(one.label) for one in form().fields}
    return [
        *filled.general,
        *(f"{labels.get(at.partition('.')[0], at)}: {text}" for at, texts in filled.errors.items() for text in texts),
    ]


def _heard(call: str, why: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The words that a card was shown for, among those around them as far as they are kept."""
    seen = why and why.get("seen")
    if not seen:
        return None
    try:
        kept = transcripts.read(db.session(), subscriber_id(), call)
    except LookupError:
        kept = Kept(call, datetime.now(UTC), {})
    side = seen.get("side", "")
    return prompter_replay.around(kept, side if side in SIDES else "customer", seen.get("start", -1.0), seen["words"])


def _one_of(name: str, known: Sequence[int], otherwise: int) -> int:
    value = request.form.get(name, "")
    return int(value) if value in map(str, known) else otherwise
