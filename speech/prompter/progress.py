"""A checklist in a call: what was done of it, and how much that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conf.prompter.documents import Checklist
from speech.prompter.heard import Seen, Tick

EARLY = 0.5  # what a step counts that came before its turn


@dataclass(frozen=True)
class StepDone:
    """A step of a checklist; `at` is None while it is to be done."""

    name: str
    title: dict[str, str]
    optional: bool
    at: float | None
    in_order: bool


@dataclass(frozen=True)
class Standing:
    """How a checklist stands. `adherence` is 0 to 1: the share of its steps, by weight, optional ones aside."""

    checklist: str
    title: dict[str, str]
    adherence: float
    steps: tuple[StepDone, ...]


class Progress:
    """One checklist in one call."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self._done: dict[int, tuple[float, bool]] = {}

    def tick(self, place: int, at: float, seen: Seen | None = None) -> Tick | None:
        """A step was done; None when it was done before."""
        if place in self._done:
            return None
        steps = self.checklist.steps
        before = (index for index in range(place) if not steps[index].optional)
        in_order = not self.checklist.ordered or all(index in self._done for index in before)
        self._done[place] = (at, in_order)
        return Tick(self.checklist.name, steps[place].name, at, in_order, self.adherence(), seen)

    def place(self, step: str) -> int | None:
        """The place of a step of a name."""
        return next((index for index, one in enumerate(self.checklist.steps) if one.name == step), None)

    def adherence(self) -> float:
        """0 to 1; 1 where every step is optional."""
        needed = [(index, step.weight) for index, step in enumerate(self.checklist.steps) if not step.optional]
        whole = sum(weight for _, weight in needed)
        done = sum(weight * (1.0 if self._done[index][1] else EARLY) for index, weight in needed if index in self._done)
        return done / whole if whole else 1.0

    def memory(self) -> dict[str, list[Any]]:
        """The steps that are done, by name: when, and whether in order."""
        return {self.checklist.steps[place].name: list(done) for place, done in self._done.items()}

    def recall(self, memory: Mapping[str, Sequence[Any]]) -> None:
        """Take up the steps that another one ticked."""
        for step, (at, in_order) in memory.items():
            place = self.place(step)
            if place is not None:
                self._done[place] = (float(at), bool(in_order))

    def standing(self) -> Standing:
        """How it stands now."""
        steps = tuple(
            StepDone(step.name, dict(step.title), step.optional, *self._done.get(index, (None, True)))
            for index, step in enumerate(self.checklist.steps)
        )
        return Standing(self.checklist.name, dict(self.checklist.title), self.adherence(), steps)
