"""The entries of a list: added, changed, removed, pasted by the thousand, exported, and a number tried on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import confine, db, looking
from admin_ui.flow_world import checks
from admin_ui.forms import entries, entry_table
from admin_ui.forms.list_trial import tried
from admin_ui.forms.told import told
from admin_ui.pages.list_views import Lists
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE
from conf.editing import documents, stored
from conf.editing.documents import Ahead
from conf.models import Document
from conf.problems import ConfigurationError

LARGEST = 24 * 1024 * 1024  # bytes that are pasted
TRIES = 3  # to save what was checked before
Change = Callable[[list[Document], list[int]], list[Document]]  # from entries, which have ids, to others


@dataclass(frozen=True)
class Edit:
    """A list as it is to be, what went from it, and what was found of it before anything was locked."""

    doc: Document
    ids: list[int]
    before: list[Document]
    gone: list[Document]
    ahead: Ahead


def pages(blueprint: Blueprint, views: Lists) -> None:
    """Give the blueprint of lists the views of their entries."""
    one = EntryViews(views)
    for rule, name, view, methods in (
        ("entry", "entry", one.entry, ["POST"]),
        ("entries/remove", "remove_entries", one.remove, ["POST"]),
        ("import", "paste", one.form, ["GET"]),
        ("import", "pasted", one.paste, ["POST"]),
        ("export", "export", one.export, ["GET"]),
        ("test", "test", one.test, ["GET"]),
    ):
        path = f"/lists/{rule}/<path:name>"
        blueprint.add_url_rule(path, name, allowed(CONFIGURE)(view), methods=methods)


class EntryViews:
    """The views of a list's entries."""

    def __init__(self, views: Lists) -> None:
        self.views = views

    def entry(self, name: str) -> ResponseReturnValue:
        """Add an entry, or change the one of `id`."""
        sent = request.form
        made = entries.made(
            sent.get("kind", "number"), sent.get("value", ""), sent.get("until", ""), sent.get("note", "")
        )
        problem = entries.against(made)
        if problem:
            confine(subscriber_id(), read_only=True)
            wrong = {"text": told(problem, made), "field": problem.field}
            return self.views.with_entry(name, {**sent.to_dict(), "wrong": wrong}), 422
        old = _number(sent.get("id", ""))
        edit = self._save(name, lambda docs, ids: _placed(docs, ids.index(old) if old in ids else None, made))
        flash(_("The entry was changed.") if old in edit.ids else _("The entry was added."))
        return redirect(url_for("lists.edit", name=name) + "#entries", 303)

    def remove(self, name: str) -> ResponseReturnValue:
        """Remove the entries that were selected."""
        chosen = {_number(one) for one in request.form.getlist("selected")}

        def without(docs: list[Document], ids: list[int]) -> list[Document]:
            return [doc for doc, entry_id in zip(docs, ids, strict=True) if entry_id not in chosen]

        edit = self._save(name, without)
        text = ngettext("%(num)s entry was removed.", "%(num)s entries were removed.", len(edit.gone))
        lost = [entries.written(doc) for doc in edit.gone if doc]
        flash(text + (" " + ", ".join(lost[:20]) if len(lost) <= 20 else ""))
        return redirect(url_for("lists.edit", name=name) + "#entries", 303)

    def form(self, name: str) -> ResponseReturnValue:
        """The form to paste many entries."""
        self.views.doc(name)
        return render_template("lists/import.html", name=name, text="", result=None)

    def paste(self, name: str) -> ResponseReturnValue:
        """Add what was pasted or uploaded. Lines that are wrong stay in the form, with the reason."""
        request.max_form_memory_size = LARGEST
        text = request.form.get("text", "")
        file = request.files.get("file")
        if file and file.filename:
            text = _decoded(file.read()) + ("\n" + text if text.strip() else "")
        with looking(subscriber_id()):
            present = self.views.doc(name)
        found = entries.pasted(text, present.get("entries", []))
        error = ""
        if found.entries:
            try:
                self._save(name, lambda docs, _ids: [*docs, *found.entries])
            except ConfigurationError as refused:
                db.session.rollback()
                error = " ".join(told(problem) for problem in refused.problems[:3])
        if error:
            return render_template("lists/import.html", name=name, text=text, result=None, error=error), 422
        if not found.wrong:
            flash(_added(found))
            return redirect(url_for("lists.edit", name=name) + "#entries", 303)
        left = "\n".join(wrong.text for wrong in found.wrong)
        lines = [(wrong.line, wrong.text, told(wrong.problem, _as_doc(wrong.text))) for wrong in found.wrong]
        result = {"added": _added(found), "lines": lines}
        return render_template("lists/import.html", name=name, text=left, result=result), 422

    def export(self, name: str) -> ResponseReturnValue:
        """All entries as a CSV file."""
        text = entries.exported(self.views.doc(name).get("entries", []))
        response = Response(text, mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
        return response

    def test(self, name: str) -> ResponseReturnValue:
        """Say which entry a number matches, and what would happen."""
        number = request.args.get("number", "").strip()
        doc = self.views.doc(name)
        return render_template("lists/test.html", **tried(doc, number), number=number)

    def _save(self, name: str, change: Change) -> Edit:
        """Save a list with other entries, and say in the audit log which.

        They are checked and compared before anything is locked, and once more when somebody was faster.
        """
        for _attempt in range(TRIES):
            with looking(subscriber_id()) as session:
                edit = self._edit(session, name, change)
            if stored.lock(db.session(), subscriber_id()) == edit.ahead.version:
                return self._write(name, edit)
            db.session.rollback()
        stored.lock(db.session(), subscriber_id())  # somebody always is: now they wait
        return self._write(name, self._edit(db.session(), name, change))

    def _edit(self, session: Session, name: str, change: Change) -> Edit:
        present, ids = self.views.doc(name), entry_table.ids(name)
        before = present.get("entries", [])
        doc = self.views.with_entries(present, change(list(before), ids))
        ahead = documents.look_ahead(session, subscriber_id(), "lists", name, doc, checks=checks(session))
        kept = {id(one) for one in doc["entries"]}
        return Edit(doc, ids, before, [one for one in before if id(one) not in kept], ahead)

    def _write(self, name: str, edit: Edit) -> Edit:
        saved = documents.save(
            db.session(),
            subscriber_id(),
            "lists",
            name,
            edit.doc,
            checks=checks(db.session()),
            domain=settings_of(current_app).domain,
            ahead=edit.ahead,
        )
        if saved.change:
            came = len(edit.doc["entries"]) - len(edit.before) + len(edit.gone)
            new = edit.doc["entries"][-came:] if came else []
            noted("changed", "list", name, [("entries", entries_told(edit.gone), entries_told(new))])
        db.session.commit()
        return edit


def entries_told(docs: list[Document]) -> str:
    """Some entries as a line of the audit log."""
    texts = [entries.written(doc) for doc in docs]
    return ", ".join(texts[:20]) + (f" … ({len(texts)})" if len(texts) > 20 else "")


def _number(text: str) -> int:
    """An entry's id as a form sends it; 0 is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _placed(docs: list[Document], place: int | None, made: Document) -> list[Document]:
    if place is None or place >= len(docs):
        return [*docs, made]
    return [*docs[:place], made, *docs[place + 1 :]]


def _added(found: entries.Pasted) -> str:
    text = ngettext("%(num)s entry was added.", "%(num)s entries were added.", len(found.entries))
    if found.known:
        text += " " + ngettext("%(num)s was there already.", "%(num)s were there already.", found.known)
    return text


def _as_doc(text: str) -> Document:
    first = text.split(",")[0].split(";")[0].split("\t")[0]
    return entries.made(entries.kind_of(first), first)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")
