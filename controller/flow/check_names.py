"""What a flow's nodes name (schedules, prompts, extensions, variables …), found by the hints of their fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from controller.flow.commands import Extension, External
from controller.flow.document import Flow, read
from controller.flow.fields import Announcement
from controller.flow.node import Node
from controller.flow.numbers import parse_target
from controller.flow.problem import N_, Problem
from controller.flow.values import GIVEN, names
from controller.flow.world import World

MISSING = {
    "schedule": N_("There is no schedule “{name}”."),
    "list": N_("There is no list “{name}”."),
    "prompt": N_("There is no prompt “{name}”."),
    "trunk": N_("There is no trunk “{name}”."),
    "flow": N_("There is no flow “{name}”."),
    "extension": N_("There is no extension “{name}”."),
}

Hint = tuple[str, str, Any]  # path in the node, widget, value


def check_names(flow: Flow, world: World) -> Iterator[Problem]:
    """Find names that do not exist in the world."""
    known: dict[str, Collection[str]] = {
        "schedule": world.schedules,
        "list": world.lists,
        "prompt": world.prompts,
        "trunk": world.trunks,
        "flow": world.flows,
        "extension": world.extensions,
    }
    for where, node in flow.nodes.items():
        for path, what, name in _named(node):
            if name and name not in known[what]:
                yield Problem(where, path, f"unknown_{what}", MISSING[what], {"name": name})
        yield from _languages(where, node, world)


def _named(node: Node) -> Iterator[tuple[str, str, str]]:
    """List what a node names: field, what it is, name."""
    for path, widget, value in hints(node):
        if widget == "targets":
            yield from _extensions(path, value)
        elif widget in MISSING and isinstance(value, str):
            yield path, widget, value


def _extensions(path: str, texts: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for place, text in enumerate(texts):
        if next(names(text), None) is not None:
            continue
        match parse_target(text):
            case Extension(number):
                yield f"{path}.{place}", "extension", number
            case External():
                pass


def _languages(where: str, node: Node, world: World) -> Iterator[Problem]:
    """Warn of texts that are not given in every language of the subscriber."""
    for path, spoken in announcements(node):
        for language in world.languages:
            if spoken.text and language not in spoken.text:
                message = N_("{field} has no text in “{language}”; such callers hear another language.")
                yield Problem(where, path, "missing_language", message, {"language": language}, "warning")


def check_variables(flow: Flow, world: World) -> Iterator[Problem]:
    """Warn of variables nothing sets.

    A flow with “leave” may be given them by the flow that calls it, one with unreadable nodes may set them there: both
    are left out.
    """
    if any(node.kind == "leave" for node in flow.nodes.values()) or not flow.whole:
        return
    known = {*GIVEN, *saved(flow, world, set())}
    for where, node in flow.nodes.items():
        for path, name in used(node):
            if name not in known:
                message = N_("Nothing sets the variable “{name}”: it is always empty.")
                yield Problem(where, path, "unknown_variable", message, {"name": name}, "warning")


def check_secrets(flow: Flow) -> Iterator[Problem]:
    """Find secrets that would be said aloud."""
    secrets = {name for node in flow.nodes.values() if getattr(node, "secret", False) for name in node.saves}
    for where, node in flow.nodes.items():
        for path, spoken in announcements(node):
            for name in {name for text in spoken.text.values() for name in names(text)} & secrets:
                message = N_("{field} would say the secret “{name}” aloud.")
                yield Problem(where, path, "secret_spoken", message, {"name": name})


def saved(flow: Flow, world: World, seen: set[str]) -> set[str]:
    """Name the variables a flow's nodes set, in the flows it enters too."""
    found = {name for node in flow.nodes.values() for name in node.saves}
    for node in flow.nodes.values():
        name = getattr(node, "flow", "")
        if node.open_exits and name not in seen:
            inner, _ = read(world.flow_doc(name, getattr(node, "version", 0)))
            found |= saved(inner, world, {*seen, name}) if inner else set()
    return found


def used(node: Node) -> Iterator[tuple[str, str]]:
    """List the variables a node reads, with the field of each."""
    for path, widget, value in hints(node):
        if widget == "variable":
            yield path, value
        elif not isinstance(value, BaseModel):
            yield from ((place, name) for place, text in _texts(value, path) for name in names(text))


def hints(model: BaseModel, prefix: str = "") -> Iterator[Hint]:
    """List a model's fields, and those of the models in them: path, widget ("" when it has none), value."""
    for name, info in type(model).model_fields.items():
        if name in ("wires", "note", "at"):
            continue
        extra = info.json_schema_extra
        value = getattr(model, name)
        yield prefix + name, str(extra.get("widget", "")) if isinstance(extra, dict) else "", value
        for place, inner in _models(value, prefix + name):
            yield from hints(inner, place + ".")


def announcements(node: Node) -> Iterator[tuple[str, Announcement]]:
    """List everything a node says."""
    if isinstance(node, Announcement):
        yield "text", node
    for path, _, value in hints(node):
        yield from ((place, inner) for place, inner in _models(value, path) if isinstance(inner, Announcement))


def _models(value: object, path: str) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield path, value
    elif isinstance(value, tuple):
        yield from ((f"{path}.{place}", item) for place, item in enumerate(value) if isinstance(item, BaseModel))


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """List the texts in a field's value."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        yield from ((f"{path}.{place}", item) for place, item in enumerate(value) if isinstance(item, str))
    elif isinstance(value, Mapping):
        yield from ((f"{path}.{key}", item) for key, item in value.items() if isinstance(item, str))
