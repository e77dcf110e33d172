"""The prompter's rules: listed with what agents make of their cards, put in order, switched, as files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select

from admin_ui import prompter_words as words
from admin_ui.api import prompter as over_api
from admin_ui.api import prompter_files
from admin_ui.database import db
from admin_ui.forms.nested import says
from admin_ui.person import allowed, subscriber_id
from admin_ui.tables import Column, Filter, Table
from conf.accounts.permissions import CONFIGURE
from conf.models import Document, Subscriber
from conf.problems import ConfigurationError
from conf.prompter import editing

blueprint = Blueprint("prompter", __name__)
DAYS = 30  # of which marks are counted
LARGEST = 4 * 1024 * 1024  # bytes of a file
_VARIABLE = re.compile(r"\{\{\s*([\w.-]{1,64})\s*\}\}")
HOMES = {"rules": "prompter.index", "checklists": "prompter.checklists"}
blueprint.add_app_template_global(words.trigger, "rule_trigger")
blueprint.add_app_template_global(words.spoken, "spoken_text")
blueprint.add_app_template_global(words.number, "plain_number")
blueprint.add_app_template_global(says, "says_something")


@blueprint.app_template_filter("quoted_variables")
def quoted_variables(text: str) -> Markup:
    """A card's text whose variables are seen to be some."""
    parts = _VARIABLE.split(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


@dataclass(frozen=True)
class Row:
    """A rule in the list, with its place in the order and the marks of its cards."""

    doc: Document
    place: int
    shown: int
    used: int
    wrong: int
    precision: float | None

    @property
    def title(self) -> str:
        """What the card is headed."""
        return words.spoken(self.doc["title"])

    @property
    def kind(self) -> str:
        """The kind of its trigger."""
        return next(iter(self.doc["when"]), "")


@blueprint.get("/prompter")
@allowed(CONFIGURE)
def index() -> ResponseReturnValue:
    """All rules, in their order."""
    counts = over_api.counted(DAYS)
    docs = editing.read_all(db.session(), subscriber_id(), "rules")
    rows = [
        Row(doc, place, one["shown"], one["used"], one["wrong"], one["precision"])
        for place, (doc, one) in enumerate(zip(docs, counts, strict=True))
    ]
    table = Table("rules", COLUMNS, rows, _searched, (*FILTERS, *_categories(rows)))
    if request.args.get("format") == "csv":
        return table.csv()
    in_order = not (table.sort or table.text or table.chosen)
    return render_template(
        "prompter/index.html", table=table, in_order=in_order, last=len(rows) - 1, days=DAYS, listens=listens()
    )


@blueprint.post("/prompter/order/<kind>")
@allowed(CONFIGURE)
def move(kind: str) -> ResponseReturnValue:
    """Move a rule or a checklist up or down."""
    _known(kind)
    names = [doc["name"] for doc in editing.read_all(db.session(), subscriber_id(), kind)]
    name, step = request.form.get("name", ""), {"up": -1, "down": 1}.get(request.form.get("to", ""))
    if name not in names or step is None:
        abort(404)
    over_api.put_at(kind, name, max(0, names.index(name) + step))
    db.session.commit()
    return redirect(url_for(HOMES[kind]), 303)


@blueprint.post("/prompter/switch/<kind>")
@allowed(CONFIGURE)
def switch(kind: str) -> ResponseReturnValue:
    """Switch a rule or a checklist on or off; the filters of the list stay."""
    _known(kind)
    doc = present(kind, request.form.get("name", ""))
    active = request.form.get("active") == "true"
    changed = {key: value for key, value in doc.items() if key != "active"} | ({} if active else {"active": False})
    try:
        over_api.save(kind, doc["name"], changed)
    except ConfigurationError:
        db.session.rollback()
        flash(_("%(name)s cannot be switched: open it and look what is wrong with it.", name=doc["name"]), "error")
        return redirect(url_for(HOMES[kind]), 303)
    db.session.commit()
    name = doc["name"]
    flash(_("%(name)s is switched on.", name=name) if active else _("%(name)s is switched off.", name=name))
    kept: dict[str, Any] = request.args.to_dict()
    return redirect(url_for(HOMES[kind], **kept), 303)


@blueprint.get("/prompter/files/<kind>/export")
@allowed(CONFIGURE)
def export(kind: str) -> Response:
    """All rules, or all checklists, as a file."""
    _known(kind)
    response = Response(prompter_files.exported(kind), mimetype=prompter_files.YAML)
    response.headers.set("Content-Disposition", "attachment", filename=f"{kind}.yaml")
    return response


@blueprint.get("/prompter/files/<kind>")
@allowed(CONFIGURE)
def bring_in(kind: str) -> ResponseReturnValue:
    """Ask for a file."""
    _known(kind)
    return render_template("prompter/import.html", kind=kind, home=url_for(HOMES[kind]), text="", wrong=())


@blueprint.post("/prompter/files/<kind>")
@allowed(CONFIGURE)
def load(kind: str) -> ResponseReturnValue:
    """Load a file: everything in it, or nothing."""
    _known(kind)
    request.max_form_memory_size = LARGEST
    file = request.files.get("file")
    content = file.read(LARGEST + 1) if file and file.filename else request.form.get("text", "").encode()
    shown: dict[str, Any] = {"kind": kind, "home": url_for(HOMES[kind]), "text": content.decode(errors="replace")}
    if not content.strip() or len(content) > LARGEST:
        text = _("Choose a file, or paste its text.") if not content.strip() else _("The file is larger than 4 MB.")
        return render_template("prompter/import.html", **shown | {"text": ""}, wrong=[("", text)]), 422
    try:
        changes = prompter_files.imported(kind, content)
    except ConfigurationError as error:
        db.session.rollback()
        found = [one for one in error.problems if one.severity == "error"]
        wrong = [(prompter_files.field(one), prompter_files.text(one)) for one in found]
        return render_template("prompter/import.html", **shown, wrong=wrong), 422
    db.session.commit()
    added = [change.name for change in changes if change.what == "added"]
    changed = [change.name for change in changes if change.what != "added"]
    told = [_("New: %(names)s.", names=", ".join(added))] if added else []
    told += [_("Written over: %(names)s.", names=", ".join(changed))] if changed else []
    flash(" ".join(told) or _("Everything in the file was here already."))
    return redirect(url_for(HOMES[kind]), 303)


def present(kind: str, name: str) -> Document:
    """A document of the person's subscriber; 404 when there is none."""
    try:
        return editing.read(db.session(), subscriber_id(), kind, name)
    except LookupError:
        abort(404)


def listens() -> bool:
    """Whether the prompter listens to any call."""
    doc = db.session.scalars(select(Subscriber.doc).where(Subscriber.id == subscriber_id())).one()
    policy = doc.get("prompter") or {}
    return any(policy.get(kind) for kind in ("every", "numbers", "queues", "users"))


def _known(kind: str) -> None:
    if kind not in HOMES:
        abort(404)


def _searched(row: Row) -> list[str]:
    doc = row.doc
    return [doc["name"], *doc["title"].values(), *doc.get("text", {}).values(), words.trigger(doc["when"])]


def _categories(rows: list[Row]) -> list[Filter[Row]]:
    names = sorted({row.doc.get("category", "") for row in rows} - {""})
    options = [(name, name) for name in names]
    return [Filter("category", _l("Category"), options, lambda row, value: row.doc.get("category") == value)]


COLUMNS: tuple[Column[Row], ...] = (
    Column("place", "", lambda row: row.place),
    Column("title", _l("Title"), lambda row: row.title, main=True),
    Column("when", _l("It fires when"), lambda row: words.trigger(row.doc["when"])),
    Column("category", _l("Category"), lambda row: row.doc.get("category", "")),
    Column("audience", _l("Who sees it"), lambda row: str(words.AUDIENCES[row.doc.get("audience", "agent")])),
    Column("shown", _l("Shown"), lambda row: row.shown, right=True),
    Column("used", _l("Used"), lambda row: row.used, right=True),
    Column("wrong", _l("Wrong"), lambda row: row.wrong, right=True),
    Column("precision", _l("Precision"), lambda row: -1 if row.precision is None else row.precision, right=True),
    Column("active", _l("Active"), lambda row: row.doc.get("active", True)),
)
FILTERS: tuple[Filter[Row], ...] = (
    Filter("kind", _l("It fires when"), list(words.KINDS.items()), lambda row, value: row.kind == value),
    Filter(
        "audience",
        _l("Who sees it"),
        list(words.AUDIENCES.items()),
        lambda row, value: row.doc.get("audience", "agent") == value,
    ),
    Filter(
        "active",
        _l("Active"),
        [("yes", _l("active")), ("no", _l("off"))],
        lambda row, value: row.doc.get("active", True) == (value == "yes"),
    ),
)
