"""The organisation's settings, and everything of it as a file: exported, looked at, imported."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui import worker
from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import confine, db
from admin_ui.filters import phone
from admin_ui.flow_world import checks
from admin_ui.forms import folder_zip, options, prompter_policy
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Choice, Phone, Switch, Text
from admin_ui.forms.field import Words as Listed
from admin_ui.forms.form import Form, Section
from admin_ui.forms.sealed import opened, seal
from admin_ui.forms.told import told as said
from admin_ui.pages.documents import Views
from admin_ui.person import allowed, me, subscriber_id
from conf import documents
from conf.accounts.permissions import ACCOUNT
from conf.applied import Applied
from conf.apply import apply
from conf.difference import Change
from conf.folder import open_folder
from conf.models import Document, Subscriber
from conf.problems import N_, ConfigurationError, Problem, Wrong

TIDY = 300.0  # seconds

blueprint = Blueprint("subscriber", __name__)


def init_app(app: Flask) -> None:
    """Let go of files that somebody looked at and did not import."""
    work = partial(folder_zip.tidy, settings_of(app).spool_dir / "imports")
    worker.register(app, "tidying the imports", work, TIDY)


def form() -> Form:
    """The form of the settings."""
    who = (
        Text(name="name", label=_l("Name of the organisation"), required=True),
        Choice(name="language", label=_l("Language of callers"), options=options.LANGUAGES, required=True),
        Text(name="time_zone", label=_l("Time zone"), required=True, attrs={"list": "zones"}),
        Choice(name="country", label=_l("Country"), options=options.countries, required=True,
               help=_l("Numbers without + are read as numbers of this country; its public holidays are yours.")),
    )  # fmt: skip
    calls = (
        Listed(
            name="emergency",
            label=_l("Emergency numbers"),
            help=_l("They can be dialled from every telephone, and are never short numbers. Such as 15, 17, 18, 112."),
        ),
        Phone(
            name="fallback",
            label=_l("When something is wrong, ring"),
            optional=True,
            attrs={"list": "short-numbers"},
            help=_l("Who is rung when a flow is missing or broken. Empty: the caller hears an apology."),
        ),
    )
    access = (
        Switch(
            name="require_two_step",
            label=_l("Everybody needs two-step login"),
            help=_l(
                "Who has not set it up is led to it on the next page that they open, and can do nothing else before; "
                "you too. Telephones and API tokens go on."
            ),
        ),
    )
    sections = (
        Section("", who),
        Section(_l("Calls"), calls),
        Section(_l("Prompter"), (prompter_policy.field(),)),
        Section(_l("Access to these pages"), access),
    )
    return Form(documents.Subscriber, sections)


def told(doc: Document) -> str:
    """What the settings mean for callers."""
    names = dict(options.LANGUAGES)
    said = [_("Callers are spoken to in %(language)s.", language=names.get(doc.get("language", ""), ""))]
    if doc.get("fallback"):
        said.append(_("When a flow is broken, %(number)s rings.", number=phone(doc["fallback"])))
    else:
        said.append(_("When a flow is broken, callers hear an apology."))
    policy = doc.get("prompter")
    if policy and policy.get("every"):
        said.append(_("The prompter listens to every call."))
    elif policy and any(policy.get(kind) for kind in ("numbers", "queues", "users")):
        said.append(_("The prompter listens to some calls."))
    elif policy is not None:
        said.append(_("The prompter listens to no call: no number, queue or person is chosen."))
    return " ".join(said)


class Settings(Views):
    """The views of the settings: there is one document, and it stays."""

    def home(self) -> str:
        """There is no list to go back to."""
        return ""

    def afterwards(self, name: str) -> str:
        """The settings again."""
        return url_for("subscriber.page")

    def page(self) -> ResponseReturnValue:
        """Show the settings. Who comes back here from an import has left it."""
        subscriber_id()
        folder_zip.clear(_place())
        return self.edit(me().slug)

    def save(self) -> ResponseReturnValue:
        """Save the settings."""
        subscriber_id()
        return self.change(me().slug)


FAMILY = Family(
    kind="subscriber",
    permission=ACCOUNT,
    words=Words(title=_l("Settings"), about="", new="", empty="", sure="", icon="settings"),
    form=form,
    columns=(),
    searched=lambda doc: [doc["name"]],
    told=told,
    more=lambda _name, _doc: {"zones": options.zones()},
)
VIEWS = Settings(FAMILY)
blueprint.add_url_rule("/settings", "page", allowed(ACCOUNT)(VIEWS.page))
blueprint.add_url_rule("/settings", "save", allowed(ACCOUNT)(VIEWS.save), methods=["POST"])
blueprint.add_url_rule("/settings/preview", "preview", allowed(ACCOUNT)(VIEWS.preview), methods=["POST"])


@blueprint.get("/settings/export")
@allowed(ACCOUNT)
def export() -> Response:
    """Everything of the organisation as a ZIP file."""
    subscriber_id()
    content = folder_zip.packed(db.engine, me().slug, settings_of(current_app).prompts_dir)
    response = Response(content, mimetype="application/zip")
    name = f"{me().slug}-{date.today().isoformat()}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/settings/import")
@allowed(ACCOUNT)
def look() -> ResponseReturnValue:
    """Look at a file that was sent: what would change, or what is wrong in it."""
    subscriber_id()
    file = request.files.get("file")
    if not file or not file.filename:
        flash(_("Choose a ZIP file first."), "error")
        return redirect(url_for("subscriber.page") + "#import", 303)
    try:
        name = folder_zip.unpack(file.read(), _place())
    except Wrong as wrong:
        return _wrong([wrong.problem.at(file=file.filename)]), 422
    return _dry_run(name)


@blueprint.post("/settings/import/apply")
@allowed(ACCOUNT)
def bring() -> ResponseReturnValue:
    """Do what was shown."""
    sid = subscriber_id()
    kept = opened("import", request.form.get("kept", "")) or {}
    root = folder_zip.unpacked(_place(), str(kept.get("folder", "")))
    if root is None:
        flash(_("The file is not here any more. Send it again."), "error")
        return redirect(url_for("subscriber.page") + "#import", 303)
    if kept["version"] != _version():
        flash(_("Something was changed here meanwhile. Look at what the file would change now."), "warning")
        return _dry_run(kept["folder"])
    try:
        done = _apply(root, dry_run=False)
    except ConfigurationError as error:
        folder_zip.discard(_place(), kept["folder"])
        return _wrong(error.problems), 422
    folder_zip.discard(_place(), kept["folder"])
    confine(sid, read_only=False)
    changes = [(f"{change.kind} {change.name}", None, change.what) for change in done.changes]
    noted("imported", "subscriber", me().slug, changes)
    db.session.commit()
    return render_template("subscriber/imported.html", done=done, words=FAMILY.words)


def _dry_run(name: str) -> ResponseReturnValue:
    root = folder_zip.unpacked(_place(), name)
    assert root is not None
    version = _version()
    try:
        done = _apply(root, dry_run=True)
    except ConfigurationError as error:
        folder_zip.discard(_place(), name)
        return _wrong(error.problems), 422
    if not done.changes:
        folder_zip.discard(_place(), name)
    kept = seal("import", {"folder": name, "version": version})
    return render_template("subscriber/import.html", done=done, kept=kept, lines=lines, problems=(), said=said)


def _apply(root: Path, *, dry_run: bool) -> Applied:
    """Load a folder: this subscriber's alone, and never without who loads it."""
    about = settings_of(current_app)
    found = open_folder(root)
    slug = found.subscriber.doc.get("slug") if found.subscriber else None
    if found.subscriber is None or slug != me().slug:
        message = N_("the file is of another organisation: its slug is {slug}, yours is {own}")
        problem = Problem(
            "another_subscriber", message, {"slug": slug or "—", "own": me().slug}, file="subscriber.yaml"
        )
        raise ConfigurationError([*found.problems, problem] if found.subscriber is None else [problem])
    if me().login not in found.names("users", "login"):
        message = N_("the file would remove {login}, which is you: somebody else must import it")
        raise ConfigurationError([Problem("yourself", message, {"login": me().login}, file="users.yaml")])
    db.session.rollback()  # SQLite has one writer
    return apply(
        db.engine,
        root,
        prompts_dir=about.prompts_dir,
        domain=about.domain,
        checks=checks(db.engine),
        dry_run=dry_run,
    )


def lines(change: Change) -> list[tuple[str, str, str]]:
    """What a change changes, field by field."""
    found = list(change.lines())[1:]
    return [(path.strip(), *_beside(rest)) for path, _colon, rest in (line.partition(": ") for line in found)]


def _beside(text: str) -> tuple[str, str]:
    before, _arrow, after = text.partition(" -> ")
    return before, after


def _wrong(problems: Any) -> str:
    return render_template("subscriber/import.html", done=None, kept="", lines=lines, problems=problems, said=said)


def _version() -> int:
    wanted = select(Subscriber.version).where(Subscriber.id == subscriber_id())
    found = db.session.scalars(wanted).one()
    db.session.rollback()
    confine(subscriber_id(), read_only=False)
    return found


def _place() -> Path:
    """Where the file waits that this person looks at: there is one at a time."""
    return settings_of(current_app).spool_dir / "imports" / str(subscriber_id()) / str(me().account_id)
