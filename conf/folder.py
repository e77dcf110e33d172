"""A subscriber's folder (or the operator's), read and held against its documents. All problems are found at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from conf import document_problems, documents
from conf.models import Document
from conf.problems import N_, Problem
from conf.prompter import documents as prompter
from conf.yaml_source import Path_, Source, dotted, read

Kinds = dict[str, tuple[str, type[BaseModel], str]]
LISTS: Kinds = {
    "users": ("users.yaml", documents.User, "login"),
    "extensions": ("extensions.yaml", documents.Extension, "extension"),
    "numbers": ("numbers.yaml", documents.Number, "number"),
    "schedules": ("schedules.yaml", documents.Schedule, "name"),
    "lists": ("lists.yaml", documents.List, "name"),
    "prompts": ("prompts.yaml", documents.Prompt, "name"),
    "rules": ("prompter/rules.yaml", prompter.Rule, "name"),
    "checklists": ("prompter/checklists.yaml", prompter.Checklist, "name"),
}
OPERATORS: Kinds = {
    "trunks": ("trunks.yaml", documents.Trunk, "name"),
    "outbound": ("outbound.yaml", documents.OutboundRule, "name"),
}
SUBSCRIBER = "subscriber.yaml"


@dataclass(frozen=True)
class Item:
    """One document and where it stands. One that is not `right` still has its name, so that others may speak of it."""

    doc: Document = field(repr=False)
    source: Source = field(repr=False)
    path: Path_ = ()
    right: bool = True

    def problem(self, inside: Path_, code: str, message: str, **fields: Any) -> Problem:
        """A problem at a path inside the document."""
        return self.source.problem((*self.path, *inside), Problem(code, message, fields))


@dataclass(frozen=True)
class Folder:
    """What stands in a folder, and what is wrong there. `subscriber` is None in the operator's.

    `unreadable` are the kinds whose names are not all known, since a file could not be read.
    """

    root: Path
    subscriber: Item | None = None
    users: tuple[Item, ...] = ()
    extensions: tuple[Item, ...] = ()
    numbers: tuple[Item, ...] = ()
    schedules: tuple[Item, ...] = ()
    lists: tuple[Item, ...] = ()
    prompts: tuple[Item, ...] = ()
    rules: tuple[Item, ...] = ()
    checklists: tuple[Item, ...] = ()
    flows: tuple[Item, ...] = ()
    trunks: tuple[Item, ...] = ()
    outbound: tuple[Item, ...] = ()
    unreadable: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    _names: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def having(self, kind: str, items: tuple[Item, ...]) -> Folder:
        """The folder with other documents of a kind."""
        other: dict[str, Any] = {kind: items}
        return replace(self, **other)

    def right(self, kind: str) -> tuple[Item, ...]:
        """The documents of a kind that have the right form."""
        return tuple(item for item in getattr(self, kind) if item.right)

    def names(self, kind: str, key: str = "name") -> frozenset[str]:
        """The names of one kind of document. A number that lacks its quotes is blamed once, not by all who name it."""
        if (kind, key) not in self._names:
            found = (item.doc.get(key) for item in getattr(self, kind))
            self._names[kind, key] = frozenset(str(name) for name in found if isinstance(name, str | int) and name)
        return self._names[kind, key]

    def short_numbers(self) -> frozenset[str]:
        """Every extension, of users and others."""
        return self.names("extensions", "extension") | self.names("users", "extension")


def open_folder(root: Path) -> Folder:
    """Read a folder. Names that lead nowhere are looked for by `folder_checks`."""
    if not root.is_dir():
        return Folder(root, problems=(Problem("no_folder", N_("there is no such folder"), file=str(root)),))
    return _Reader(root).folder()


class _Reader:
    """Reads file after file and keeps what is wrong until the end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.known: set[str] = set()
        self.unreadable: set[str] = set()

    def folder(self) -> Folder:
        found: dict[str, Any]
        if self._has(SUBSCRIBER) or not any(self._has(about[0]) for about in OPERATORS.values()):
            found = {"subscriber": self._subscriber(), "flows": tuple(self._flows()), **self._collections(LISTS)}
        else:
            found = self._collections(OPERATORS)
        self._look_for_strangers()
        return Folder(self.root, **found, unreadable=frozenset(self.unreadable), problems=tuple(self.problems))

    def _has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def _subscriber(self) -> Item | None:
        if not self._has(SUBSCRIBER):
            self.problems.append(Problem("no_subscriber", N_("the file is missing"), file=SUBSCRIBER))
            return None
        source = self._source(SUBSCRIBER)
        return self._document(source, documents.Subscriber, (), source.value)

    def _collections(self, kinds: Kinds) -> dict[str, tuple[Item, ...]]:
        return {kind: tuple(self._list(kind, *about)) for kind, about in kinds.items() if self._has(about[0])}

    def _look_for_strangers(self) -> None:
        """A file that nobody reads is a mistake that nobody would notice: `user.yaml`, a flow beside its folder."""
        patterns = ("*.y*ml", "flows/*.y*ml", "prompter/*.y*ml")
        for path in sorted(path for pattern in patterns for path in self.root.glob(pattern)):
            name = path.relative_to(self.root).as_posix()
            if name not in self.known:
                self.problems.append(Problem("stranger", N_("is not a file that is read here"), file=name))

    def _source(self, name: str) -> Source:
        self.known.add(name)
        source = read(self.root / name, name)
        self.problems += source.problems
        return source

    def _document(self, source: Source, kind: type[BaseModel], path: Path_, doc: Any) -> Item | None:
        # A value that could not be read is a problem already; the hole that it left would be a second one.
        at = dotted(path)
        broken = any(problem.field.startswith(at) for problem in source.problems)
        found = [] if broken else document_problems.check(kind, doc, source, path)
        self.problems += found
        return Item(doc, source, path, right=not found and not broken) if isinstance(doc, dict) else None

    def _list(self, kind: str, name: str, model: type[BaseModel], key: str) -> Iterator[Item]:
        source = self._source(name)
        if source.value is None:
            self.unreadable |= {kind} if source.problems else set()
            return
        if not isinstance(source.value, list):
            self.unreadable.add(kind)
            self.problems.append(source.problem((), Problem("list_type", N_("must be a list"))))
            return
        first: dict[str, int] = {}
        for index, doc in enumerate(source.value):
            item = self._document(source, model, (index,), doc)
            if item is None or not isinstance(item.doc.get(key), str):
                self.unreadable.add(kind)
                continue
            line = first.setdefault(item.doc[key], source.line((index, key)))
            if line != source.line((index, key)):
                message = N_("{name} is given twice, first in line {first}")
                self.problems.append(item.problem((key,), "given_twice", message, name=item.doc[key], first=line))
            yield item

    def _flows(self) -> Iterator[Item]:
        for path in sorted(self.root.glob("flows/*.yaml")):
            source = self._source(f"flows/{path.name}")
            item = self._document(source, documents.Flow, (), source.value)
            if item is None or not isinstance(item.doc.get("name"), str):
                yield Item({"name": path.stem}, source, right=False)
                continue
            if item.doc["name"] != path.stem:
                message = N_("the flow {name} must stand in the file {file}")
                fields = {"name": item.doc["name"], "file": f"flows/{item.doc['name']}.yaml"}
                self.problems.append(item.problem(("name",), "misnamed", message, **fields))
            yield item
