"""Checklists of the prompter: listed, put in order, and one with its steps edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin_ui.api import prompter as over_api
from admin_ui.database import confine, db
from admin_ui.forms import checklist as fields
from admin_ui.forms.form import Filled, Form
from admin_ui.forms.meanwhile import compared, merged
from admin_ui.forms.sealed import opened, seal
from admin_ui.pages import prompter
from admin_ui.pages.prompter import listens, present
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE
from conf.editing.documents import Stale, etag
from conf.models import Document
from conf.problems import ConfigurationError
from conf.prompter import editing

pages = prompter.blueprint  # one entry of the navigation
SEALED = "base:checklists"


@pages.get("/prompter/checklists")
@allowed(CONFIGURE)
def checklists() -> ResponseReturnValue:
    """All checklists, in their order."""
    docs = editing.read_all(db.session(), subscriber_id(), "checklists")
    return render_template("prompter/checklists.html", docs=docs, listens=listens())


@pages.get("/prompter/checklists/new")
@allowed(CONFIGURE)
def new_checklist() -> ResponseReturnValue:
    """An empty form."""
    return _page(form().filled({}), None)


@pages.post("/prompter/checklists/new")
@allowed(CONFIGURE)
def make_checklist() -> ResponseReturnValue:
    """Make a checklist."""
    sent = request.form.to_dict(flat=False)
    doc = fields.whole(form().read(sent, {}))
    try:
        over_api.save("checklists", None, doc)
    except ConfigurationError as error:
        _look_again()
        return _page(form().refilled(sent, error.problems, doc), None), 422
    db.session.commit()
    flash(_("Saved; calls that begin now heed it."))
    return redirect(url_for("prompter.checklists"), 303)


@pages.get("/prompter/checklists/edit/<name>")
@allowed(CONFIGURE)
def edit_checklist(name: str) -> ResponseReturnValue:
    """The form of a checklist."""
    doc = present("checklists", name)
    return _page(form().filled(doc), doc)


@pages.post("/prompter/checklists/edit/<name>")
@allowed(CONFIGURE)
def change_checklist(name: str) -> ResponseReturnValue:
    """Write over a checklist."""
    stands, sent = present("checklists", name), request.form.to_dict(flat=False)
    base = opened(SEALED, request.form.get("base", "")) or stands
    if etag(base) != etag(stands) and compared(form(), base, stands, sent):
        return _meanwhile(base, stands, sent)
    doc = fields.whole(form().read(sent, stands))
    try:
        saved = over_api.save("checklists", name, doc, etag(stands))
    except ConfigurationError as error:
        _look_again()
        return _page(form().refilled(sent, error.problems, doc), stands), 422
    except Stale as stale:
        if stale.present is None:
            abort(404)
        return _meanwhile(base, stale.present, sent)
    db.session.commit()
    flash(_("Saved; calls that begin now heed it.") if saved.change else _("Nothing was changed."))
    return redirect(url_for("prompter.checklists"), 303)


@pages.post("/prompter/checklists/remove/<name>")
@allowed(CONFIGURE)
def remove_checklist(name: str) -> ResponseReturnValue:
    """Remove a checklist."""
    try:
        over_api.drop("checklists", name)
    except LookupError:
        abort(404)
    db.session.commit()
    flash(_("%(name)s is removed.", name=name))
    return redirect(url_for("prompter.checklists"), 303)


def form() -> Form:
    """The form of a checklist."""
    return fields.form()


def _page(filled: Filled, stands: Document | None, others: Sequence[Any] = ()) -> str:
    return render_template(
        "prompter/checklist.html",
        form=form(),
        filled=filled,
        name=stands["name"] if stands else "",
        base=seal(SEALED, stands) if stands else "",
        others=others,
    )


def _meanwhile(base: Document, stands: Document, sent: dict[str, list[str]]) -> ResponseReturnValue:
    _look_again()
    filled = Filled(merged(form(), base, stands, sent))
    return _page(filled, stands, others=compared(form(), base, stands, sent)), 409


def _look_again() -> None:
    db.session.rollback()
    confine(subscriber_id(), read_only=True)
