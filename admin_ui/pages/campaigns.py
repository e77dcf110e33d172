"""Campaigns of outbound calls: listed, made, changed, started, paused, ended, watched; their results as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from admin_ui import campaign_words as words
from admin_ui.api import campaigns as over_api
from admin_ui.database import confine, db
from admin_ui.forms import campaign as fields
from admin_ui.forms.form import Filled, Form
from admin_ui.forms.meanwhile import compared, merged
from admin_ui.forms.sealed import opened, seal
from admin_ui.forms.told import told
from admin_ui.pages.schedules import weekdays
from admin_ui.person import allowed, subscriber_id
from admin_ui.tables import Column, Filter, Table, cell
from conf.accounts.permissions import CONFIGURE
from conf.campaigns import editing, progress
from conf.editing.documents import Stale, etag
from conf.models import Campaign, CampaignContact, Document
from conf.problems import ConfigurationError

blueprint = Blueprint("campaigns", __name__)
# Addresses of one part are ours, those of two are a campaign's: a campaign may be called "new".
SEALED = "base:campaigns"


@dataclass(frozen=True)
class Row:
    """A campaign in the list. `next_at` is when the next contact is due; None when nobody waits, or nobody calls."""

    campaign: Campaign
    contacts: int = 0
    done: int = 0
    next_at: datetime | None = None

    @property
    def share(self) -> float:
        """The part of the contacts that is dealt with, from 0 to 1."""
        return self.done / self.contacts if self.contacts else 0.0


@blueprint.get("/campaigns")
@allowed(CONFIGURE)
def index() -> ResponseReturnValue:
    """All campaigns, with how far each is."""
    table = Table("campaigns", COLUMNS, _rows(), lambda row: [row.campaign.name, row.campaign.doc["flow"]], FILTERS)
    if request.args.get("format") == "csv":
        return table.csv()
    return render_template("campaigns/index.html", table=table, words=words, now=datetime.now(UTC))


@blueprint.get("/campaigns/new")
@allowed(CONFIGURE)
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form(form().filled({}), None)


@blueprint.post("/campaigns/new")
@allowed(CONFIGURE)
def create() -> ResponseReturnValue:
    """Make a campaign."""
    sent = request.form.to_dict(flat=False)
    doc = form().read(sent, {})
    try:
        row = over_api.save(None, doc)
    except ConfigurationError as error:
        _look_again()
        return _form(form().refilled(sent, error.problems, doc), None), 422
    db.session.commit()
    flash(_("%(name)s is made. Nobody is called before you start it: bring in the contacts now.", name=row.name))
    return redirect(url_for("campaigns.bring_in", name=row.name), 303)


@blueprint.get("/campaigns/<name>/edit")
@allowed(CONFIGURE)
def edit(name: str) -> ResponseReturnValue:
    """The form with what stands."""
    row = read(name)
    return _form(form().filled(dict(row.doc)), row)


@blueprint.post("/campaigns/<name>/edit")
@allowed(CONFIGURE)
def change(name: str) -> ResponseReturnValue:
    """Write over a campaign."""
    present = dict(read(name).doc)
    sent = request.form.to_dict(flat=False)
    base = opened(SEALED, request.form.get("base", "")) or present
    if etag(base) != etag(present) and compared(form(), base, present, sent):
        return _meanwhile(name, base, present, sent)
    doc = form().read(sent, present)
    try:
        row = over_api.save(name, doc, etag(present))
    except ConfigurationError as error:
        _look_again()
        return _form(form().refilled(sent, error.problems, doc), read(name)), 422
    except Stale as stale:
        return _meanwhile(name, base, dict(stale.present or {}), sent)
    db.session.commit()
    flash(_("Saved. The next call heeds it.") if row.state == "running" else _("Saved."))
    return redirect(url_for("campaigns.one", name=row.name), 303)


@blueprint.post("/campaigns/<name>/state")
@allowed(CONFIGURE)
def move(name: str) -> ResponseReturnValue:
    """Start, pause or end a campaign."""
    row = read(name)
    state = request.form.get("state", "")
    if state not in editing.MOVES:
        abort(400)
    try:
        over_api.move(row, state)
    except ConfigurationError as error:
        db.session.rollback()
        wrong = error.problems[0]
        if wrong.code == "wrong_state":
            flash(_("It is: %(state)s. Nothing was changed.", state=words.STATES[read(name).state][1]), "warning")
        else:
            flash(told(wrong), "error")
        return redirect(url_for("campaigns.one", name=name), 303)
    db.session.commit()
    flash(MOVED[state] % {"name": name})
    return redirect(url_for("campaigns.one", name=name), 303)


@blueprint.post("/campaigns/<name>/remove")
@allowed(CONFIGURE)
def remove(name: str) -> ResponseReturnValue:
    """Remove a campaign with its contacts and calls."""
    row = read(name)
    try:
        over_api.remove(row)
    except ConfigurationError as error:
        db.session.rollback()
        flash(told(error.problems[0]), "error")
        return redirect(url_for("campaigns.one", name=name), 303)
    db.session.commit()
    flash(_("%(name)s is removed, with its contacts and their calls.", name=name))
    return redirect(url_for("campaigns.index"), 303)


@blueprint.post("/campaigns/<name>/look-again")
@allowed(CONFIGURE)
def look_again(name: str) -> ResponseReturnValue:
    """Judge anew whoever may not be called."""
    contacts = over_api.judge_again(read(name))
    db.session.commit()
    if contacts:
        flash(ngettext("%(num)s contact is judged anew.", "%(num)s contacts are judged anew.", contacts))
    else:
        flash(_("Nobody is held up."))
    return redirect(url_for("campaigns.one", name=name), 303)


@blueprint.get("/campaigns/<name>/results")
@allowed(CONFIGURE)
def results(name: str) -> ResponseReturnValue:
    """Every contact with what came of it, as a file for a spreadsheet."""
    outcome = request.args.get("outcome", "")
    found = progress.results(db.session(), read(name), outcome if outcome in words.OUTCOMES else "")
    response = Response("".join(_lines(found)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def read(name: str) -> Campaign:
    """A campaign of the person's subscriber; 404 when there is none."""
    try:
        return over_api.find(name)
    except LookupError:
        abort(404)


def form() -> Form:
    """The form of a campaign."""
    return fields.form(weekdays)


def _rows() -> list[Row]:
    subscriber_id()
    counted = select(
        CampaignContact.campaign_id, CampaignContact.state, func.count(), func.min(CampaignContact.due_at)
    ).group_by(CampaignContact.campaign_id, CampaignContact.state)
    counts: dict[int, dict[str, tuple[int, datetime]]] = {}
    for campaign_id, state, count, due_at in db.session.execute(counted):
        counts.setdefault(campaign_id, {})[state] = (count, due_at)
    return [_row(one, counts.get(one.id, {})) for one in editing.listed(db.session())]


def _row(campaign: Campaign, states: dict[str, tuple[int, datetime]]) -> Row:
    waiting = states.get("waiting")
    due = waiting[1] if waiting and campaign.state == "running" else None
    contacts = sum(count for count, _due in states.values())
    return Row(campaign, contacts, states["done"][0] if "done" in states else 0, due)


def _meanwhile(name: str, base: Document, present: Document, sent: dict[str, list[str]]) -> ResponseReturnValue:
    _look_again()
    filled = Filled(merged(form(), base, present, sent))
    return _form(filled, read(name), others=compared(form(), base, present, sent)), 409


def _look_again() -> None:
    """Show what was refused: while the page is written, nobody has to wait who writes."""
    db.session.rollback()
    confine(subscriber_id(), read_only=True)


def _form(filled: Filled, row: Campaign | None, others: Sequence[Any] = ()) -> str:
    base = seal(SEALED, dict(row.doc)) if row else ""
    return render_template("campaigns/form.html", form=form(), filled=filled, campaign=row, base=base, others=others)


def _lines(found: Iterator[progress.Result]) -> Iterator[str]:
    heads = [_("Number"), _("Name"), _("State"), _("Outcome"), _("Why not"), _("Tries"), _("Newest call"), _("Call")]
    yield "\ufeff" + _line(heads)
    for one in found:
        state = str(words.CONTACT_STATES[one.state][1])
        moment = one.last_at.isoformat() if one.last_at else ""
        outcome, reason = words.outcome(one.outcome), words.reason(one.reason)
        values = [one.number, one.name, state, outcome, reason, one.tries, moment, one.call]
        yield _line([cell(value) for value in values])


def _line(values: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


MOVED = {
    "running": _l("%(name)s calls now, whenever its contacts may be called."),
    "paused": _l("%(name)s is paused: calls in progress go on to their end, no other is placed."),
    "over": _l("%(name)s is over."),
}
COLUMNS: tuple[Column[Row], ...] = (
    Column("name", _l("Name"), lambda row: row.campaign.name, main=True),
    Column("state", _l("State"), lambda row: str(words.STATES[row.campaign.state][1])),
    Column("done", _l("Dealt with"), lambda row: round(row.share * 100)),
    Column("contacts", _l("Contacts"), lambda row: row.contacts, right=True),
    Column("flow", _l("Flow"), lambda row: row.campaign.doc["flow"]),
    Column("next", _l("Next call"), lambda row: row.next_at.isoformat() if row.next_at else ""),
)
FILTERS: tuple[Filter[Row], ...] = (
    Filter(
        "state",
        _l("State"),
        [(state, title) for state, (_colour, title) in words.STATES.items()],
        lambda row, value: row.campaign.state == value,
    ),
)
