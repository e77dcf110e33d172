"""Two versions of a flow side by side, as people talk of them: which nodes came, went, changed, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conf.difference import same
from conf.models import Document
from conf.yaml_source import Path_, dotted

Difference = tuple[str, Any, Any]  # dotted path, before, after; None for what is not there


@dataclass(frozen=True)
class FlowDiff:
    """Nodes by name. `renamed` has the old names of nodes that are the same but for their name and their wires.

    `changed` holds each field of a node that differs; an exit that leads elsewhere is the field `exits.NAME`. `moved`
    are nodes that stand elsewhere on the canvas, `placed` those that had no place of their own there before: nothing
    that anybody did to them. `outline` is everything outside the nodes: start, tests, note.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    changed: dict[str, list[Difference]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    reordered: bool = False
    outline: list[Difference] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())


def diff(before: Document, after: Document) -> FlowDiff:
    """What leads from one version to another. Nothing is left out: equal flows, and only those, give an empty one."""
    old, new = _nodes(before), _nodes(after)
    renamed = _renamed(old, new)
    known = set(renamed.values())
    changed: dict[str, list[Difference]] = {}
    moved: list[str] = []
    placed: list[str] = []
    for name in new:
        if name not in old and name not in renamed:
            continue
        was = old[renamed.get(name, name)]
        found = list(_node(was, new[name]))
        if told := [each for each in found if not _is_place(each)]:
            changed[name] = told
        if len(told) < len(found):
            (moved if "at" in was else placed).append(name)
    places = [renamed.get(name, name) for name in new if name in old or name in renamed]
    return FlowDiff(
        added=tuple(name for name in new if name not in old and name not in renamed),
        removed=tuple(name for name in old if name not in new and name not in known),
        renamed=renamed,
        changed=changed,
        moved=tuple(moved),
        placed=tuple(placed),
        reordered=places != [name for name in old if name in new or name in known],
        outline=list(_outline(before, after)),
    )


def _is_place(difference: Difference) -> bool:
    return difference[0] == "at" or difference[0].startswith("at[")


def _nodes(doc: Document) -> dict[str, Any]:
    nodes = doc.get("nodes")
    return nodes if isinstance(nodes, dict) else {}


def _renamed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """New names and the old ones they stand for. A node wired to a renamed one differs by that name alone."""
    gone = [name for name in old if name not in new]
    found: dict[str, str] = {}
    for name in new:
        if name in old:
            continue
        twin = next((was for was in gone if _alike(old[was], new[name])), None)
        if twin is not None:
            gone.remove(twin)
            found[name] = twin
    return found


def _alike(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict) and same(_content(one), _content(other))


def _content(node: dict[str, Any]) -> list[Any]:
    """What a node does, whatever it is called and wherever it leads."""
    exits = node.get("exits")
    kept = {key: value for key, value in node.items() if key not in ("exits", "at")}
    return [kept, sorted(exits) if isinstance(exits, dict) else exits]


def _outline(before: Document, after: Document) -> Iterator[Difference]:
    one, other = ({key: value for key, value in doc.items() if key != "nodes"} for doc in (before, after))
    found = list(_fields(one, other, ()))
    nodes = before.get("nodes", {}), after.get("nodes", {})
    if not all(isinstance(each, dict) for each in nodes) and not same(*nodes):
        found.append(("nodes", *nodes))
    if not found and list(before) != list(after):
        found.append(("(order)", list(before), list(after)))
    yield from found


def _node(before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _fields(before, after, ())
    elif not same(before, after):
        yield "", before, after


def _fields(before: Any, after: Any, path: Path_) -> Iterator[Difference]:
    """The fields in which two values differ. Lists of plain values are told whole: their places mean nothing alone."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = [found for key in dict.fromkeys((*before, *after)) for found in _either(before, after, key, path)]
        if not found and list(before) != list(after):
            found = [(dotted((*path, "(order)")), list(before), list(after))]
        yield from found
    elif isinstance(before, list) and isinstance(after, list) and _of_mappings(before, after):
        for index in range(max(len(before), len(after))):
            old, new = (values[index] if index < len(values) else None for values in (before, after))
            yield from _fields(old, new, (*path, index))
    elif not same(before, after):
        yield dotted(path), before, after


def _either(before: dict[str, Any], after: dict[str, Any], key: str, path: Path_) -> Iterator[Difference]:
    if key in before and key in after:
        yield from _fields(before[key], after[key], (*path, key))
    else:
        yield dotted((*path, key)), before.get(key), after.get(key)


def _of_mappings(before: list[Any], after: list[Any]) -> bool:
    return all(isinstance(value, dict) for value in (*before, *after))
