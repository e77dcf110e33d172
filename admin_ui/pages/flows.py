"""The subscriber's flows: the list of them, new ones, and everything about one beside its canvas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui import flow_work, flow_world, worker
from admin_ui.database import db
from admin_ui.flow_differences import nodes_changed, outline_changed
from admin_ui.flow_states import State, states
from admin_ui.forms.sealed import opened, seal
from admin_ui.forms.uses import use_address, use_title
from admin_ui.person import allowed, subscriber_id
from admin_ui.tables import Column, Filter, Table
from conf.accounts.permissions import CONFIGURE
from conf.editing import flows, templates
from conf.editing.diff import diff
from conf.editing.documents import where_used
from conf.editing.flow_files import export_flow, import_flow
from conf.editing.flows import Draft, Listed
from conf.models import Document
from conf.problems import ConfigurationError

blueprint = Blueprint("flows", __name__)
DUE_EVERY = 10.0  # seconds between two looks at what is to be published
LARGEST_FORM = 8 * 1024 * 1024  # bytes: a flow that is brought back
NAMELESS = {"missing", "string_type", "string_too_long", "not_a_name"}
STATES = (
    ("published", _l("Published")),
    ("changed", _l("Changed since published")),
    ("draft", _l("Never published")),
    ("planned", _l("Publication planned")),
    ("unused", _l("Nothing leads there")),
)


def init_app(app: Flask) -> None:
    """Publish what is due, as long as the process serves."""
    worker.register(app, "planned publications", publish_due, DUE_EVERY)


def publish_due() -> None:
    """Publish what was planned until now. Any number of processes may do so."""
    flows.publish_due(db.engine, datetime.now(UTC), checks=flow_world.checks(db.engine))


@blueprint.get("/flows")
@allowed(CONFIGURE)
def index() -> ResponseReturnValue:
    """The list; `?format=csv` is it as a file."""
    table = listing()
    if request.args.get("format") == "csv":
        return table.csv()
    return _index(table)


@blueprint.get("/flows/states")
@allowed(CONFIGURE)
def problems() -> str:
    """What is wrong with the flows of a page, and how their tests go: it is looked at after the page is shown."""
    table = listing()
    return render_template("flows/states.html", found=list(states([row.doc for row in table.rows])))


@blueprint.get("/flows/new")
@allowed(CONFIGURE)
def new() -> str:
    """Choose what to begin with."""
    return _new()


@blueprint.post("/flows/new")
@allowed(CONFIGURE)
def create() -> ResponseReturnValue:
    """Make a flow, and open it on the canvas."""
    name, template = request.form.get("name", "").strip(), request.form.get("template", "")
    try:
        flow_work.create(name, template=template)
    except ConfigurationError as error:
        db.session.rollback()
        return _new(name, template, error), 422
    db.session.commit()
    return redirect(url_for("editor.page", name=name), 303)


@blueprint.post("/flows/import")
@allowed(CONFIGURE)
def read_file() -> ResponseReturnValue:
    """Make a flow from a file, under its own name or another one."""
    request.max_form_memory_size = LARGEST_FORM
    file = request.files.get("file")
    text = file.read().decode("utf-8", errors="surrogateescape") if file else request.form.get("text", "")
    doc, wrong = import_flow(text)
    name = request.form.get("name", "").strip() or str(doc.get("name") or "")
    wrong = [one for one in wrong if one.field != "name" or one.code not in NAMELESS]  # a name can be given here
    if wrong or not doc:
        told = [_("line %(line)s: %(text)s", line=one.line, text=flow_work.whole_text([one])) for one in wrong]
        return render_template("flows/import.html", name=name, text="", wrong=told, errors=[]), 422
    try:
        flow_work.create(name, doc={**doc, "name": name})
    except ConfigurationError as error:
        db.session.rollback()
        said = [flow_work.whole_text([one]) for one in error.problems]
        return render_template("flows/import.html", name=name, text=text, wrong=[], errors=said), 422
    db.session.commit()
    flash(_("The flow %(name)s is here as a draft.", name=name))
    return redirect(url_for("editor.page", name=name), 303)


@blueprint.get("/flows/<name>/about")
@allowed(CONFIGURE)
def about(name: str) -> str:
    """Everything about a flow beside its canvas."""
    return _about(name)


@blueprint.get("/flows/<name>/compare")
@allowed(CONFIGURE)
def compare(name: str) -> str:
    """Two versions side by side; without `to`, with the draft."""
    before, after = request.args.get("from", ""), request.args.get("to", "draft")
    old, new = _document(name, before), _document(name, after)
    found = diff(old, new)
    return render_template(
        "flows/compare.html",
        name=name,
        diff=found,
        changed=nodes_changed(found, old, new),
        outline=outline_changed(found),
        before=before,
        after=after,
        versions=flows.versions(db.session(), subscriber_id(), name),
    )


@blueprint.get("/flows/<name>/export")
@allowed(CONFIGURE)
def export(name: str) -> ResponseReturnValue:
    """The draft as a file that `apply` reads."""
    doc = _draft(name).doc
    headers = {"Content-Disposition": "attachment"}
    return export_flow(doc), 200, {**headers, "Content-Type": "text/yaml; charset=utf-8"}


@blueprint.post("/flows/<name>/duplicate")
@allowed(CONFIGURE)
def duplicate(name: str) -> ResponseReturnValue:
    """Make a copy under another name."""
    _draft(name)
    copy = request.form.get("name", "").strip()
    try:
        flow_work.create(copy, copy_of=name)
    except ConfigurationError as error:
        db.session.rollback()
        return _about(name, duplicate=copy, duplicate_errors=_told(error)), 422
    db.session.commit()
    return redirect(url_for("editor.page", name=copy), 303)


@blueprint.post("/flows/<name>/rename")
@allowed(CONFIGURE)
def rename(name: str) -> ResponseReturnValue:
    """Give a draft another name; drafts that enter it follow."""
    _draft(name)
    other = request.form.get("name", "").strip()
    try:
        flow_work.rename(name, other, carry=True)
    except ConfigurationError as error:
        db.session.rollback()
        return _about(name, rename=other, rename_errors=_told(error)), 422
    db.session.commit()
    flash(_("The flow is called %(name)s now.", name=other))
    return redirect(url_for(".about", name=other), 303)


@blueprint.post("/flows/<name>/rollback")
@allowed(CONFIGURE)
def roll_back(name: str) -> ResponseReturnValue:
    """Publish an old version anew."""
    _draft(name)
    version = request.form.get("version", "")
    try:
        done = flow_work.roll_back(name, int(version) if version.isdecimal() and len(version) < 9 else 0, "")
    except ConfigurationError as error:
        db.session.rollback()
        return _about(name, general=_told(error)), 422
    except LookupError:
        abort(404)
    db.session.commit()
    flash(_("New calls walk version %(new)s, which is version %(old)s again.", new=done.version, old=version))
    return redirect(url_for(".about", name=name), 303)


@blueprint.post("/flows/<name>/cancel-plan")
@allowed(CONFIGURE)
def cancel_plan(name: str) -> ResponseReturnValue:
    """Cancel what is planned."""
    _draft(name)
    try:
        flow_work.cancel(name)
    except LookupError:
        db.session.rollback()
        flash(_("Nothing is planned any more."), "warning")
    else:
        db.session.commit()
        flash(_("The publication is cancelled."))
    return redirect(url_for(".about", name=name), 303)


@blueprint.post("/flows/<name>/remove")
@allowed(CONFIGURE)
def remove(name: str) -> ResponseReturnValue:
    """Take a flow out of use, and offer to bring it back."""
    draft = _draft(name)
    try:
        flow_work.remove(name)
    except ConfigurationError as error:
        db.session.rollback()
        return _about(name, general=_told(error)), 422
    db.session.commit()
    return _index(listing(), undo=seal("undo:flows", draft.doc), removed=name, was=draft.published)


@blueprint.post("/flows/restore")
@allowed(CONFIGURE)
def restore() -> ResponseReturnValue:
    """Bring back what was removed, as a draft."""
    request.max_form_memory_size = LARGEST_FORM
    doc = opened("undo:flows", request.form.get("kept", ""))
    if not isinstance(doc, dict):
        flash(_("It was removed too long ago to be brought back here."), "error")
        return redirect(url_for(".index"), 303)
    try:
        flow_work.create(str(doc.get("name", "")), doc=doc)
    except ConfigurationError as error:
        db.session.rollback()
        flash(" ".join(_told(error)), "error")
        return redirect(url_for(".index"), 303)
    db.session.commit()
    flash(_("%(name)s is back as a draft.", name=doc["name"]))
    return redirect(url_for(".about", name=doc["name"]), 303)


def listing() -> Table[Listed]:
    """The flows as the address asks for them."""
    return Table(
        "flows",
        [
            Column("name", _l("Name"), lambda flow: flow.name, main=True),
            Column("state", _l("State"), _state),
            Column("uses", _l("Who leads there"), lambda flow: ", ".join(map(use_title, flow.uses))),
            Column("nodes", _l("Nodes"), lambda flow: flow.nodes, right=True),
            Column("problems", _l("Problems and tests"), lambda flow: flow.tests),
            Column("saved", _l("Last saved"), lambda flow: flow.saved_at.isoformat() if flow.saved_at else ""),
        ],
        flows.listed(db.session(), subscriber_id()),
        lambda flow: [flow.name, flow.saved_by, *(use.name for use in flow.uses)],
        [Filter("state", _l("State"), STATES, lambda flow, value: value in _words(flow))],
    )


def _words(flow: Listed) -> Iterable[str]:
    yield "published" if flow.published else "draft"
    if flow.published and flow.changed:
        yield "changed"
    if flow.planned_at:
        yield "planned"
    if not flow.uses:
        yield "unused"


def _state(flow: Listed) -> str:
    titles = dict(STATES)
    return ", ".join(str(titles[word]) for word in _words(flow) if word != "unused")


def _index(table: Table[Listed], **more: object) -> str:
    return render_template("flows/index.html", table=table, use_address=use_address, use_title=use_title, **more)


def _new(name: str = "", template: str = "", error: ConfigurationError | None = None) -> str:
    found = templates.templates(get_locale().language)
    errors = _told(error) if error else []
    return render_template("flows/new.html", name=name, template=template, found=found, errors=errors)


def _about(name: str, **more: object) -> str:
    sid = subscriber_id()
    draft = _draft(name)
    found: State = next(iter(states([draft.doc])))
    return render_template(
        "flows/about.html",
        name=name,
        draft=draft,
        state=found,
        versions=flows.versions(db.session(), sid, name),
        plan=flows.planned(db.session(), sid, name),
        plan_text=partial(flow_work.whole_text),
        uses=where_used(db.session(), sid, "flows", name),
        use_address=use_address,
        use_title=use_title,
        **more,
    )


def _draft(name: str) -> Draft:
    try:
        return flows.draft(db.session(), subscriber_id(), name)
    except LookupError:
        abort(404)


def _document(name: str, end: str) -> Document:
    if end == "draft":
        return _draft(name).doc
    try:
        number = int(end) if end.isdecimal() and len(end) < 9 else 0
        return flows.version(db.session(), subscriber_id(), name, number)
    except LookupError:
        abort(404)


def _told(error: ConfigurationError) -> list[str]:
    return [flow_work.text(problem) for problem in error.problems if problem.severity == "error"]
