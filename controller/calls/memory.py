"""Schedules and lists of a subscriber, read once for each version of its configuration."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from conf.snapshot import Snapshot
from controller.flow import lists, schedules
from controller.flow.commands import Hours, Listed
from controller.flow.problem import N_, FlowError

AGAIN = timedelta(seconds=30)  # a schedule's answer holds until the time it names, at most so long
KEPT = 2000

Key = tuple[int, int, str]  # subscriber, version of its configuration, name


class Memory:
    """Answers from what is known; neither the database nor the disk is asked."""

    def __init__(self) -> None:
        self._schedules: dict[Key, schedules.Schedule] = {}
        self._lists: dict[Key, lists.NumberList] = {}
        self._hours: dict[Key, tuple[datetime, datetime, Hours]] = {}

    def hours(self, subscriber: Snapshot, name: str, now: datetime) -> Hours:
        """The state of a schedule now; FlowError when there is none of that name."""
        key = (subscriber.subscriber_id, subscriber.version, name)
        known = self._hours.get(key)
        if known and known[0] <= now < known[1]:
            return known[2]
        if key not in self._schedules:
            document = _find(subscriber.schedules, name, N_("There is no schedule named “{name}”."))
            _keep(self._schedules, key, schedules.load(document))
        answer = schedules.state(self._schedules[key], now, subscriber.country)
        until = datetime.fromisoformat(answer.until) if answer.until else now + AGAIN
        _keep(self._hours, key, (now, min(until, now + AGAIN), answer))
        return answer

    def listed(self, subscriber: Snapshot, name: str, number: str, now: datetime) -> Listed:
        """Whether a number is on a list; FlowError when there is none of that name."""
        key = (subscriber.subscriber_id, subscriber.version, name)
        if key not in self._lists:
            document = _find(subscriber.lists, name, N_("There is no list named “{name}”."))
            _keep(self._lists, key, lists.load(document))
        return lists.match(self._lists[key], number, subscriber.country, now)


def _find(documents: dict[str, Any], name: str, message: str) -> Any:
    if name not in documents:
        raise FlowError(message, name=name)
    return documents[name]


def _keep(kept: dict[Key, Any], key: Key, value: Any) -> None:
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
