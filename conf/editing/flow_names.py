"""What a flow's document names outside itself: schedules, lists, prompts, other flows, extensions, trunks.

Read by the words of the nodes' fields, so that a draft tells it too, however unfinished it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from conf.models import Document
from conf.yaml_source import Path_

FIELDS = {"schedule": "schedules", "list": "lists", "prompt": "prompts", "flow": "flows", "trunk": "trunks"}
OWN = frozenset({"exits", "variables", "choices", "save", "headers", "body", "json", "text", "note", "at"})
ACTS = frozenset({"answer", "busy", "no_answer", "failed"})  # lines of a test's script that name an extension

Named = tuple[str, str, Path_]  # kind, name, path


def named(doc: Document) -> Iterator[Named]:
    """Everything that the nodes name."""
    nodes = doc.get("nodes")
    for name, node in nodes.items() if isinstance(nodes, dict) else ():
        yield from _in(node, ("nodes", name))


def in_tests(doc: Document) -> Iterator[Named]:
    """What the flow's own tests name, as far as it can be written anew."""
    tests = doc.get("tests")
    for number, test in enumerate(tests) if isinstance(tests, list) else ():
        script = test.get("script") if isinstance(test, dict) else None
        for index, line in enumerate(script) if isinstance(script, list) else ():
            for act in ACTS & line.keys() if isinstance(line, dict) else ():
                if isinstance(line[act], str):
                    yield "extensions", line[act], ("tests", number, "script", index, act)


def renamed(doc: Document, kind: str, old: str, new: str) -> Document:
    """The document with another name wherever it names the old one; the very same when it does not."""
    paths = [path for what, name, path in (*named(doc), *in_tests(doc)) if (what, name) == (kind, old)]
    return replaced(doc, paths, new) if paths else doc


def replaced(doc: Document, paths: list[Path_], new: str) -> Document:
    """A copy of a document with a text put at some paths."""
    copy = deepcopy(doc)
    for path in paths:
        at: Any = copy
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = new
    return copy


def _in(value: Any, path: Path_) -> Iterator[Named]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _in(inner, (*path, index))
        return
    for key, inner in value.items() if isinstance(value, dict) else ():
        here = (*path, key)
        if key in FIELDS and isinstance(inner, str):
            if inner:
                yield FIELDS[key], inner, here
        elif key == "to" and isinstance(inner, str | list):
            places: list[tuple[Any, Path_]] = [(inner, here)]
            if isinstance(inner, list):
                places = [(target, (*here, index)) for index, target in enumerate(inner)]
            yield from (("extensions", target, at) for target, at in places if _is_short(target))
        elif key not in OWN:
            yield from _in(inner, here)


def _is_short(target: Any) -> bool:
    return isinstance(target, str) and target.isdigit()
