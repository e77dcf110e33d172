"""Whether memory is flat: what processes held again and again, and the slope of that."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import inf
from statistics import linear_regression, median

from bench.processes import memory

WARM = 15.0  # seconds after which a process has loaded what it needs
LONG_LIVED = 30.0


@dataclass
class Life:
    """What one process held: seconds since it began, kilobytes resident."""

    name: str
    began: float = field(default_factory=time.monotonic)
    samples: list[tuple[float, float]] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)  # how many there were at each sample

    def look(self, pid: int, calls: int = 0) -> None:
        """Take a sample."""
        try:
            self.samples.append((time.monotonic() - self.began, memory(pid).rss))
            self.calls.append(calls)
        except (OSError, KeyError):  # it has just ended
            return

    @property
    def age(self) -> float:
        return self.samples[-1][0] if self.samples else 0.0

    def at(self, since: float, until: float) -> tuple[float, float]:
        """Megabytes between two ages, and with how many calls: medians; zeros when there are no samples."""
        found = [place for place, (age, _) in enumerate(self.samples) if since <= age <= until]
        if not found:
            return 0.0, 0.0
        return median(self.samples[place][1] for place in found) / 1024, median(self.calls[place] for place in found)

    def slope(self, since: float = WARM, until: float = inf) -> float:
        """Kilobytes a minute, between two ages; 0 for too few samples."""
        late = [(age, held) for age, held in self.samples if since <= age <= until]
        if len(late) < 3:
            return 0.0
        return linear_regression([age for age, _ in late], [held for _, held in late]).slope * 60
