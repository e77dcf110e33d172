"""A call for the prompter, made by tests: what is said, word by word, with times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from speech.hints import Card, Checklists, Happened, Prompter, Rules, Said, Tick, Told, Withdrawn, Word

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def rule(name: str = "rule", /, **doc: Any) -> dict[str, Any]:
    """A rule's document; `said` is short for a trigger of French phrases."""
    said = doc.pop("said", None)
    if said is not None:
        doc["when"] = {"said": {"phrases": {"fr": [said] if isinstance(said, str) else said}}}
    return {"name": name, "title": {"fr": name}, **doc}


def words(text: str, start: float = 0.0, each: float = 0.3, gap: float = 0.1) -> tuple[Word, ...]:
    """The words of a text, one after the other."""
    return tuple(
        Word(word, start + index * (each + gap), start + index * (each + gap) + each)
        for index, word in enumerate(text.split())
    )


class Talk:
    """A prompter and its clock: `customer("...")` says something, `partial=True` as it is understood so far."""

    def __init__(self, *rules: dict[str, Any], checklists: Sequence[dict[str, Any]] = (), **more: Any) -> None:
        loaded, lists = Rules.load(rules), Checklists.load(checklists)
        assert (loaded.problems, lists.problems) == ((), ())
        self.prompter = Prompter(loaded, lists, **({"languages": ("fr",), "started": NOW} | more))
        self.now = 0.0
        self.told: list[Told] = []

    def say(self, side: str, text: str, partial: bool = False, at: float | None = None) -> list[Told]:
        """What comes of it. Without a time it takes a second."""
        start = self.now
        self.now = at if at is not None else self.now + 1.0
        spoken = words(text, min(start, self.now))
        return self._keep(self.prompter.hear(Said(side, text, spoken, not partial, self.now)))

    def customer(self, text: str, **more: Any) -> list[Told]:
        return self.say("customer", text, **more)

    def agent(self, text: str, **more: Any) -> list[Told]:
        return self.say("agent", text, **more)

    def event(self, kind: str, at: float | None = None, **values: Any) -> list[Told]:
        self.now = self.now if at is None else at
        return self._keep(self.prompter.event(Happened(kind, self.now, values)))

    def wait(self, until: float) -> list[Told]:
        """Let time pass, a tick each half second."""
        found: list[Told] = []
        while self.now < until:
            self.now = min(until, self.now + 0.5)
            found += self._keep(self.prompter.tick(self.now))
        return found

    def _keep(self, told: list[Told]) -> list[Told]:
        self.told += told
        return told


def cards(told: Sequence[Told]) -> list[str]:
    """The rules whose cards were shown."""
    return [one.rule for one in told if isinstance(one, Card)]


def ticks(told: Sequence[Told]) -> list[str]:
    """The steps that were ticked."""
    return [one.step for one in told if isinstance(one, Tick)]


def withdrawn(told: Sequence[Told]) -> list[tuple[str, str]]:
    """The rules whose words were not there in the end, and why."""
    return [(one.rule, one.reason) for one in told if isinstance(one, Withdrawn)]
