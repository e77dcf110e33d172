"""Commands and results as JSON and back, strictly. What has its default value is left out: checkpoints are small."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from controller.flow import commands
from controller.flow.commands import Command, HungUp, Result

_PARTS = (commands.Phrase, commands.Prompt, commands.Extension, commands.External)


def tag(kind: type[Any]) -> str:
    """Name a class in JSON: CheckHours is `check_hours`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


KINDS: dict[str, type[Any]] = {tag(kind): kind for kind in (*get_args(Command), *get_args(Result), *_PARTS)}


HINTS: dict[str, dict[str, Any]] = {
    name: {field.name: get_type_hints(kind)[field.name] for field in fields(kind) if field.compare}
    for name, kind in KINDS.items()
}


class Unreadable(ValueError):
    """JSON that is no command and no result; says where and why."""


def dump(value: Command | Result | HungUp) -> dict[str, Any]:
    """Write a command, a result or a hang-up as JSON data; `type` says which."""
    if isinstance(value, HungUp):
        return {"type": "hung_up", "cause": value.cause}
    written = _written(value)
    assert isinstance(written, dict)
    return written


def load(data: object) -> Command | Result:
    """Read a command or a result. Raises Unreadable for anything else, unknown fields and wrong types."""
    kinds = {*get_args(Command), *get_args(Result)}
    return _tagged(data, kinds, "")  # type: ignore[no-any-return]


def load_event(data: object) -> Result | HungUp:
    """Read what a walk hears: a result or a hang-up."""
    if isinstance(data, Mapping) and data.get("type") == "hung_up":
        if set(data) - {"type", "cause"} or not isinstance(data.get("cause", ""), str):
            raise Unreadable("hung_up: only a cause, a text")
        return HungUp(data.get("cause", ""))
    return _tagged(data, set(get_args(Result)), "")  # type: ignore[no-any-return]


def _written(value: Any) -> Any:
    if is_dataclass(value):
        told = {
            field.name: _written(getattr(value, field.name))
            for field in fields(value)
            if field.compare and (field.default is MISSING or getattr(value, field.name) != field.default)
        }
        return {"type": tag(type(value)), **told}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return value


def _tagged(data: object, allowed: set[type[Any]], where: str) -> Any:
    kind = KINDS.get(str(data.get("type"))) if isinstance(data, Mapping) else None
    if kind is None or kind not in allowed:
        raise Unreadable(f"{where or 'message'}: one of {', '.join(sorted(map(tag, allowed)))} is expected")
    assert isinstance(data, Mapping)
    hints = HINTS[tag(kind)]
    unknown = set(data) - {"type", *hints}
    if unknown:
        raise Unreadable(f"{where}{tag(kind)}: unknown {', '.join(sorted(map(str, unknown)))}")
    place = f"{where}{tag(kind)}."
    given = {name: _read(data[name], hint, place + name) for name, hint in hints.items() if name in data}
    try:
        return kind(**given)
    except TypeError as missing:
        raise Unreadable(f"{where}{tag(kind)}: {missing}") from None


def _read(value: object, hint: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if not isinstance(value, str) or value not in arguments:
            raise Unreadable(f"{where}: one of {', '.join(map(str, arguments))} is expected")
        return value
    if origin is tuple:
        return _read_tuple(value, arguments, where)
    if origin in (Union, UnionType):
        if type(None) in arguments:
            return None if value is None else _read(value, next(a for a in arguments if a is not type(None)), where)
        return _tagged(value, set(arguments), where + " ")
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise Unreadable(f"{where}: {hint.__name__} is expected")
    return value


def _read_tuple(value: object, arguments: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise Unreadable(f"{where}: a list is expected")
    if arguments[-1:] == (Ellipsis,):
        return tuple(_read(item, arguments[0], where) for item in value)
    if len(value) != len(arguments):
        raise Unreadable(f"{where}: {len(arguments)} items are expected")
    return tuple(_read(item, hint, where) for item, hint in zip(value, arguments, strict=True))
