"""The dialplan: which applications a dialled number runs, in which context.

Extensions are tried in order, as mod_dialplan_xml does it: the first that matches gives the route its name, and the
search goes on behind it only if the extension says so. The product's own dialplan is in `loop.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from controller.virtual.state import Action, Route, State

__all__ = ["Action", "Dialplan", "Extension", "Route"]


@dataclass(frozen=True)
class Extension:
    """Numbers that match `pattern` run `actions`: a list, or a function of the channel that yields one.

    `context` is the one it belongs to ("": any). `when` is asked besides; with `goes_on` the extensions behind it are
    looked at too.
    """

    pattern: str
    actions: Sequence[Action] | Callable[[State], Sequence[Action]]
    context: str = ""
    name: str = ""
    when: Callable[[State], bool] | None = None
    goes_on: bool = False

    def match(self, channel: State) -> re.Match[str] | None:
        if self.context not in ("", channel.profile.get("Context")):
            return None
        found = re.search(self.pattern, channel.profile.get("Destination-Number", ""))
        return found if found and (self.when is None or self.when(channel)) else None


@dataclass
class Dialplan:
    extensions: list[Extension] = field(default_factory=list)

    def route(self, channel: State) -> Route | None:
        """None if no extension matches."""
        dialled = channel.profile.get("Destination-Number", "")
        name, matched = "", False
        actions: list[Action] = []
        for extension in self.extensions:
            if not (found := extension.match(channel)):
                continue
            channel.variables["variable_DP_MATCH"] = [dialled, *(found.groups() or (dialled,))]
            name = name if matched else extension.name
            matched = True
            actions += extension.actions(channel) if callable(extension.actions) else extension.actions
            if not extension.goes_on:
                break
        return Route(name, dialled, tuple(actions)) if matched else None
