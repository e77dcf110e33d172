"""What must outlive a controller of a call that is listened to: one channel variable, bounded, without content.

It tells when which rule was shown and which step was ticked, by short hashes of their names: a rule's name may say what
a call is about, and every event of the channel, and FreeSWITCH's own account of the call, repeat the variable. Nothing
that anybody said is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from speech.hints import Checklists, Rules

FORMAT = 1
MOST = 80  # rules that were shown, and steps that were ticked: the last ones
LIMIT = 4096  # bytes


@dataclass(frozen=True)
class Memory:
    """`started` is when the call began to be listened to, in epoch seconds; `direction` and `number` are those by
    which that was decided; `left` is who is at the channel, customer or agent. The rest is the prompter's: see
    `speech.hints.Prompter.memory`.
    """

    started: float
    direction: str
    number: str
    left: str
    held: bool = False
    at: float = 0.0
    cards: int = 0
    utterances: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, float] = field(default_factory=dict)  # hash of a rule: when
    ticked: Mapping[str, tuple[float, bool]] = field(default_factory=dict)  # hash of a step: when, whether in order

    def remember(self, told: Mapping[str, Any]) -> Memory:
        """The same call, with what a prompter remembers now."""
        ticked = {
            short(checklist, step): (round(float(done[0]), 1), bool(done[1]))
            for checklist, steps in told.get("ticked", {}).items()
            for step, done in steps.items()
        }
        shown = {short(rule): round(float(at), 1) for rule, at in told.get("shown", {}).items()}
        return Memory(
            self.started,
            self.direction,
            self.number,
            self.left,
            self.held,
            round(float(told["at"]), 1),
            int(told["cards"]),
            dict(told["utterances"]),
            _last(shown, lambda at: at),
            _last(ticked, lambda done: done[0]),
        )

    def recalled(self, rules: Rules, checklists: Checklists) -> dict[str, Any]:
        """As a prompter with these rules and checklists takes it up; what is no more is let go."""
        names = {short(rule.name): rule.name for rule in rules.rules}
        ticked: dict[str, dict[str, list[Any]]] = {}
        for checklist in checklists.checklists:
            for step in checklist.steps:
                if done := self.ticked.get(short(checklist.name, step.name)):
                    ticked.setdefault(checklist.name, {})[step.name] = list(done)
        return {
            "at": self.at,
            "cards": self.cards,
            "utterances": dict(self.utterances),
            "shown": {names[key]: at for key, at in self.shown.items() if key in names},
            "ticked": ticked,
        }

    def dump(self) -> str:
        """The variable's value: never longer than `LIMIT`."""
        head = [FORMAT, self.started, self.direction, self.number, self.left]
        sides = [self.utterances.get("customer", 0), self.utterances.get("agent", 0)]
        text = orjson.dumps([*head, self.held, self.at, self.cards, sides, self.shown, self.ticked])
        # FreeSWITCH does not encode a %22 anew.
        return text.replace(b"%", b"\\u0025").decode() if len(text) <= LIMIT else ""


def read(text: str) -> Memory | None:
    """Read the variable; None when there is none, or of a format that this version does not know."""
    try:
        parts = orjson.loads(text)
        if not isinstance(parts, list) or parts[0] != FORMAT or len(parts) != 11:
            return None
        _, started, direction, number, left, held, at, cards, (customer, agent), shown, ticked = parts
        return Memory(
            float(started),
            str(direction),
            str(number),
            "agent" if left == "agent" else "customer",
            bool(held),
            float(at),
            int(cards),
            {"customer": int(customer), "agent": int(agent)},
            {str(key): float(when) for key, when in shown.items()},
            {str(key): (float(done[0]), bool(done[1])) for key, done in ticked.items()},
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def short(*names: str) -> str:
    """A name, or several, as 8 hexadecimal digits."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:8]


def _last(found: Mapping[str, Any], when: Any) -> dict[str, Any]:
    newest: Iterable[str] = sorted(found, key=lambda key: when(found[key]))[-MOST:]
    return {key: found[key] for key in newest}
