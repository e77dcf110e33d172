"""A campaign as it is written: what the API, the page and the database share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import Field

from conf.campaigns.policies import Basis, Purpose
from conf.campaigns.retries import PLAN, Retry
from conf.campaigns.windows import Span as Hours
from conf.campaigns.windows import Week
from conf.document_fields import E164, Day, Days, Name, Span
from conf.document_problems import check
from conf.documents import Written
from conf.problems import N_, ConfigurationError, Problem
from conf.yaml_source import Source

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Seconds = Annotated[float, Field(ge=0, le=30 * 86400)]
Retried = Literal["busy", "no_answer", "machine", "message_left", "dropped", "failed", "unknown"]


class Again(Written):
    """How often an outcome is tried again, and after how many seconds."""

    times: Annotated[int, Field(ge=0, le=10)]
    after: Seconds


class Pace(Written):
    """How fast it calls, over all controllers: calls at once, and calls placed a second."""

    at_once: Annotated[int, Field(ge=1, le=500)] = 5
    per_second: Annotated[float, Field(gt=0, le=50)] = 1.0


class Campaign(Written):
    """Whom `flow` talks to. `number` is shown; `purpose` and `automatic` (no person talks) decide what the law asks.

    `ground` is the ground of every contact whose row gives none, with the day since when. `ring` is seconds. What is
    said to an answering machine is the flow's affair.
    """

    name: Name
    flow: Name
    number: E164
    purpose: Purpose
    automatic: bool = True
    ground: Basis | None = None
    ground_since: Day | None = None
    hours: dict[Days, Annotated[list[Span], Field(max_length=24)]] | None = None
    opens: Day | None = None
    ends: Day | None = None
    pace: Pace = Pace()
    ring: Annotated[float, Field(ge=5, le=60)] = 25.0
    most_calls: Annotated[int, Field(ge=1, le=10)] = 4
    retries: dict[Retried, Again] = {}

    def plan(self) -> Mapping[str, Retry]:
        """What follows each outcome: as written here, else as usual."""
        return {**PLAN, **{name: Retry(again.times, again.after) for name, again in self.retries.items()}}

    def week(self) -> Week | None:
        """The campaign's own hours; None when it has none."""
        if self.hours is None:
            return None
        week: dict[int, list[Hours]] = {}
        for days, spans in self.hours.items():
            for day in _days(days):
                week.setdefault(day, []).extend(map(_span, spans))
        return week


def load(doc: Mapping[str, Any]) -> Campaign:
    """Read a campaign. Raises ConfigurationError with a problem for each field that is wrong."""
    problems = check(Campaign, doc, Source(""))
    if problems:
        raise ConfigurationError(problems)
    campaign = Campaign.model_validate(doc)
    if (campaign.ground is None) != (campaign.ground_since is None):
        message = N_("a ground for all contacts needs the day since when it is there, and the day a ground")
        raise ConfigurationError([Problem("ground_without_day", message, field="ground_since")])
    if campaign.opens and campaign.ends and campaign.opens > campaign.ends:
        raise ConfigurationError([Problem("ends_before", N_("is before the first day"), field="ends")])
    return campaign


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(begin, (end if end >= begin else end + 7) + 1)]
    return found


def _span(text: str) -> Hours:
    start, _, end = text.partition("-")
    return time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)
