"""What differs between two versions of a flow, in the words of the nodes' forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import gettext as _

from conf.editing.diff import Difference, FlowDiff
from conf.models import Document
from controller.flow.document import read
from controller.flow.form import form
from controller.flow.node import registry

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """One field before and after, as people call it."""

    title: str
    before: str
    after: str


def nodes_changed(found: FlowDiff, before: Document, after: Document) -> dict[str, list[Changed]]:
    """The fields that differ, by node."""
    sides = Sides(before, after)
    return {
        name: list(sides.told(found.renamed.get(name, name), name, fields)) for name, fields in found.changed.items()
    }


def outline_changed(found: FlowDiff) -> list[Changed]:
    """What differs outside the nodes."""
    return [Changed(_field(path, {}), _value(old, {}), _value(new, {})) for path, old, new in found.outline]


class Sides:
    """Both versions, with what their nodes call their exits."""

    def __init__(self, before: Document, after: Document) -> None:
        self.docs = before, after
        self.read = tuple(found.nodes if found else {} for found, _problems in map(read, self.docs))

    def told(self, old: str, new: str, fields: Iterable[Difference]) -> Iterator[Changed]:
        """The fields of a node that differ."""
        names = old, new
        kinds = [str(_node(doc, name).get("kind", "")) for doc, name in zip(self.docs, names, strict=True)]
        schemas = [_schema(kind) for kind in kinds]
        for path, *values in fields:
            if path.startswith("exits."):
                yield self._exit(path.removeprefix("exits."), names, values)
                continue
            places = [_at(schema, _parts(path)) for schema in schemas]
            said = [_value(value, place) for value, place in zip(values, places, strict=True)]
            if path == "kind":
                said = [_title_of(str(value)) for value in values]
            yield Changed(_field(path, schemas[1] or schemas[0]), *said)

    def _exit(self, name: str, names: tuple[str, str], values: list[Any]) -> Changed:
        node = self.read[1].get(names[1]) or self.read[0].get(names[0])
        title = _("Exit “%(exit)s”", exit=_(node.exit_title(name)) if node else name)
        return Changed(title, *(str(value) if value is not None else _("leads nowhere") for value in values))


def _node(doc: Document, name: str) -> Mapping[str, Any]:
    nodes = doc.get("nodes")
    node = nodes.get(name) if isinstance(nodes, Mapping) else None
    return node if isinstance(node, Mapping) else {}


@cache
def _english(kind: str) -> Schema:
    schema: Schema = form(kind)["schema"]
    return schema


def _schema(kind: str) -> Schema:
    return _english(kind) if kind in registry else {}


def _title_of(kind: str) -> str:
    return _(registry[kind].title) if kind in registry else kind


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[.\[\]]+", path) if part]


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a reference, and take null out; hints beside them win."""
    beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf")}
    if "$ref" in schema:
        return {**_resolved(root.get("$defs", {}).get(schema["$ref"].rsplit("/", 1)[-1], {}), root), **beside}
    kinds = [one for one in schema.get("allOf", schema.get("anyOf", ())) if one.get("type") != "null"]
    return {**_resolved(kinds[0], root), **beside} if len(kinds) == 1 else schema


def _at(root: Schema, parts: Iterable[str]) -> Schema:
    """The schema of what lies at a path; {} where the form knows nothing of it."""
    here = root
    for part in parts:
        free = [*here.get("patternProperties", {}).values(), here.get("additionalProperties")]
        inner: Any = here.get("properties", {}).get(part) or here.get("items") or next(filter(None, free), {})
        here = _resolved(inner, root) if isinstance(inner, Mapping) else {}
    return here


def _field(path: str, root: Schema) -> str:
    """`prompt.text.fr` is “Prompt › fr”."""
    first, *rest = _parts(path) or [""]
    title = OUTSIDE[first]() if first in OUTSIDE else _titled(_at(root, [first]), first)
    said = [title]
    for place, part in enumerate(rest):
        outer = _at(root, [first, *rest[:place]])
        if part == "text":
            continue
        numbered = part.isdigit() and "properties" not in outer and not _is_free(outer)
        said.append(str(int(part) + 1) if numbered else _titled(outer.get("properties", {}).get(part, {}), part))
    return " › ".join(said)


def _is_free(schema: Schema) -> bool:
    return bool(schema.get("patternProperties")) or isinstance(schema.get("additionalProperties"), Mapping)


def _titled(schema: Schema, name: str) -> str:
    if name == "(order)":
        return _("order")
    title = schema.get("title")
    return _(title) if title else name


OUTSIDE: dict[str, Callable[[], str]] = {
    "kind": lambda: _("Kind"),
    "note": lambda: _("Note"),
    "start": lambda: _("First node"),
    "tests": lambda: _("Tests"),
    "name": lambda: _("Name"),
    "nodes": lambda: _("Nodes"),
}


def _value(value: Any, schema: Schema) -> str:
    """Say a value; of one that is not given, what holds instead."""
    if value is None:
        standing = schema.get("default")
        if standing in (None, "", [], {}):
            return _("not set")
        return _("%(value)s (default)", value=_value(standing, schema))
    if value in ("", [], {}):
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _chosen(value) if schema.get("enum") else value
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(_value(one, {}) for one in value)
    if isinstance(value, dict):
        name = value.get("name")
        return name if isinstance(name, str) and name else _pairs(value)
    return "; ".join(_value(one, {}) for one in value) if isinstance(value, list) else str(value)


def _pairs(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_value(inner, {})}" for key, inner in value.items())


def _chosen(value: str) -> str:
    """One of a field's words, as the constructor says it; codes in capitals stay as they are."""
    if value.isupper():
        return value
    words = value.replace("_", " ")
    said = _(f"value: {words}")
    return words if said == f"value: {words}" else said
