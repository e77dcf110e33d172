"""Forms: everything the editor, the API and the documentation show of a kind of node, made from its class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import controller.flow.nodes  # noqa: F401  fills the registry
from controller.flow.node import HUNG_UP_EXIT, Exit, registry
from controller.flow.problem import same

EVERY_NODE_HAS = ("exits", "note", "at")


def form(kind: str, translate: Callable[[str], str] = same) -> dict[str, Any]:
    """Describe a kind of node: `schema` (JSON Schema of its fields), `exits`, title, help, icon, group.

    An exit with `each` stands for one exit per key of that field, one with `when` exists while that field is set.
    Raises KeyError for an unknown kind.
    """
    node = registry[kind]
    schema = node.model_json_schema()
    for name in EVERY_NODE_HAS:
        schema["properties"].pop(name)
    for model in (schema, *schema.get("$defs", {}).values()):
        _say(model, translate)
    return {
        "kind": kind,
        "revision": node.revision,
        "title": translate(node.title),
        "help": translate(node.help),
        "icon": node.icon,
        "group": node.group,
        "exits": [_exit(way, translate) for way in (*node.ways_out, HUNG_UP_EXIT)],
        "open_exits": node.open_exits,
        "schema": schema,
    }


def forms(translate: Callable[[str], str] = same) -> dict[str, dict[str, Any]]:
    """Describe every kind of node, by kind: the palette."""
    return {kind: form(kind, translate) for kind in sorted(registry)}


def _exit(way: Exit, translate: Callable[[str], str]) -> dict[str, Any]:
    told = {name: value for name, value in asdict(way).items() if value}
    return {name: translate(value) if name in ("title", "help") else value for name, value in told.items()}


def _say(model: dict[str, Any], translate: Callable[[str], str]) -> None:
    """Translate what a model's fields say; its own name and docstring are for developers."""
    model.pop("title", None)
    model.pop("description", None)
    for told in model.get("properties", {}).values():
        told.update({name: translate(told[name]) for name in ("title", "description") if name in told})
