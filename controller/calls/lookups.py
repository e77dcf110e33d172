"""Commands that ask the world and not the caller: hours, lists, counters, requests.

Hours and lists are answered from memory. A count and a request reach outside the call, so each is keyed by its call and
command: done twice by two controllers, it counts once, and a request whose outcome nobody knows is not sent again.

What keeps a request from being sent twice is written before it is sent, in this order: the intent in the database, or
on this machine's disk when the database is away; then a mark on the call's channel, which whoever takes the call over
reads. A request without a mark was never sent. While nobody answers for the database, the mark alone decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

import orjson
from sqlalchemy.exc import SQLAlchemyError

from conf.outgoing import OutgoingFailed, OutgoingRefused, OutgoingUnknown, Reply
from conf.snapshot import Snapshot
from controller.calls.ledger import Ledger, conclusion, hit_fact, intent_fact
from controller.calls.memory import Memory
from controller.calls.spool import Fact, SpoolFull
from controller.flow.commands import CheckHours, CheckList, Count, Counted, Hours, Listed, Replied, Request
from controller.flow.values import extract

log = logging.getLogger(__name__)
Lookup = CheckHours | CheckList | Count | Request
Mark = Callable[[str], None]
LARGEST = 256 * 1024  # bytes of an answer


def _nowhere(_: object) -> None:
    """Where nothing is kept."""


class Lookups:
    """Answers lookups for one controller; `send` is the guarded client.

    `keep` puts a fact on disk before it returns (SpoolFull, OSError); the database has it later. `put` queues one, for
    when the disk is full.
    """

    def __init__(
        self,
        ledger: Ledger,
        send: Callable[..., Reply],
        now: Callable[[str], datetime],
        keep: Callable[[Fact], None] = _nowhere,
        put: Callable[[Fact], None] = _nowhere,
    ) -> None:
        self._ledger = ledger
        self._send = send
        self._now = now
        self._keep = keep
        self._put = put
        self._memory = Memory()

    def warm(self, subscriber: Snapshot) -> None:
        """Read a subscriber's schedules and lists before its first call does."""
        now = self._now(subscriber.time_zone)
        for name in subscriber.schedules:
            self._memory.hours(subscriber, name, now)
        for name in subscriber.lists:
            self._memory.listed(subscriber, name, "", now)

    def perform(
        self, command: Lookup, subscriber: Snapshot, call: str, key: str, mark: Mark = _nowhere
    ) -> Hours | Listed | Counted | Replied:
        """Answer a lookup; `key` names the command in its call.

        `mark(key)` writes the channel variable that says that this command's request is about to be sent, and returns
        when FreeSWITCH has it and the call is still ours (or when the channel is gone: nobody takes it over then). It
        raises otherwise, and the request is not sent.
        """
        match command:
            case CheckHours():
                return self._memory.hours(subscriber, command.schedule, self._now(subscriber.time_zone))
            case CheckList():
                now = self._now(subscriber.time_zone)
                return self._memory.listed(subscriber, command.list, command.number, now)
            case Count():
                return self._count(command, subscriber, call, key)
            case Request():
                return self._request(command, subscriber, call, key, mark)

    def recover(
        self,
        command: Count | Request,
        subscriber: Snapshot,
        call: str,
        key: str,
        marked: bool | None = None,
        mark: Mark = _nowhere,
    ) -> Counted | Replied:
        """Answer a keyed command that another controller may have sent before it died.

        `marked`: whether the channel says that it was about to be sent; None when nobody looked.
        """
        if isinstance(command, Count):
            return self._count(command, subscriber, call, key)
        away, known = False, None
        try:
            known = self._ledger.outcome(subscriber.subscriber_id, call, key)
        except SQLAlchemyError:
            away = True
        if known and known.get("outcome"):
            saved = tuple((str(name), str(value)) for name, value in known.get("saved", ()))
            return Replied(known["outcome"], int(known.get("status", 0)), saved, known.get("reason", ""))
        perhaps_sent = marked or known is not None or (away and marked is None)
        if command.safe_to_repeat or not perhaps_sent:
            return self._request(command, subscriber, call, key, mark)
        return Replied("unknown", reason="it was sent, and its controller died before the answer")

    def _count(self, command: Count, subscriber: Snapshot, call: str, key: str) -> Counted:
        now = self._now(subscriber.time_zone)
        period = {"ever": "", "day": f"{now:%Y-%m-%d}", "hour": f"{now:%Y-%m-%dT%H}"}[command.period]
        hit = hit_fact(subscriber.subscriber_id, command.counter, period, call, key)
        try:
            return Counted(self._ledger.count(hit))
        except SQLAlchemyError as error:
            log.warning("counter %s could not be read, it is counted later: %s", command.counter, type(error).__name__)
            self._remember(hit)
            return Counted(None)

    def _request(self, command: Request, subscriber: Snapshot, call: str, key: str, mark: Mark) -> Replied:
        intent = intent_fact(subscriber.subscriber_id, call, key, command.method, command.url, time.time())
        try:
            new = self._intend(intent)
        except (SpoolFull, OSError) as error:
            log.error("a request could be noted nowhere: %s", error)
            if not command.safe_to_repeat:
                return Replied("failed", reason="it could not be noted")
            new = True
        if not new and not command.safe_to_repeat:
            return Replied("unknown", reason="another controller had noted it")
        mark(key)
        replied = self._sent(command, f"{call}/{key}")
        told = {name: getattr(replied, name) for name in ("outcome", "status", "saved", "reason")}
        concluded = conclusion(intent, told)
        try:
            self._ledger.concluded(concluded)
        except SQLAlchemyError as error:
            log.warning("the end of a request is noted later: %s", type(error).__name__)
            self._remember(concluded)
        return replied

    def _remember(self, fact: Fact) -> None:
        """Have a fact written later: it is on disk when the call goes on, since nobody would do this command again."""
        try:
            self._keep(fact)
        except (SpoolFull, OSError):
            self._put(fact)

    def _intend(self, intent: Fact) -> bool:
        """Note a request before it is sent; False when it was noted before: another process has this call too."""
        try:
            return self._ledger.intend(intent)
        except SQLAlchemyError as error:
            log.warning("a request is noted on disk, the database is away: %s", type(error).__name__)
            self._keep(intent)
            return True

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
