"""Commands that ask the world and not the caller: hours, lists, counters, requests.

Hours and lists are answered from memory. A count and a request reach outside the call, so each is keyed by its call and
command: done twice by two controllers, it counts once, and a request whose outcome nobody knows is not sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import orjson
from sqlalchemy.exc import SQLAlchemyError

from conf.outgoing import OutgoingFailed, OutgoingRefused, OutgoingUnknown, Reply
from conf.snapshot import Snapshot
from controller.calls.ledger import Ledger
from controller.calls.memory import Memory
from controller.flow.commands import CheckHours, CheckList, Count, Counted, Hours, Listed, Replied, Request
from controller.flow.values import extract

log = logging.getLogger(__name__)
Lookup = CheckHours | CheckList | Count | Request
LARGEST = 256 * 1024  # bytes of an answer


class Lookups:
    """Answers lookups for one controller; `send` is the guarded client."""

    def __init__(self, ledger: Ledger, send: Callable[..., Reply], now: Callable[[str], datetime]) -> None:
        self._ledger = ledger
        self._send = send
        self._now = now
        self._memory = Memory()

    def warm(self, subscriber: Snapshot) -> None:
        """Read a subscriber's schedules and lists before its first call does."""
        now = self._now(subscriber.time_zone)
        for name in subscriber.schedules:
            self._memory.hours(subscriber, name, now)
        for name in subscriber.lists:
            self._memory.listed(subscriber, name, "", now)

    def perform(
        self, command: Lookup, subscriber: Snapshot, call: str, key: str, mark: Callable[[str], None] = lambda _: None
    ) -> Hours | Listed | Counted | Replied:
        """Answer a lookup; `key` names the command in its call. `mark` leaves on the channel that it is sent."""
        match command:
            case CheckHours():
                return self._memory.hours(subscriber, command.schedule, self._now(subscriber.time_zone))
            case CheckList():
                now = self._now(subscriber.time_zone)
                return self._memory.listed(subscriber, command.list, command.number, now)
            case Count():
                return self._count(command, subscriber, call, key)
            case Request():
                return self._request(command, subscriber, call, key)

    def recover(
        self,
        command: Count | Request,
        subscriber: Snapshot,
        call: str,
        key: str,
        marked: bool = False,
        mark: Callable[[str], None] = lambda _: None,
    ) -> Counted | Replied:
        """Answer a keyed command that another controller may have sent before it died; `marked`: it left a mark."""
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

    def _count(self, command: Count, subscriber: Snapshot, call: str, key: str) -> Counted:
        now = self._now(subscriber.time_zone)
        period = {"ever": "", "day": f"{now:%Y-%m-%d}", "hour": f"{now:%Y-%m-%dT%H}"}[command.period]
        try:
            return Counted(self._ledger.count(subscriber.subscriber_id, command.counter, period, call, key))
        except SQLAlchemyError as error:
            log.warning("counter %s could not be read: %s", command.counter, type(error).__name__)
            return Counted(None)

    def _request(self, command: Request, subscriber: Snapshot, call: str, key: str) -> Replied:
        try:
            self._ledger.intend(subscriber.subscriber_id, call, key, command.method, command.url)
        except SQLAlchemyError as error:
            # Another controller could not know that it was sent: only what may be sent twice is.
            log.warning("a request could not be noted: %s", type(error).__name__)
            if not command.safe_to_repeat:
                return Replied("failed", reason="the database is away")
        replied = self._sent(command, f"{call}/{key}")
        outcome = {
            "outcome": replied.outcome,
            "status": replied.status,
            "saved": replied.saved,
            "reason": replied.reason,
        }
        try:
            self._ledger.concluded(subscriber.subscriber_id, call, key, outcome)
        except SQLAlchemyError as error:
            log.warning("the end of a request could not be noted: %s", type(error).__name__)
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
        return Replied("ok", reply.status, saved_from(reply.body, command.save))


def saved_from(body: bytes, save: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The variables that an answer's JSON fills; what is no JSON fills none."""
    if not save:
        return ()
    try:
        return extract(save, orjson.loads(body))
    except (orjson.JSONDecodeError, RecursionError):
        return ()
