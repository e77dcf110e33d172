"""How often cards are shown: once a call, not again for a while, not too many a minute."""

from __future__ import annotations

from collections import deque
from typing import Literal

from conf.prompter.documents import Rule

MINUTE = 60.0
IMPORTANT = 70  # the priority from which a card may take the last place of a minute

Refusal = Literal["", "once", "cooldown", "budget"]


class Limits:
    """Remembers what was shown in one call. The agent and the supervisor have a budget each."""

    def __init__(self, budget: int) -> None:
        self._budget = max(1, budget)
        self.last: dict[int, float] = {}  # rule -> when its card was last shown
        self._shown: dict[str, deque[float]] = {}

    def refuse(self, index: int, rule: Rule, now: float) -> Refusal:
        """Why a rule may not show its card now; "" when it may."""
        last = self.last.get(index)
        if last is not None and rule.once:
            return "once"
        if last is not None and now - last < rule.cooldown:
            return "cooldown"
        # The last place is kept for what matters: chatter may not use up what a serious card needs.
        places = self._budget - (1 if rule.priority < IMPORTANT and self._budget > 1 else 0)
        shown = self._shown.get(rule.audience, ())
        return "budget" if sum(now - at < MINUTE for at in shown) >= places else ""

    def count(self, index: int, rule: Rule, now: float) -> None:
        """A rule's card is shown."""
        self.last[index] = now
        self._shown.setdefault(rule.audience, deque(maxlen=self._budget)).append(now)
