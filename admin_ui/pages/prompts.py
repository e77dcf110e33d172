"""Prompts: texts that are spoken, and sounds that are uploaded."""

from __future__ import annotations

import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.filters import lasted
from admin_ui.forms import options
from admin_ui.forms.composed import Phrases
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Area, Option, Text
from admin_ui.forms.form import Form, Section
from admin_ui.forms.told import told as said
from admin_ui.pages.documents import Views, pages
from admin_ui.person import allowed, subscriber_id
from admin_ui.tables import Column, Filter
from conf import documents
from conf.accounts.permissions import CONFIGURE
from conf.difference import Change
from conf.editing import prompt_sounds, stored
from conf.editing.documents import Saved, Stale, etag, read_all, save
from conf.editing.sound_files import WIDE, Sound, prepare
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem, Wrong

blueprint = Blueprint("prompts", __name__)


def form() -> Form:
    """The form of a prompt; its sound is uploaded beside it."""
    fields = (
        Text(name="name", label=_l("Name"), required=True, help=_l("Flows play it by this name.")),
        Phrases(
            name="text",
            label=_l("Text"),
            languages=languages,
            help=_l("Each text is spoken to callers of its language; where one is missing, that of the organisation."),
        ),
        Area(name="note", label=_l("Note"), optional=True, help=_l("For colleagues; callers never hear it.")),
    )
    return Form(documents.Prompt, (Section("", fields),), {"file": "sound", "sound": "sound"})


def languages() -> list[Option]:
    """The languages, the organisation's first."""
    if "own_language" not in g:  # asked for each row of the list
        g.own_language = read_all(db.session(), subscriber_id(), "subscriber")[0]["language"]
    own = g.own_language
    return sorted(options.LANGUAGES, key=lambda one: one[0] != own)


def told(doc: Document) -> str:
    """What callers hear."""
    if doc.get("file"):
        return _("Callers hear the sound, whatever their language.")
    names = dict(options.LANGUAGES)
    spoken = [str(names.get(language, language)) for language in doc.get("text") or {}]
    return _("Callers hear the text, spoken in: %(languages)s.", languages=", ".join(spoken)) if spoken else ""


@dataclass(frozen=True)
class Shape:
    """What is known of a kept sound: its length in seconds and rate in Hz."""

    seconds: float
    rate: int


def shape(name: str) -> Shape | None:
    """The shape of a prompt's sound; None when it has none."""
    folder = settings_of(current_app).prompts_dir
    path = prompt_sounds.sound_file(db.session(), subscriber_id(), name, prompts_dir=folder, rate=WIDE)
    return _shape(path) if path else None


def _shape(path: Path) -> Shape | None:
    try:
        with wave.open(str(path)) as file:
            return Shape(file.getnframes() / file.getframerate(), file.getframerate())
    except (OSError, wave.Error, EOFError):
        return None


def first_words(doc: Document) -> str:
    """The text, in the organisation's language where there is one."""
    text = doc.get("text") or {}
    return next(
        (text[language] for language, _title in languages() if text.get(language)), next(iter(text.values()), "")
    )


def length(doc: Document) -> str:
    """How long a sound lasts."""
    found = shape(doc["name"]) if doc.get("file") else None
    return lasted(found.seconds) if found else ""


def filters() -> list[Filter[Document]]:
    """Sounds, texts, and what is missing in a language."""
    kinds = (("sound", _l("Sounds")), ("text", _l("Spoken texts")))
    missing = [(language, title) for language, title in options.LANGUAGES]
    return [
        Filter("kind", _l("Kind"), kinds, lambda doc, value: bool(doc.get("file")) == (value == "sound")),
        Filter("without", _l("No text in"), missing, lambda doc, value: not (doc.get("text") or {}).get(value)),
    ]


def more(name: str, doc: Document) -> dict[str, Any]:
    """The sound of a prompt."""
    return {"sound": shape(name) if name and doc.get("file") else None, "own": languages()[0][0]}


def copied(doc: Document) -> Document:
    """A copy of the texts, under a name that is to be changed; a sound is uploaded anew."""
    kept = {key: value for key, value in doc.items() if key != "file"}
    return {**kept, "name": _("%(name)s (copy)", name=doc["name"])[:64]}


class Prompts(Views):
    """The views of prompts: a sound may come with the form, and a removed sound comes back with its prompt."""

    def _save(self, name: str | None, doc: Document, expected: str | None) -> Saved:
        file = request.files.get("sound")
        if not file or not file.filename or not doc.get("name"):
            return super()._save(name, doc, expected)
        db.session.rollback()  # making a sound ready takes a while: nobody waits for the database meanwhile
        return self._with_sound(name, doc, expected, _prepared(file.read()))

    def _with_sound(self, name: str | None, doc: Document, expected: str | None, sound: Sound) -> Saved:
        """The sound first, since a document names only what is there; then the document."""
        sid, folder = subscriber_id(), settings_of(current_app).prompts_dir
        stored.lock(db.session(), sid)
        present = stored.document(db.session(), sid, "prompts", name or doc["name"])
        if name is None and present is not None:
            taken = Problem("given_twice", N_("{name} exists already"), {"name": doc["name"]}, field="name")
            raise ConfigurationError([taken])
        if expected is not None and (present is None or etag(present) != expected):
            raise Stale(present)
        kept = prompt_sounds.keep_sound(db.session(), sid, name or doc["name"], sound, prompts_dir=folder)
        assert kept.doc is not None
        saved = super()._save(name or doc["name"], with_file(doc, kept.doc["file"]), None)
        change = Change("prompt", doc["name"], "changed" if present else "added", present, saved.doc)
        return replace(saved, change=change, others=(*kept.others, *saved.others))

    def _keepsake(self, name: str, present: Document) -> dict[str, Any]:
        path = self._wide(name)
        return {"doc": present, "sound": path.name if path else ""}

    def _restore(self, kept: dict[str, Any]) -> Saved:
        folder = settings_of(current_app).prompts_dir / str(subscriber_id())
        path = folder / Path(kept.get("sound") or "none").name
        if kept.get("sound") and path.is_file():
            return self._with_sound(None, kept["doc"], None, _prepared(path.read_bytes()))
        return super()._save(None, kept["doc"], None)

    @staticmethod
    def _wide(name: str) -> Path | None:
        folder = settings_of(current_app).prompts_dir
        return prompt_sounds.sound_file(db.session(), subscriber_id(), name, prompts_dir=folder, rate=WIDE)


def with_file(doc: Document, file: str) -> Document:
    """A prompt that names its sound, at its place among the keys."""
    if doc.get("file"):
        return doc
    note = {"note": doc["note"]} if "note" in doc else {}
    return {**{key: value for key, value in doc.items() if key != "note"}, "file": file, **note}


def _prepared(content: bytes) -> Sound:
    try:
        return prepare(content)
    except Wrong as wrong:
        raise ConfigurationError([wrong.problem.at(field="sound")]) from None


FAMILY = Family(
    kind="prompts",
    permission=CONFIGURE,
    words=Words(
        title=_l("Prompts"),
        about=_l("What callers hear: texts that are spoken, and sounds of yours."),
        new=_l("Add a prompt"),
        empty=_l("A prompt greets your callers: write a text and hear it, or upload a sound."),
        sure=_l("Remove the prompt %(name)s?"),
        icon="audio-lines",
    ),
    form=form,
    columns=(
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("text", _l("What callers hear"), first_words),
        Column("languages", _l("Languages"), lambda doc: ", ".join(doc.get("text") or {})),
        Column("length", _l("Sound"), length, right=True),
        Column("hear", _l("Hear it"), lambda doc: ""),
    ),
    filters=filters,
    searched=lambda doc: [doc["name"], *(doc.get("text") or {}).values(), doc.get("note", "")],
    told=told,
    copied=copied,
    more=more,
    stays=True,
)
pages(blueprint, FAMILY, Prompts(FAMILY))


@blueprint.post("/prompts/silence/<path:name>")
@allowed(CONFIGURE)
def silence(name: str) -> ResponseReturnValue:
    """Take the sound off a prompt that has a text: the text is spoken again."""
    sid = subscriber_id()
    doc = next((one for one in read_all(db.session(), sid, "prompts") if one["name"] == name), None)
    if doc is None:
        abort(404)
    without = {key: value for key, value in doc.items() if key != "file"}
    try:
        saved = save(db.session(), sid, "prompts", name, without, domain=settings_of(current_app).domain)
    except (ConfigurationError, LookupError) as error:
        db.session.rollback()
        problems = error.problems if isinstance(error, ConfigurationError) else ()
        flash(" ".join(said(problem, without) for problem in problems) or _("There is no such prompt."), "error")
        return redirect(url_for(".edit", name=name) if problems else url_for(".index"), 303)
    if saved.change:
        noted("changed", "prompt", name, saved.change)
    db.session.commit()
    flash(_("The sound was taken off. %(told)s", told=told(without)))
    return redirect(url_for(".edit", name=name), 303)
