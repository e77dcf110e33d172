"""What is known of a call: its number, its queue, the attributes of its customer. Rules ask it, cards quote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conf.prompter.documents import Event, Only
from speech.prompter.heard import Happened

MOST = 200  # facts
LONGEST = 500  # characters of one
# The value of each kind of event that has one; it is a fact under its kind's name from then on.
VALUE = {
    "key": "key",
    "node": "node",
    "queue": "queue",
    "called": "number",
    "caller": "number",
    "direction": "direction",
    "transfer": "to",
}


class Facts:
    """`values` are what cards may quote: `{{called}}`, `{{queue}}`, and an attribute by its name."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.values: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        for name, value in given.items():
            self._keep(self.values, name, value)

    def learn(self, happened: Happened) -> None:
        """Take up what an event tells."""
        if happened.kind == "attribute":
            name, value = happened.values.get("name", ""), happened.values.get("value", "")
            self._keep(self._attributes, name, value)
            if name not in VALUE:  # the customer's record does not overwrite the call
                self._keep(self.values, name, value)
        elif happened.kind in VALUE:
            self._keep(self.values, happened.kind, happened.values.get(VALUE[happened.kind], ""))

    def fit(self, only: Only) -> bool:
        """Whether a rule's conditions are met."""
        named = (
            (only.called, self.values.get("called", "")),
            (only.queues, self.values.get("queue", "")),
            (only.nodes, self.values.get("node", "")),
            (only.directions, self.values.get("direction", "")),
            *((patterns, self._attributes.get(name, "")) for name, patterns in only.attributes.items()),
        )
        return all(not patterns or any(fits(pattern, value) for pattern in patterns) for patterns, value in named)

    @staticmethod
    def _keep(values: dict[str, str], name: Any, value: Any) -> None:
        name = str(name)[:LONGEST]
        if name in values or len(values) < MOST:
            values[name] = str(value)[:LONGEST]


def is_meant(wanted: Event, happened: Happened) -> str | None:
    """The value of an event that a rule waits for ("" where it has none); None when it is another one."""
    if wanted.kind != happened.kind:
        return None
    if wanted.kind == "attribute":
        value = str(happened.values.get("value", ""))
        return value if wanted.name == happened.values.get("name") and fits(wanted.is_ or "*", value) else None
    value = str(happened.values.get(VALUE.get(wanted.kind, ""), ""))
    return value if not wanted.is_ or fits(wanted.is_, value) else None


def fits(pattern: str, value: str) -> bool:
    """Whether a value is a pattern's, in any spelling; `*` at its end stands for any rest."""
    pattern, value = pattern.casefold(), value.casefold()
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
