"""What would change: documents beside documents, in the words of the files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from os.path import commonprefix
from typing import Any, Literal

from conf.models import Document

LONGEST = 200  # characters of a value that are shown
CONTEXT = 30  # characters that are shown before the first difference


@dataclass(frozen=True)
class Change:
    """One document added, changed, moved within its file, or removed. `position` is its place in the file."""

    kind: str
    name: str
    what: Literal["added", "changed", "moved", "removed"]
    before: Document | None = field(default=None, repr=False)
    after: Document | None = field(default=None, repr=False)
    position: int = 0

    def lines(self) -> Iterator[str]:
        """The change as text: `+ user claire@...`, `~ flow reception`, and a line for each field that changed."""
        sign = {"added": "+", "changed": "~", "moved": "=", "removed": "-"}[self.what]
        yield f"{sign} {self.kind} {self.name}".rstrip()
        if self.before is not None and self.after is not None:
            for path, old, new in fields(self.before, self.after):
                yield f"    {path}: {' -> '.join(_beside(old, new))}"


_NOTHING = object()


def same(one: Any, other: Any) -> bool:
    """Whether two documents are the same, the order of their keys included: people read their files."""
    return json.dumps(one) == json.dumps(other)


def compare(
    kind: str, before: Mapping[str, tuple[int, Document]], after: Mapping[str, tuple[int, Document]]
) -> Iterator[Change]:
    """The changes that lead from one collection, `{name: (position, document)}`, to another."""
    for name, (position, doc) in after.items():
        old_position, old = before.get(name, (position, None))
        if old is None:
            yield Change(kind, name, "added", None, doc, position)
        elif not same(old, doc):
            yield Change(kind, name, "changed", old, doc, position)
        elif old_position != position:
            yield Change(kind, name, "moved", old, doc, position)
    for name, (position, doc) in before.items():
        if name not in after:
            yield Change(kind, name, "removed", doc, None, position)


def hidden(kind: str, name: str, before: str, after: str) -> Iterator[Change]:
    """The change of a value that is not shown: a password's digest, a sound's content."""
    if before != after:
        yield Change(kind, name, "changed" if before and after else ("removed" if before else "added"))


def fields(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The paths at which two values differ, with both values; a missing one is nothing at all."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        differing = [
            found
            for key in keys
            for found in fields(before.get(key, _NOTHING), after.get(key, _NOTHING), f"{path}.{key}".removeprefix("."))
        ]
        if not differing and list(before) != list(after):
            differing = [(f"{path}.(order)".removeprefix("."), list(before), list(after))]
        yield from differing
    elif isinstance(before, list) and isinstance(after, list) and max(len(_text(before)), len(_text(after))) > LONGEST:
        yield from _of_lists(before, after, path)
    elif before is _NOTHING or after is _NOTHING or not same(before, after):
        yield path, before, after


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    """What differs between two long lists: what is the same at both ends is left out, the rest stands in pairs."""
    one, other = [_text(value) for value in before], [_text(value) for value in after]
    start = len(commonprefix([one, other]))
    end = len(commonprefix([one[start:][::-1], other[start:][::-1]]))
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index, (left, right) in enumerate(zip_longest(old, new, fillvalue=_NOTHING), start):
        yield from fields(left, right, f"{path}[{index}]")


def _beside(old: Any, new: Any) -> tuple[str, str]:
    """Two values as text. Long ones that begin alike are shown from shortly before they differ."""
    one, other = _shown(old), _shown(new)
    same = len(commonprefix([one, other]))
    if same <= CONTEXT or max(len(one), len(other)) <= LONGEST:
        return _cut(one), _cut(other)
    return _cut("…" + one[same - CONTEXT :]), _cut("…" + other[same - CONTEXT :])


def _shown(value: Any) -> str:
    return "(nothing)" if value is _NOTHING else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
