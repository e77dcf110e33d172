"""The views that all families of documents share: list, new, edit, preview, remove, bring back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from jinja2 import Template

from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import confine, db, has_written, looking
from admin_ui.flow_world import checks
from admin_ui.forms.family import Family
from admin_ui.forms.form import Filled
from admin_ui.forms.meanwhile import compared, merged
from admin_ui.forms.sealed import opened, seal
from admin_ui.forms.told import told
from admin_ui.forms.uses import use_address, use_place, use_title
from admin_ui.person import allowed, me
from conf.editing import documents
from conf.editing.documents import Saved, Stale, etag
from conf.models import Document
from conf.problems import ConfigurationError
from conf.telephone import Credentials
from controller.flow.problem import FlowError

LARGEST_FORM = 16 * 1024 * 1024  # bytes: a long list that is pasted, or brought back


def pages(blueprint: Blueprint, family: Family, views: Views | None = None) -> None:
    """Give a blueprint the views of a family."""
    views = views or Views(family)
    for rule, name, view, methods in (
        ("", "index", views.index, ["GET"]),
        ("/new", "new", views.new, ["GET"]),
        ("/new", "create", views.create, ["POST"]),
        ("/edit/<path:name>", "edit", views.edit, ["GET"]),
        ("/edit/<path:name>", "change", views.change, ["POST"]),
        ("/preview", "preview", views.preview, ["POST"]),
        ("/remove/<path:name>", "remove", views.remove, ["POST"]),
        ("/restore", "restore", views.restore, ["POST"]),
    ):
        guarded = allowed(family.permission)(view)
        blueprint.add_url_rule(f"/{family.kind}{rule}", name, guarded, methods=methods)


class Views:
    """The views of one family."""

    def __init__(self, family: Family) -> None:
        self.family = family

    def index(self) -> ResponseReturnValue:
        """The list; `?format=csv` is it as a file."""
        self.family.owner()
        table = self.family.table()
        if request.args.get("format") == "csv":
            return table.csv()
        return self._render("index", table=table)

    def new(self) -> ResponseReturnValue:
        """An empty form; `?like=NAME` begins with a copy."""
        before = self._copied(request.args.get("like", ""))
        return self._form(self.family.form().filled(before), before, "")

    def create(self) -> ResponseReturnValue:
        """Add a document."""
        request.max_form_memory_size = LARGEST_FORM
        sent = request.form.to_dict(flat=False)
        with looking(me().subscriber_id):
            copied = self._copied(request.form.get("like", "")) if request.form.get("like") else {}
        doc = self.family.form().read(sent, self.family.shown(copied) if copied else {})
        try:
            saved = self._save(None, self.family.whole(doc, copied), None)
        except ConfigurationError as error:
            self._look_again()
            filled = self.family.form().refilled(sent, error.problems, doc)
            return self._form(filled, self.family.shown(copied), "", doc), 422
        return self._after(saved, "created")

    def edit(self, name: str) -> ResponseReturnValue:
        """The form of a document."""
        shown = self._shown(name)
        return self._form(self.family.form().filled(shown), shown, name)

    def change(self, name: str) -> ResponseReturnValue:
        """Save a document."""
        request.max_form_memory_size = LARGEST_FORM
        with looking(me().subscriber_id):
            form, sent, present = self.family.form(), request.form.to_dict(flat=False), self._present(name)
        shown = self.family.shown(present)
        base = opened(f"base:{self.family.kind}", request.form.get("base", "")) or shown
        if request.form.get("etag", etag(shown)) != etag(shown) and compared(form, base, shown, sent):
            self._look_again()
            return self._meanwhile(name, base, shown, sent)
        doc = form.read(sent, shown)
        try:
            saved = self._save(name, self.family.whole(doc, present), etag(present))
        except ConfigurationError as error:
            self._look_again()
            return self._form(form.refilled(sent, error.problems, doc), shown, name, doc), 422
        except Stale as stale:
            self._look_again()
            if stale.present is None:
                abort(404)
            return self._meanwhile(name, base, self.family.shown(stale.present), sent)
        return self._after(saved, "changed")

    def preview(self) -> ResponseReturnValue:
        """Say what a form would do to callers, as it stands now. Nothing is written."""
        confine(me().subscriber_id, read_only=True)
        request.max_form_memory_size = LARGEST_FORM
        name = request.args.get("name", "")
        shown = self._shown(name) if name else {}
        doc = self.family.form().read(request.form.to_dict(flat=False), shown)
        try:
            sentence, more = self.family.told(doc), self.family.more(name, doc)
        except (ValueError, TypeError, LookupError, ConfigurationError, FlowError):
            return ""  # it is not whole yet; what is wrong is said when it is saved
        return self._render("preview", sentence=sentence, doc=doc, name=name, **more)

    def remove(self, name: str) -> ResponseReturnValue:
        """Remove a document, and offer to bring it back."""
        sid = self.family.owner()
        present = self._present(name)
        kept = seal(f"undo:{self.family.kind}", self._keepsake(name, present))
        try:
            saved = documents.remove(db.session(), sid, self.family.kind, name, checks=checks(db.engine))
        except ConfigurationError as error:
            db.session.rollback()
            filled = self.family.form().filled(self.family.shown(present))
            filled.general = [told(problem) for problem in error.problems]
            return self._form(filled, self.family.shown(present), name), 422
        self._note("removed", saved)
        db.session.commit()
        return self._render("index", table=self.family.table(), undo=kept, removed=name)

    def restore(self) -> ResponseReturnValue:
        """Bring back what was removed."""
        request.max_form_memory_size = LARGEST_FORM
        kept = opened(f"undo:{self.family.kind}", request.form.get("kept", ""))
        if not isinstance(kept, dict):
            flash(_("It was removed too long ago to be brought back here."), "error")
            return redirect(url_for(".index"), 303)
        try:
            saved = self._restore(kept)
        except ConfigurationError as error:
            db.session.rollback()
            flash(" ".join(told(problem) for problem in error.problems), "error")
            return redirect(url_for(".index"), 303)
        return self._after(saved, "created", _("%(name)s is back.", name=kept["doc"][self.family.key]))

    def home(self) -> str:
        """Where one came from, and goes without saving."""
        return url_for(".index")

    def afterwards(self, name: str) -> str:
        """Where one goes when a document was saved."""
        return url_for(".edit", name=name) if self.family.stays else url_for(".index")

    def credentials(self, made: Credentials, doc: Document, text: str) -> str:
        """Show what a telephone needs, once."""
        return self._render("credentials", credentials=made, doc=doc, text=text)

    def _copied(self, name: str) -> Document:
        if not name or self.family.copied is None:
            return self.family.fresh()
        return self.family.copied(self._present(name))

    def _present(self, name: str) -> Document:
        try:
            return documents.read(db.session(), self.family.owner(), self.family.kind, name)
        except LookupError:
            abort(404)

    def _shown(self, name: str) -> Document:
        return self.family.shown(self._present(name))

    def _save(self, name: str | None, doc: Document, expected: str | None) -> Saved:
        domain, owner, ahead = settings_of(current_app).domain, self.family.owner(), None
        if owner and not has_written():  # a prompt's sound is
            with looking(owner) as session:
                ahead = documents.look_ahead(session, owner, self.family.kind, name, doc, checks=checks(session))
        return documents.save(
            db.session(),
            owner,
            self.family.kind,
            name,
            doc,
            checks=checks(db.engine),
            domain=domain,
            expected=expected,
            carry=True,
            ahead=ahead,
        )

    def _look_again(self) -> None:
        """Show what was refused: while the page is written, nobody has to wait who writes."""
        db.session.rollback()
        confine(me().subscriber_id, read_only=True)

    def _keepsake(self, _name: str, present: Document) -> dict[str, Any]:
        return {"doc": present}

    def _restore(self, kept: dict[str, Any]) -> Saved:
        return self._save(None, kept["doc"], None)

    def _note(self, action: str, saved: Saved) -> None:
        if saved.change is None:
            return
        noted(action, saved.change.kind, saved.change.name, saved.change)
        for other in saved.others:
            noted("changed", other.kind, other.name, other)

    def _after(self, saved: Saved, action: str, text: str = "") -> ResponseReturnValue:
        self._note(action, saved)
        db.session.commit()
        assert saved.doc is not None
        name = saved.doc[self.family.key]
        for warning in saved.warnings:
            flash(told(warning), "warning")
        if saved.change is None:
            text = text or _("Nothing was changed.")
        else:
            text = text or " ".join((_("Saved."), self.family.told(saved.doc)))
        others = [other.name for other in saved.others if other.name != name and other.before and other.after]
        if others:
            text += " " + _("The new name was also written into: %(names)s.", names=", ".join(others))
        if saved.credentials:
            return self.credentials(saved.credentials, saved.doc, text)
        flash(text)
        return redirect(self.afterwards(name), 303)

    def _meanwhile(self, name: str, base: Document, shown: Document, sent: dict[str, list[str]]) -> ResponseReturnValue:
        form = self.family.form()
        others = compared(form, base, shown, sent)
        return self._form(Filled(merged(form, base, shown, sent)), shown, name, others=others), 409

    def _form(self, filled: Filled, shown: Document, name: str, doc: Document | None = None, **more: Any) -> str:
        sid = self.family.owner()
        used = documents.where_used(db.session(), sid, self.family.kind, name) if name else []
        try:
            around = self.family.more(name, shown if doc is None else doc)
        except (ValueError, TypeError, LookupError, FlowError):
            around = self.family.more(name, shown)
        return self._render(
            "edit",
            filled=filled,
            form=self.family.form(),
            name=name,
            doc=shown,
            used=used,
            etag=etag(shown),
            base=seal(f"base:{self.family.kind}", shown),
            sentence=self.family.told(shown) if name else "",
            home=self.home(),
            use_address=use_address,
            use_place=use_place,
            use_title=use_title,
            **{**around, **more},
        )

    def _render(self, page: str, **context: Any) -> str:
        templates: list[str | Template] = [f"{self.family.kind}/{page}.html", f"documents/{page}.html"]
        return render_template(templates, family=self.family, words=self.family.words, **context)
