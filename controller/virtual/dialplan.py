"""The dialplan: which applications a dialled number runs. The default hands every call to the controller and survives
its death.

`safe` is the shape that keeps calls when a controller is killed (recorded in 05_safe_*, 05_close_without_hangup; with
the very same actions seen on 1.11.1, transcript real_originate): offer, and when the socket ends without a
hang-up note it, wait a second, offer again. It is bounded: after a minute nobody could take the call, an unanswered
one is refused, an answered one hears the fallback.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from controller.virtual.state import State

Action = tuple[str, str]
NUMBER = r"^\+?[0-9*#]{1,32}$"


@dataclass(frozen=True)
class Extension:
    """Numbers that match `pattern` run `actions`: a list, or a function of the channel that yields one."""

    pattern: str
    actions: Sequence[Action] | Callable[[State], Sequence[Action]]


@dataclass
class Dialplan:
    extensions: list[Extension] = field(default_factory=list)

    def actions(self, channel: State) -> list[Action] | None:
        """A fresh list of what the channel's extension runs, None if no extension matches."""
        dialled = channel.profile.get("Destination-Number", "")
        for extension in self.extensions:
            if found := re.search(extension.pattern, dialled):
                channel.variables["variable_DP_MATCH"] = [dialled, *(found.groups() or (dialled,))]
                actions = extension.actions
                return list(actions(channel) if callable(actions) else actions)
        return None


def safe(hosts: str, *, wait: float, bound: float, fallback: Sequence[Action]) -> Dialplan:
    """The product's dialplan. `hosts` is `host:port|host:port`; `wait` and `bound` are seconds."""

    def first(channel: State) -> list[Action]:
        origin = "phone" if channel.profile.get("Context") == "internal" else "trunk"
        return [
            ("set", "hangup_after_bridge=false"),
            ("set", "continue_on_fail=true"),
            ("set", "souffleur_dialled=${destination_number}"),
            ("set", f"souffleur_origin={channel.get('souffleur_origin') or origin}"),
            ("transfer", f"souffleur_again XML {channel.profile.get('Context', 'public')}"),
        ]

    def again(channel: State) -> list[Action]:
        now = channel.clock.now()
        channel.lost_since = now if channel.lost_since is None else channel.lost_since
        if now - channel.lost_since >= bound:
            return [*(fallback if channel.answered else ()), ("hangup", "NORMAL_TEMPORARY_FAILURE")]
        return [
            ("socket", f"{hosts} async full"),
            ("set", "controller_lost=true"),
            ("sleep", str(int(wait * 1000))),
            ("transfer", f"souffleur_again XML {channel.profile.get('Context', 'public')}"),
        ]

    return Dialplan([Extension("^souffleur_again$", again), Extension(NUMBER, first)])
