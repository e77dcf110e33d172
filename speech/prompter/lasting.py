"""Triggers that need no word: silence, cross-talk, a monologue, the rate of speech, a long hold, words not said."""

from __future__ import annotations

from collections.abc import Iterator

from conf.prompter.documents import Rule
from speech.prompter.facts import is_meant
from speech.prompter.heard import Happened, Why
from speech.prompter.rules import Rules
from speech.prompter.sides import Sides

LATE = 1.0  # seconds that words may still be on their way when a deadline passes: nobody is accused before
WAITS = 10.0  # seconds that a missed deadline waits for a place among the cards


class Lasting:
    """Watches what lasts. Each fires when it passes its bound, and again after it was below."""

    def __init__(self, rules: Rules, sides: Sides) -> None:
        self._rules = [rule.doc for rule in rules.rules]
        self._sides = sides
        self._watched = [index for index, rule in enumerate(rules.rules) if _lasts(rule.doc)]
        self._passed: set[int] = set()
        self._deadlines: dict[int, float] = {}
        self._held_since: float | None = None
        self._live = False

    def event(self, happened: Happened, now: float) -> None:
        """Take up what happened: the call is answered, held, over; sound begins, a deadline begins."""
        match happened.kind:
            case "answer":
                self._live = True
                self._sides.restart(now)
            case "hold":
                self._held_since = now if self._held_since is None else self._held_since
            case "unhold":
                self._held_since = None
                self._sides.restart(now)
            case "end":
                self._live, self._held_since = False, None
                self._deadlines.clear()
        for index, rule in enumerate(self._rules):
            if rule.when.absent and rule.when.absent.within and rule.when.absent.after == happened.kind:
                self._deadlines[index] = now + rule.when.absent.within + LATE

    def heard(self, now: float) -> None:
        """Somebody speaks: the call is alive, whether its answer was told or not."""
        if not self._live:
            self._live = True
            self._sides.restart(now)

    def said(self, index: int) -> None:
        """The words that a rule waits for were said."""
        self._deadlines.pop(index, None)

    def due(self, now: float) -> Iterator[tuple[int, Why]]:
        """The rules that are to fire now, each with why. One that could not be shown is named again: see `shown`."""
        for index, deadline in list(self._deadlines.items()):
            if now >= deadline:
                absent = self._rules[index].when.absent
                assert absent is not None
                yield index, Why("absent", seconds=absent.within or 0.0)
                if now >= deadline + WAITS:
                    self._deadlines.pop(index, None)
        for index in self._watched:
            why = self._measured(index, now)
            if why is None:
                self._passed.discard(index)
            elif index not in self._passed:
                yield index, why

    def shown(self, index: int) -> None:
        """A rule fired, or may not fire again soon: it is not named again for the same thing."""
        self._deadlines.pop(index, None)
        self._passed.add(index)

    def _measured(self, index: int, now: float) -> Why | None:
        """Why a rule is to fire; None while what it watches is below its bound."""
        when, held = self._rules[index].when, self._held_since is not None
        if when.event and self._held_since is not None and now - self._held_since >= (when.event.longer or 0.0):
            return Why("event", "hold", seconds=now - self._held_since)
        if not self._live or held:
            return None
        if when.silence and (seconds := self._sides.silence(now)) >= when.silence.longer:
            return Why("silence", seconds=seconds)
        if when.cross_talk and (seconds := self._sides.cross_talk()) >= when.cross_talk.longer:
            return Why("cross_talk", seconds=seconds)
        if when.monologue and (seconds := self._sides.monologue(when.monologue.by)) >= when.monologue.longer:
            return Why("monologue", seconds=seconds)
        if when.rate:
            above, below = when.rate.above, when.rate.below
            for rate in self._sides.rates(when.rate.by, when.rate.over):
                if (above and rate > above) or (below and rate < below):
                    return Why("rate", rate=rate)
        return None


def happened_now(rules: Rules, happened: Happened) -> Iterator[tuple[int, Why]]:
    """The rules that wait for this very event."""
    for index, rule in enumerate(rules.rules):
        wanted = rule.doc.when.event
        if wanted is not None and wanted.longer is None:
            value = is_meant(wanted, happened)
            if value is not None:
                yield index, Why("event", value or wanted.kind)


def _lasts(rule: Rule) -> bool:
    when = rule.when
    return bool(when.silence or when.cross_talk or when.monologue or when.rate or (when.event and when.event.longer))
