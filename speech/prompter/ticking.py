"""The checklists of one call: they tick themselves by what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speech.prompter.facts import Facts
from speech.prompter.heard import Happened, Told
from speech.prompter.phrases import Match
from speech.prompter.progress import Progress, Standing
from speech.prompter.rules import Checklists
from speech.prompter.utterance import Utterance


class Ticking:
    """Only finals tick: a step cannot be taken back. The agent's hand ticks too."""

    def __init__(self, checklists: Checklists, languages: Sequence[str], facts: Facts) -> None:
        self._checklists = checklists
        self._languages = languages
        self._facts = facts
        self._progress = [Progress(checklist) for checklist in checklists.checklists]

    def hear(self, utterance: Utterance, language: str, now: float) -> list[Told]:
        """The steps that an utterance does, in the order in which they were said."""
        told: list[Told] = []
        found = self._checklists.book(language).find(utterance.tokens, 0)
        for match in sorted(found, key=_place):
            owner: Any = match.wanted.owner
            index, place, by = owner
            progress = self._progress[index]
            if by in ("either", utterance.side) and self._counts(progress):
                done = progress.tick(place, now, utterance.seen(match))
                told += [done] if done else []
        return told

    def by_hand(self, happened: Happened, now: float) -> list[Told]:
        """The step that the agent ticked."""
        for progress in self._progress:
            place = progress.place(str(happened.values.get("step", "")))
            if progress.checklist.name == happened.values.get("checklist") and place is not None:
                done = progress.tick(place, now)
                return [done] if done else []
        return []

    def standing(self) -> list[Standing]:
        """How the checklists that count in this call stand."""
        return [progress.standing() for progress in self._progress if self._counts(progress)]

    def memory(self) -> dict[str, Any]:
        """The steps that are done, by checklist."""
        return {progress.checklist.name: done for progress in self._progress if (done := progress.memory())}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Take up what another one remembered."""
        for progress in self._progress:
            progress.recall(memory.get(progress.checklist.name, {}))

    def _counts(self, progress: Progress) -> bool:
        checklist = progress.checklist
        spoken = not checklist.languages or any(language in checklist.languages for language in self._languages)
        return checklist.active and spoken and self._facts.fit(checklist.only)


def _place(match: Match) -> tuple[int, Any]:
    return match.first, match.wanted.owner
