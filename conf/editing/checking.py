"""What a change of one document would break: the checks of `apply`, before and after, and the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conf import document_problems, flow_checks, folder_checks
from conf.editing.kinds import ALL, SUBSCRIBER
from conf.editing.storable import unstorable
from conf.editing.stored import NOWHERE
from conf.flow_checks import NONE, Checks
from conf.folder import Folder, Item
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem
from conf.yaml_source import Source

__all__ = ["HERE", "NONE", "carried", "caused", "form", "placed", "placeless", "refuse", "taken"]

HERE = Source("")  # of the document that is edited: its problems need no place


def refuse(problems: list[Problem]) -> list[Problem]:
    """Raise ConfigurationError when there is an error among them; the warnings otherwise."""
    if any(problem.severity == "error" for problem in problems):
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.severity != "error"))
    return problems


def form(kind: str, doc: Any, checks: Checks) -> list[Problem]:
    """What is wrong within a document, whatever the others hold."""
    found = list(unstorable(doc)) or [*map(placeless, document_problems.check(ALL[kind].model, doc, HERE))]
    if found or kind not in ("schedules", "lists"):
        return found
    return [*map(placeless, flow_checks.form(Folder(NOWHERE).having(kind, (Item(doc, HERE),)), checks))]


def placed(folder: Folder, kind: str, old: Item | None, doc: Document | None) -> Folder:
    """The folder with a document in the place of another one, at the end when it is new, or without it."""
    new = Item(doc, HERE) if doc is not None else None
    if kind == SUBSCRIBER:
        return replace(folder, subscriber=new)
    items: tuple[Item, ...] = getattr(folder, kind)
    if old is None:
        return folder.having(kind, (*items, *([new] if new else ())))
    return folder.having(kind, tuple(kept for item in items if (kept := new if item is old else item)))


def carried(folder: Folder, kind: str, name: str, doc: Document) -> Folder:
    """The folder with another document changed along."""
    if kind == SUBSCRIBER:
        return replace(folder, subscriber=replace(folder.subscriber, doc=doc) if folder.subscriber else None)
    key = ALL[kind].key
    items: tuple[Item, ...] = getattr(folder, kind)
    return folder.having(kind, tuple(replace(item, doc=doc) if item.doc[key] == name else item for item in items))


def caused(before: Folder, after: Folder, checks: Checks, *, lost: bool) -> list[Problem]:
    """The problems that a change brings. `lost` says that a name went, which flows may have looked up."""
    known = {_key(problem) for problem in folder_checks.names(before)}
    found = [problem for problem in folder_checks.names(after) if problem.file == "" or _key(problem) not in known]
    if lost:
        told = {_key(problem) for problem in _flows(before, checks)}
        found += [problem for problem in _flows(after, checks) if _key(problem) not in told]
    return [*map(placeless, found)]


def taken(before: Folder, kind: str, old: Item | None, doc: Document) -> Iterator[Problem]:
    """A name, or a short number, that another document of the subscriber has."""
    key = ALL[kind].key
    if kind != SUBSCRIBER and any(_same(kind, item, old, doc) for item in getattr(before, kind) if item is not old):
        yield Problem("given_twice", N_("{name} exists already"), {"name": doc[key]}, field=key)
    number = doc.get("extension", "") if kind in ("users", "extensions") else ""
    for item in (*before.users, *before.extensions):
        same_key = kind == "extensions" and "login" not in item.doc
        if number and item is not old and item.doc.get("extension") == number and not same_key:
            message = N_("the extension {number} is already given to {place}")
            fields = {"number": number, "place": item.doc.get("login", number)}
            yield Problem("extension_taken", message, fields, field="extension")


def _same(kind: str, item: Item, old: Item | None, doc: Document) -> bool:
    """Whether another document has the name. Users log in by theirs in small letters: another spelling is no other."""
    key = ALL[kind].key
    if kind != "users" or (old is not None and old.doc[key].lower() == doc[key].lower()):
        return bool(item.doc[key] == doc[key])
    return bool(item.doc[key].lower() == doc[key].lower())


def placeless(problem: Problem) -> Problem:
    """A problem of a document from the database: there are no lines."""
    return problem.at(line=0)


def _flows(folder: Folder, checks: Checks) -> Iterator[Problem]:
    yield from flow_checks.check(folder, checks)


def _key(problem: Problem) -> tuple[str, str, str, str]:
    return problem.file, problem.field, problem.code, str(sorted(problem.fields.items(), key=str))
