"""One call's prompter: hears both sides and what happens, and tells which cards to show. The clock is its inputs'."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from speech.prompter.cards import compose
from speech.prompter.facts import Facts
from speech.prompter.heard import SIDES, Happened, Said, Told, Why, Withdrawn, Word
from speech.prompter.lasting import Lasting, happened_now
from speech.prompter.limits import Limits
from speech.prompter.phrases import Match
from speech.prompter.progress import Standing
from speech.prompter.rules import Checklists, Rules
from speech.prompter.sides import Sides
from speech.prompter.ticking import Ticking
from speech.prompter.utterance import Utterance

Due = tuple[int, Why]


class Prompter:
    """Deterministic: the same inputs give the same cards. What it remembers of a call is bounded, however long.

    `languages` are spoken in the call; cards are written in the first that they have. `started` is when the call began,
    in the subscriber's zone: its date decides which rules are valid. `facts` are known from the start (caller, called,
    agent, queue, direction). `budget` is the most cards in any minute for each audience. `dropped` counts what it kept
    back. `memory` is what another prompter of this call remembered (see `memory()`), where this one takes over.
    """

    def __init__(
        self,
        rules: Rules,
        checklists: Checklists,
        *,
        languages: Sequence[str],
        started: datetime,
        facts: Mapping[str, Any] | None = None,
        budget: int = 6,
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        self._rules = rules
        self._languages = tuple(languages) or ("en",)
        self._facts = Facts(facts or {})
        self._limits = Limits(budget)
        self._sides = Sides()
        self._lasting = Lasting(rules, self._sides)
        self._utterances = {side: Utterance(side) for side in SIDES}
        self._ticking = Ticking(checklists, self._languages, self._facts)
        self._open = [self._is_open(rule.doc, started.date().isoformat()) for rule in rules.rules]
        self._denied: dict[int, float] = {}  # rule -> when words were heard that keep it from firing
        self._said: dict[int, tuple[str, int, int]] = {}  # rule -> where the words stand that it would miss
        self._now = 0.0
        self._cards = 0
        self.dropped = 0
        if memory:
            self._recall(memory)

    def hear(self, said: Said) -> list[Told]:
        """Take up what a side says, partial or final: an utterance's partials, then its final, side by side."""
        if said.side not in SIDES:
            return []
        now = self._moment(said.at)
        words, utterance = _words(said, now), self._utterances[said.side]
        language = said.language if said.language in self._languages else self._languages[0]
        self._lasting.heard(now)
        fresh = utterance.hear(words, language, self._rules.book(language))
        self._sides.say(said.side, words, said.final)
        self._remember(utterance, now)
        due = [(index, why) for match in fresh for index, why in self._due(utterance, match, now)]
        told = self._show([*due, *self._lasting.due(now)], now, utterance)
        if said.final:
            told += self._settle(utterance, said.text, now)
            told += self._ticking.hear(utterance, language, now)
            utterance.finish()
        return told

    def event(self, happened: Happened) -> list[Told]:
        """Take up something that happened to the call."""
        now = self._moment(happened.at)
        self._facts.learn(happened)
        if happened.kind in ("voice", "quiet") and happened.values.get("side") in SIDES:
            self._sides.sound(happened.values["side"], happened.kind == "voice", now)
        self._begin_waiting(happened, now)
        if happened.kind == "ticked":
            return self._ticking.by_hand(happened, now)
        return self._show([*happened_now(self._rules, happened), *self._lasting.due(now)], now)

    def tick(self, now: float) -> list[Told]:
        """Let time pass: a few times a second is enough."""
        now = self._moment(now)
        return self._show(self._lasting.due(now), now)

    def standing(self) -> list[Standing]:
        """How the checklists of this call stand."""
        return self._ticking.standing()

    def memory(self) -> dict[str, Any]:
        """What must outlive this prompter, as JSON: so that another shows no card and ticks no step once more."""
        rules = self._rules.rules
        return {
            "at": self._now,
            "cards": self._cards,
            "utterances": {side: utterance.number for side, utterance in self._utterances.items()},
            "shown": {rules[index].name: at for index, at in self._limits.last.items()},
            "ticked": self._ticking.memory(),
        }

    def _recall(self, memory: Mapping[str, Any]) -> None:
        """Take up what was remembered; rules and steps that are no more are let go."""
        self._now, self._cards = float(memory.get("at", 0.0)), int(memory.get("cards", 0))
        for side, number in memory.get("utterances", {}).items():
            if side in self._utterances:
                self._utterances[side].number = int(number)
        shown = memory.get("shown", {})
        for index, rule in enumerate(self._rules.rules):
            if rule.name in shown:
                self._limits.count(index, rule.doc, float(shown[rule.name]))
        self._ticking.recall(memory.get("ticked", {}))

    def _moment(self, at: float) -> float:
        """A time that never goes back."""
        if math.isfinite(at):
            self._now = max(self._now, at)
        return self._now

    def _is_open(self, rule: Any, today: str) -> bool:
        spoken = not rule.languages or any(language in rule.languages for language in self._languages)
        return bool(rule.active and spoken and (rule.from_ or today) <= today and today <= (rule.until or today))

    def _begin_waiting(self, happened: Happened, now: float) -> None:
        """Words that are to follow an event: those said before it do not count, but a greeting may be quicker heard."""
        if happened.kind != "answer":
            for index in list(self._said):
                absent = self._rules.rules[index].doc.when.absent
                if absent and absent.within and absent.after == happened.kind:
                    del self._said[index]
        self._lasting.event(happened, now)
        for index in self._said:
            self._lasting.said(index)

    # --- words -----------------------------------------------------------------------------------------------------

    def _remember(self, utterance: Utterance, now: float) -> None:
        """Words that keep a rule from firing, and words that a rule would miss: before anything fires."""
        for match in utterance.matches:
            purpose, index, by = _owner(match)
            if by not in ("either", utterance.side):
                continue
            if purpose == "unless":
                self._denied[index] = now
            elif purpose == "absent":
                self._said.setdefault(index, (utterance.side, utterance.number, match.first))
                self._lasting.said(index)

    def _due(self, utterance: Utterance, match: Match, now: float) -> Iterable[Due]:
        purpose, index, by = _owner(match)
        if by not in ("either", utterance.side) or purpose not in ("said", "before"):
            return
        if purpose == "before" and self._was_said(index, utterance, match):
            return
        if not self._is_denied(index, utterance, now):
            kind = "said" if purpose == "said" else "absent"
            yield index, Why(kind, match.wanted.text, utterance.seen(match))

    def _was_said(self, index: int, utterance: Utterance, match: Match) -> bool:
        said = self._said.get(index)
        if said is None:
            return False
        side, number, first = said
        return (side, number) != (utterance.side, utterance.number) or first <= match.first

    def _is_denied(self, index: int, utterance: Utterance, now: float) -> bool:
        unless = self._rules.rules[index].doc.unless
        if unless is None or index not in self._denied:
            return False
        if unless.within and now - self._denied[index] <= unless.within:
            return True
        return self._is_denied_here(index, utterance)

    def _is_denied_here(self, index: int, utterance: Utterance) -> bool:
        owners = (_owner(match) for match in utterance.matches)
        return any(
            purpose == "unless" and whose == index and by in ("either", utterance.side) for purpose, whose, by in owners
        )

    def _settle(self, utterance: Utterance, text: str, now: float) -> list[Told]:
        """What was shown for words that the final does not hold, or that it takes back."""
        told: list[Told] = []
        found = {_owner(match)[1] for match in utterance.matches if _owner(match)[0] in ("said", "before")}
        for index, card in utterance.shown.items():
            name = self._rules.rules[index].name
            if index not in found:
                told.append(Withdrawn(card, name, "misheard", text, now))
            elif self._is_denied_here(index, utterance):
                told.append(Withdrawn(card, name, "unless", text, now))
        return told

    # --- cards -----------------------------------------------------------------------------------------------------

    def _show(self, due: Iterable[Due], now: float, utterance: Utterance | None = None) -> list[Told]:
        """Show what may be shown, the most important first."""
        rules = self._rules.rules
        told: list[Told] = []
        for index, why in sorted(due, key=lambda one: (-rules[one[0]].doc.priority, one[0])):
            rule = rules[index].doc
            if not self._open[index] or not self._facts.fit(rule.only):
                continue
            if why.seen is not None and utterance is not None and index in utterance.shown:
                continue
            refusal = self._limits.refuse(index, rule, now)
            if refusal:
                if refusal != "budget":
                    self._lasting.shown(index)
                elif why.seen is not None:  # what lasts comes again by itself
                    self.dropped += 1
                continue
            self._limits.count(index, rule, now)
            self._lasting.shown(index)
            self._cards += 1
            if why.seen is not None and utterance is not None:
                utterance.shown[index] = self._cards
            told.append(compose(rule, self._cards, why, now, self._languages, self._facts.values))
        return told


def _words(said: Said, now: float) -> list[Word]:
    """The words of an utterance, each with times that can be reckoned with."""
    given = said.words or tuple(Word(word, now, now) for word in said.text.split())
    return [word if 0 <= word.start <= word.end < math.inf else Word(word.word, *_times(word, now)) for word in given]


def _times(word: Word, now: float) -> tuple[float, float]:
    start = word.start if 0 <= word.start < math.inf else now
    return start, word.end if start <= word.end < math.inf else start


def _owner(match: Match) -> tuple[str, int, str]:
    owner: Any = match.wanted.owner
    return owner  # type: ignore[no-any-return]
