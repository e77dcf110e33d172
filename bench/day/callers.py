"""Who calls, what they do, and the way their calls must go; the same seed brings the same people."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = "+33100000009"
CODE = "1234"
THINKS = (0.3, 6.0)  # seconds from the start of the menu to the key
GAPS = (0.1, 0.8)  # seconds between two digits of a code
MUSIC = (3.0, 25.0)  # seconds that one listens to music
LEAVES = (0.0, 25.0)  # seconds after which an impatient one is gone
IMPATIENT = 0.2
MISTAKEN = 0.2

# What is behind each key: the nodes walked there, each with its exit.
BEHIND = {
    "1": [("read", "next")],
    "2": [("code", "ok"), ("check", "yes"), ("thanks", "next")],
    "3": [("ring", "answered"), ("thanks", "next")],
    "4": [("talk", "answered"), ("thanks", "next")],
    "5": [("busy", "busy"), ("sorry", "next")],
    "6": [("order", "ok"), ("thanks", "next")],
    "7": [("repeat", "ok"), ("thanks", "next")],
    "8": [("music", "")],
}
PHASES = {"1": "say", "2": "collect", "3": "ringing", "4": "bridged", "5": "busy", "6": "http", "7": "safe http",
          "8": "music"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One caller. Times are seconds; `leaves` is when an impatient one hangs up, 0 for one who stays."""

    caller: str
    at: float
    key: str
    errs: bool
    code: str
    thinks: tuple[float, float]
    gaps: tuple[float, ...]
    listens: float
    leaves: float

    @property
    def phase(self) -> str:
        return PHASES[self.key]

    def ways(self) -> list[list[tuple[str, str]]]:
        """The paths that this caller's call may take when nobody hangs up before its end."""
        behind = BEHIND[self.key]
        if self.key == "2" and self.code != CODE:
            behind = [("code", "ok"), ("check", "no"), ("sorry", "next")]
        head = [("hello", "next"), ("seen", "next"), ("choose", self.key)]
        ways = [[*head, *behind, ("end", "")]]
        if self.key == "8":
            ways = [[*head, *behind]]
        if self.key == "6":  # its controller died while nobody knew whether the request had arrived
            ways.append([*head, ("order", "unknown"), ("sorry", "next"), ("end", "")])
        return ways


def plan(seed: int, calls: int, rate: float) -> Iterator[Plan]:
    """`calls` people, who call at random moments, `rate` a second on average."""
    chance = random.Random(seed)
    at = 0.0
    for number in range(calls):
        at += chance.expovariate(rate)
        yield Plan(
            caller=f"+336{number:08d}",
            at=at,
            key=chance.choice(tuple(BEHIND)),
            errs=chance.random() < MISTAKEN,
            code=CODE if chance.random() < 0.7 else f"{chance.randrange(5000, 10_000)}",
            thinks=(chance.uniform(*THINKS), chance.uniform(*THINKS)),
            gaps=tuple(chance.uniform(*GAPS) for _ in CODE),
            listens=chance.uniform(*MUSIC),
            leaves=chance.uniform(*LEAVES) if chance.random() < IMPATIENT else 0.0,
        )
