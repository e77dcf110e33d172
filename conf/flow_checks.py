"""Flows, schedules and lists held against the engine that will run them. The engine's checks are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from conf import publishing
from conf.folder import Folder, Item
from conf.models import Document
from conf.problems import N_, Problem
from conf.yaml_source import Path_


class Found(Protocol):
    """What a check finds: a template, at a field (`choices.1`) of a node; `where` is "" outside of nodes."""

    @property
    def where(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def severity(self) -> str: ...


def _nothing(*_anything: Any) -> Iterable[Found]:
    return ()


@dataclass(frozen=True)
class Checks:
    """What the flow engine says of a flow in its folder, of a schedule, of a list.

    `form` is what can be said of a flow without looking at anything else; `rehearsal` runs the flow's own tests.
    """

    flow: Callable[[Document, Folder], Iterable[Found]] = _nothing
    schedule: Callable[[Document], Iterable[Found]] = _nothing
    number_list: Callable[[Document], Iterable[Found]] = _nothing
    form: Callable[[Document], Iterable[Found]] = _nothing
    rehearsal: Callable[[Document, Folder], Iterable[Found]] = _nothing


NONE = Checks()


def form(folder: Folder, checks: Checks) -> Iterator[Problem]:
    """What is wrong within a schedule, a list, a flow, whatever the others hold; at its line, as all problems here."""
    for item in folder.right("schedules"):
        yield from (_placed(item, found) for found in checks.schedule(item.doc))
    for item in folder.right("lists"):
        yield from (_placed(item, found) for found in checks.number_list(item.doc))
    for item in folder.right("flows"):
        yield from (_placed(item, found) for found in checks.form(item.doc))


def check(folder: Folder, checks: Checks) -> Iterator[Problem]:
    """Everything else the engine finds in the flows."""
    if folder.unreadable:
        return  # a flow would seem to miss what stands in the file that could not be read
    yield from _circles(folder)
    for item in folder.right("flows"):
        yield from check_flow(item, folder, checks)


def check_flow(item: Item, folder: Folder, checks: Checks) -> Iterator[Problem]:
    """What the engine finds in one flow, beside its form."""
    told = [*checks.form(item.doc)]
    yield from (_placed(item, found) for found in checks.flow(item.doc, folder) if found not in told)


def rehearse(folder: Folder, checks: Checks) -> Iterator[Problem]:
    """What the flows' own tests say. They tell something only where everything else is right."""
    for item in folder.right("flows"):
        yield from rehearse_flow(item, folder, checks)


def rehearse_flow(item: Item, folder: Folder, checks: Checks) -> Iterator[Problem]:
    """What one flow's own tests say."""
    yield from (_placed(item, found) for found in checks.rehearsal(item.doc, folder))


def _circles(folder: Folder) -> Iterator[Problem]:
    items = {item.doc["name"]: item for item in folder.right("flows")}
    try:
        publishing.in_order({name: item.doc for name, item in items.items()})
    except publishing.Circle as circle:
        message = N_("flows enter one another in a circle: {names}")
        yield items[circle.names[0]].problem(("nodes",), "circle", message, names=" -> ".join(circle.names))


def _placed(item: Item, found: Found) -> Problem:
    parts = [part for part in found.field.replace("[", ".").replace("]", "").split(".") if part]
    inside = found.where and parts[:1] != ["tests"]  # a test names the node it was in when it failed
    path = _as_written(item.doc, ["nodes", found.where, *parts] if inside else parts)
    fields = {"node": found.where, "field": found.field, **found.fields}
    return replace(item.problem(path, found.code, found.message, **fields), severity=found.severity)


def _as_written(value: Any, parts: list[str]) -> Path_:
    """A digit in a checker's path is a key of a mapping (`choices.1`) or a place in a list: the document knows."""
    if not parts:
        return ()
    part, rest = parts[0], parts[1:]
    if isinstance(value, list) and part.isdigit():
        return (int(part), *_as_written(value[int(part)] if int(part) < len(value) else None, rest))
    return (part, *_as_written(value.get(part) if isinstance(value, dict) else None, rest))
