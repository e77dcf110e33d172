"""YAML that people wrote: read safely, with the line of every value. Text stays text.

A narrow YAML: `no`, `on`, `12:30`, `2026-12-24` and `0123` are text here, not booleans, numbers or dates; only `true`,
`false`, `null` and plain numbers are more than text. Anchors and tags are refused, and so are keys given twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

from conf.problems import N_, Problem, Wrong

LARGEST = 2_000_000  # bytes of one file
DEEPEST = 40  # levels of one value

Path_ = tuple[str | int, ...]

_BOOL = re.compile(r"true|false")
_INT = re.compile(r"-?(0|[1-9][0-9]{0,30})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,30})\.[0-9]{1,30}(e[-+][0-9]{1,3})?")
_NULL = re.compile(r"null|~|")
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_TAG = "tag:yaml.org,2002:"


class _Resolver(BaseResolver):
    """Which plain scalars are more than text."""


for _name, _pattern, _firsts in (
    ("bool", _BOOL, "tf"),
    ("float", _FLOAT, "-0123456789"),
    ("int", _INT, "-0123456789"),
    ("null", _NULL, ["n", "~", ""]),
):
    _Resolver.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern.pattern})\Z"), list(_firsts))


class _Composer(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer, _Resolver):
    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)
        yaml.composer.Composer.__init__(self)
        _Resolver.__init__(self)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):  # ten lines of aliases can stand for a billion values
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not known here", mark)
        return super().compose_node(parent, index)


@dataclass
class Source:
    """One file: its value, and the line of each path inside it."""

    file: str
    value: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def place(self, path: Path_) -> str:
        """A path's file and line; the file alone when nothing is known of its lines."""
        return f"{self.file}:{self.line(path)}" if self.lines else self.file

    def problem(self, path: Path_, wrong: Problem) -> Problem:
        """A problem at a path of this file."""
        return wrong.at(file=self.file, line=self.line(path), field=dotted(path))


def dotted(path: Path_) -> str:
    """A path as people read it: `forward.busy.to`, `entries[2].number`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read(path: Path, name: str) -> Source:
    """Read a file; `name` is what problems call it. What is wrong is in `problems`, and the rest is still read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        unreadable = Problem("unreadable", N_("the file cannot be read: {reason}"), {"reason": reason})
        return Source(name, problems=[unreadable.at(file=name)])
    return read_content(content, name)


def read_content(content: bytes, name: str) -> Source:
    """Read the content of a file, as `read` does."""
    source = Source(name)
    try:
        if len(content) > LARGEST:
            raise Wrong("too_large", N_("the file is larger than {limit} bytes"), limit=LARGEST)
        source.value = _value(_compose(content), source, ())
    except Wrong as wrong:
        source.problems.append(source.problem((), wrong.problem).at(line=wrong.problem.line or 1))
    return source


def _compose(content: bytes) -> Node | None:
    try:
        return _Composer(content.decode("utf-8-sig")).get_single_node()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Misplaced(line, "not_utf8", N_("the file is not UTF-8")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise _Misplaced(mark.line + 1 if mark else 1, "not_yaml", N_("is not YAML: {reason}"), reason=reason) from None
    except yaml.YAMLError as error:
        raise Wrong("not_yaml", N_("is not YAML: {reason}"), reason=str(error).splitlines()[0]) from None
    except RecursionError:
        raise Wrong("too_deep", N_("is nested deeper than {limit} levels"), limit=DEEPEST) from None


class _Misplaced(Wrong):
    def __init__(self, line: int, code: str, message: str, **fields: Any) -> None:
        super().__init__(code, message, **fields)
        self.problem = self.problem.at(line=line)


def _value(node: Node | None, source: Source, path: Path_) -> Any:
    if node is None:
        return None
    source.lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > DEEPEST:
        return _refuse(source, path, "too_deep", N_("is nested deeper than {limit} levels"), limit=DEEPEST)
    if not isinstance(node, ScalarNode) and node.tag not in (_TAG + "map", _TAG + "seq"):
        return _refuse(source, path, "tag", N_("tags such as {tag} are not known here"), tag=node.tag)
    if isinstance(node, MappingNode):
        return _mapping(node, source, path)
    if isinstance(node, SequenceNode):
        return [_value(item, source, (*path, index)) for index, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, source, path)


def _mapping(node: MappingNode, source: Source, path: Path_) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or key.tag != _TAG + "str":
            at = (*path, str(key.value)) if isinstance(key, ScalarNode) else path
            source.lines[at] = key.start_mark.line + 1
            _refuse(source, at, "key_not_text", N_("a key must be text: put it in quotes"))
            continue
        inside = (*path, key.value)
        if key.value in found:
            first = source.line(inside)
            source.lines[inside] = key.start_mark.line + 1
            _refuse(source, inside, "given_twice", N_("is given twice, first in line {first}"), first=first)
            continue
        source.lines[inside] = key.start_mark.line + 1
        found[key.value] = _value(value, source, inside)
    return found


def _scalar(node: ScalarNode, source: Source, path: Path_) -> Any:
    text, kind = node.value, node.tag.removeprefix(_TAG)
    if kind == "str":
        if UNSTORABLE.search(text):
            return _refuse(source, path, "unstorable", N_("holds a control character"))
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text == "true"
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    return _refuse(source, path, "tag", N_("tags such as {tag} are not known here"), tag=node.tag)


def _refuse(source: Source, path: Path_, code: str, message: str, **fields: Any) -> None:
    source.problems.append(source.problem(path, Problem(code, message, fields)))
