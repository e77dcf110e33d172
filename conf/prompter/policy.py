"""Which calls of a subscriber the prompter listens to, and how long what it heard is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from conf.document_fields import E164, Login, Name, Regex

KEPT_DAYS = 90
BUDGET = 6


class Policy(BaseModel):
    """`prompter` in subscriber.yaml. A call is listened to when its number, its queue or its user is named, or all are.

    `store` keeps the transcript for `keep_days`; `mask` are patterns that are masked before, besides card numbers.
    `budget` is the most hint cards in a minute.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    every: bool = False
    numbers: Annotated[list[E164], Field(max_length=1000)] = []
    queues: Annotated[list[Name], Field(max_length=1000)] = []
    users: Annotated[list[Login], Field(max_length=1000)] = []
    directions: Annotated[list[Literal["inbound", "outbound", "internal"]], Field(max_length=3)] = ["inbound"]
    store: bool = True
    keep_days: Annotated[int, Field(ge=1, le=3650)] = KEPT_DAYS
    mask: Annotated[list[Regex], Field(max_length=100)] = []
    budget: Annotated[int, Field(ge=1, le=60)] = BUDGET


def listens(
    policy: Mapping[str, Any] | None, *, direction: str = "inbound", number: str = "", queue: str = "", user: str = ""
) -> bool:
    """Whether a call is listened to. `policy` is the subscriber's document's `prompter`; without one, none is."""
    if policy is None or direction not in policy.get("directions", ["inbound"]):
        return False
    named = (("numbers", number), ("queues", queue), ("users", user.lower()))
    return bool(policy.get("every")) or any(
        value and value in [one.lower() if kind == "users" else one for one in policy.get(kind, ())]
        for kind, value in named
    )
