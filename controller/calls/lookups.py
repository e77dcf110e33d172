"""Commands that ask the world and not the caller: hours, lists, counters, requests.

Hours and lists are answered from memory. A count and a request reach outside the call, so each is keyed by its call and
command: done twice by two controllers, it counts once, and a request whose outcome nobody knows is not sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from jsonpath_ng import parse as jsonpath
from jsonpath_ng.exceptions import JSONPathError
from sqlalchemy.exc import SQLAlchemyError

from conf.outgoing import OutgoingFailed, OutgoingRefused, OutgoingUnknown, Reply
from conf.snapshot import Snapshot
from controller.calls.ledger import Ledger
from controller.flow.commands import CheckHours, CheckList, Count, Counted, Hours, Listed, Replied, Request
from controller.flow.lists import match
from controller.flow.problem import FlowError
from controller.flow.schedules import state

log = logging.getLogger(__name__)
Lookup = CheckHours | CheckList | Count | Request
AGAIN = timedelta(seconds=30)  # a schedule's answer holds until it says, at most so long
KEPT = 5000  # answers
LARGEST = 256 * 1024  # bytes of an answer
SAVED = 500  # characters of one saved value: it travels with the call


class Lookups:
    """Answers lookups for one controller; `send` is the guarded client."""

    def __init__(self, ledger: Ledger, send: Callable[..., Reply], now: Callable[[str], datetime]) -> None:
        self._ledger = ledger
        self._send = send
        self._now = now
        self._hours_known: dict[tuple[int, int, str], tuple[datetime, datetime, Hours]] = {}

    def perform(self, command: Lookup, subscriber: Snapshot, call: str, key: str) -> Hours | Listed | Counted | Replied:
        """Answer a lookup; `key` names the command in its call."""
        match command:
            case CheckHours():
                return self._hours(command, subscriber)
            case CheckList():
                return self._listed(command, subscriber)
            case Count():
                return self._count(command, subscriber, call, key)
            case Request():
                return self._request(command, subscriber, call, key)

    def recover(self, command: Count | Request, subscriber: Snapshot, call: str, key: str) -> Counted | Replied:
        """Answer a keyed command that another controller may have sent before it died."""
        if isinstance(command, Count):
            return self._count(command, subscriber, call, key)
        try:
            known = self._ledger.outcome(subscriber.subscriber_id, call, key)
        except SQLAlchemyError:
            known = None if command.safe_to_repeat else {"outcome": "unknown", "reason": "the database is away"}
        if known and known.get("outcome"):
            saved = tuple((str(name), str(value)) for name, value in known.get("saved", ()))
            return Replied(known["outcome"], int(known.get("status", 0)), saved, known.get("reason", ""))
        if known is None or command.safe_to_repeat:
            return self._request(command, subscriber, call, key)
        return Replied("unknown", reason="it was sent, and its controller died before the answer")

    def _hours(self, command: CheckHours, subscriber: Snapshot) -> Hours:
        schedule = subscriber.schedules.get(command.schedule)
        if schedule is None:
            raise FlowError(f"there is no schedule named {command.schedule}")
        now = self._now(subscriber.time_zone)
        key = (subscriber.subscriber_id, subscriber.version, command.schedule)
        known = self._hours_known.get(key)
        if known and known[0] <= now < known[1]:
            return known[2]
        answer = state(schedule, now, subscriber.country)
        until = datetime.fromisoformat(answer.until) if answer.until else now + AGAIN
        if len(self._hours_known) > KEPT:
            self._hours_known.clear()
        self._hours_known[key] = (now, min(until, now + AGAIN), answer)
        return answer

    def _listed(self, command: CheckList, subscriber: Snapshot) -> Listed:
        found = subscriber.lists.get(command.list)
        if found is None:
            raise FlowError(f"there is no list named {command.list}")
        return match(found, command.number, subscriber.country)

    def _count(self, command: Count, subscriber: Snapshot, call: str, key: str) -> Counted:
        now = self._now(subscriber.time_zone)
        period = {"ever": "", "day": f"{now:%Y-%m-%d}", "hour": f"{now:%Y-%m-%dT%H}"}[command.period]
        try:
            return Counted(self._ledger.count(subscriber.subscriber_id, command.counter, period, call, key))
        except SQLAlchemyError as error:
            log.warning("counter %s could not be read: %s", command.counter, type(error).__name__)
            return Counted(None)

    def _request(self, command: Request, subscriber: Snapshot, call: str, key: str) -> Replied:
        self._ledger.intend(subscriber.subscriber_id, call, key, command.method, command.url)
        replied = self._sent(command, f"{call}/{key}")
        outcome = {
            "outcome": replied.outcome,
            "status": replied.status,
            "saved": replied.saved,
            "reason": replied.reason,
        }
        self._ledger.concluded(subscriber.subscriber_id, call, key, outcome)
        return replied

    def _sent(self, command: Request, key: str) -> Replied:
        try:
            reply = self._send(
                command.method,
                command.url,
                headers=command.headers,
                body=command.body,
                timeout=command.timeout,
                max_bytes=LARGEST,
                idempotency_key=key,
            )
        except OutgoingUnknown as error:
            return Replied("unknown", reason=str(error))
        except (OutgoingRefused, OutgoingFailed) as error:
            return Replied("failed", reason=str(error))
        if not 200 <= reply.status < 300:
            return Replied("failed", reply.status, reason=f"the server answered {reply.status}")
        return Replied("ok", reply.status, extract(reply.body, command.save))


def extract(body: bytes, save: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The variables that an answer's JSON fills; a path that finds nothing fills nothing."""
    if not save:
        return ()
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    found = ((name, _at(path, document)) for name, path in save)
    return tuple((name, value) for name, value in found if value is not None)


def _at(path: str, document: Any) -> str | None:
    try:
        values = jsonpath(path).find(document)
    except (JSONPathError, RecursionError):
        return None
    if not values:
        return None
    value = values[0].value
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text[:SAVED]
