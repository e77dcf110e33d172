"""Places the calls for faxes: each attempt is dialled once, whoever asks for it and however often.

The call is written down and committed before FreeSWITCH is asked. Whoever answers walks the flow that sends the
document; how a call ended that nobody answered is told from here.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import gevent
import orjson
from sqlalchemy import Engine, select

from conf.database import operator, scoped
from conf.fax import attempts
from conf.models import Subscriber
from conf.snapshot import Snapshot
from controller.calls import placed
from controller.calls.configuration import Configuration
from controller.calls.fax_facts import ATTEMPT, result_fact
from controller.calls.fax_flow import send_flow
from controller.calls.outbound import NO_ROUTE, not_carried, way_out
from controller.calls.spool import Fact
from controller.calls.threads import Threads
from controller.esl import api, arguments
from controller.esl.errors import CommandRefused, EslError, Unsafe
from controller.esl.fax import RUNGS
from controller.esl.inbound import Inbound
from controller.flow.commands import External
from controller.flow.values import LONGEST

log = logging.getLogger(__name__)
NUMBER = re.compile(r"\+[0-9]{4,15}")
PATIENCE = 30.0  # seconds that FreeSWITCH has to answer after the ringing
CODECS = ("PCMA", "PCMU")  # no other sound carries a fax
RING = (5.0, 180.0)
PAGES = 9999
Note = Callable[[str, int, int, str, dict[str, Any]], object]


@dataclass(frozen=True)
class FaxWish:
    """What is to be sent to whom: `file` is a TIFF in the fax folder, `start_page` counts from 0, `ring` is seconds."""

    subscriber: str
    attempt: str
    to: str
    presented: str
    file: str
    start_page: int = 0
    rung: str = "A"
    ident: str = ""
    header: str = ""
    trunk: str = ""
    ring: float = 60.0


def read_fax(document: Mapping[str, Any], folder: Path) -> FaxWish:
    """Read a wish from JSON; ValueError names the field that is wrong and why."""
    wish = FaxWish(
        subscriber=str(document.get("subscriber", "")),
        attempt=str(document.get("attempt", "")),
        to=str(document.get("to", "")),
        presented=str(document.get("from", "")),
        file=str(document.get("file", "")),
        start_page=_whole(document, "start_page", 0, PAGES),
        rung=str(document.get("rung") or "A"),
        ident=str(document.get("ident") or ""),
        header=str(document.get("header") or ""),
        trunk=str(document.get("trunk") or ""),
        ring=_seconds(document, "timeout", 60.0),
    )
    if not NUMBER.fullmatch(wish.to):
        raise ValueError(f"to: {wish.to!r} is not an international number such as +33123456789")
    if wish.presented and not NUMBER.fullmatch(wish.presented):
        raise ValueError(f"from: {wish.presented!r} is not an international number such as +33123456789")
    if wish.rung not in RUNGS:
        raise ValueError(f"rung: {wish.rung!r} is none of {', '.join(RUNGS)}")
    _check_file(wish.file, folder)
    return wish


def _check_file(name: str, folder: Path) -> None:
    try:
        arguments.path(name, "file")
    except Unsafe:
        raise ValueError(f"file: {name!r} is not an absolute path of plain characters") from None
    if not Path(name).is_relative_to(folder):
        raise ValueError(f"file: {name} is not in {folder}")
    if len(name) > LONGEST:
        raise ValueError(f"file: the path is longer than {LONGEST} characters")
    if not Path(name).is_file():
        raise ValueError(f"file: there is no file {name}")


def _whole(document: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = document.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name}: {value!r} is not a whole number from 0 to {most}")
    return value


def _seconds(document: Mapping[str, Any], name: str, default: float) -> float:
    value = document.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not RING[0] <= value <= RING[1]:
        raise ValueError(f"{name}: {value!r} is not a number of seconds from {RING[0]:g} to {RING[1]:g}")
    return float(value)


class NotYet(Exception):
    """A subscriber is too new: this controller has not read it yet."""


class FaxCalls:
    """The calls for faxes of one controller. `put` takes facts, `note` writes a line into the journal."""

    def __init__(  # noqa: PLR0913
        self,
        controller: str,
        engine: Engine,
        pool: Threads,
        connection: Callable[[], Inbound],
        configuration: Configuration,
        note: Note,
        put: Callable[[Fact], None],
        folder: Path,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._controller = controller
        self._engine = engine
        self._pool = pool
        self._connection = connection
        self._configuration = configuration
        self._note = note
        self._put = put
        self.folder = folder
        self._now = now

    def place(self, wish: FaxWish) -> str:
        """Dial, unless that was done before; the call's id. LookupError: no such attempt or subscriber.

        Errors besides: ConnectionLost and SQLAlchemyError, before anything was dialled.
        """
        subscriber = self._subscriber(wish.subscriber)
        self._connection()
        call, channel = str(uuid4()), str(uuid4())
        found, first = self._pool.apply(self._dialled, (subscriber.subscriber_id, wish.attempt, call, channel))
        if first:
            gevent.spawn(self._dial, subscriber, wish, call, channel)
        return str(found)

    def state(self, slug: str, attempt: str) -> dict[str, str] | None:
        """How far an attempt is whose channel this FreeSWITCH has; None when it has none. LookupError as `place`."""
        call, channel = self._known(slug, attempt)
        connection = self._connection()
        if not channel or connection.api(api.uuid_exists(channel)) != "true":
            return None
        try:
            answered = orjson.loads(connection.api(api.uuid_dump(channel))).get("Answer-State") == "answered"
        except (CommandRefused, orjson.JSONDecodeError):  # it has ended meanwhile
            return None
        return {"call": call, "state": "talking" if answered else "dialling"}

    def hang_up(self, slug: str, attempt: str) -> str:
        """End the call of an attempt; "" when this FreeSWITCH has none. LookupError as `place`."""
        call, channel = self._known(slug, attempt)
        try:
            self._connection().api(api.uuid_kill(channel, "ORIGINATOR_CANCEL")) if channel else None
        except CommandRefused:
            return ""
        return call if channel else ""

    def _subscriber(self, slug: str) -> Snapshot:
        found = self._configuration.by_slug(slug)
        if found is None and self._pool.apply(self._exists, (slug,)):
            raise NotYet(f"subscriber: {slug!r} is not known here yet")
        if found is None:
            raise LookupError(f"subscriber: there is none named {slug!r}")
        return found

    def _known(self, slug: str, attempt: str) -> tuple[str, str]:
        found: tuple[str, str] = self._pool.apply(self._read, (self._subscriber(slug).subscriber_id, attempt))
        return found

    # --- in threads of the pool -------------------------------------------------------------------------------------

    def _exists(self, slug: str) -> bool:
        with operator(self._engine, read_only=True) as session:
            return session.scalar(select(Subscriber.id).where(Subscriber.slug == slug)) is not None

    def _dialled(self, subscriber: int, attempt: str, call: str, channel: str) -> tuple[str, bool]:
        now = datetime.fromtimestamp(self._now(), UTC)
        with scoped(self._engine, subscriber) as session:
            found, first = attempts.dialled(session, attempt, call, channel, self._controller, now)
            return found.call, first

    def _read(self, subscriber: int, attempt: str) -> tuple[str, str]:
        with scoped(self._engine, subscriber, read_only=True) as session:
            found = attempts.read(session, attempt)
            return found.call, found.channel

    def _moved(self, subscriber: int, attempt: str, channel: str, trunk: str) -> None:
        with scoped(self._engine, subscriber) as session:
            attempts.moved(session, attempt, channel, trunk)

    # --- one call ---------------------------------------------------------------------------------------------------

    def _dial(self, subscriber: Snapshot, wish: FaxWish, call: str, channel: str) -> None:
        try:
            cause = self._ring(subscriber, wish, call, channel)
        except EslError as error:
            # Whether it rings is not known: FreeSWITCH's own account of the call will tell.
            log.warning("fax %s: %s", wish.attempt, error)
            return
        except Exception as error:  # noqa: BLE001 nobody waits for us: it must be told all the same
            log.exception("fax %s", wish.attempt)
            cause = type(error).__name__
        if cause:
            fact = result_fact(subscriber.subscriber_id, wish.attempt, self._now(), None, cause=cause, answered=False)
            self._put(fact)
            self._note(call, 1, subscriber.subscriber_id, "not_reached", {"outcome": "failed", "cause": cause})

    def _ring(self, subscriber: Snapshot, wish: FaxWish, call: str, channel: str) -> str:
        """Ring by one trunk after the other; "" when somebody answered, else the cause."""
        known, own = self._configuration, subscriber.subscriber_id
        way = way_out(External(wish.to, wish.trunk), known.trunks(), known.outbound_rules())
        if not way.trunks:
            return way.cause or NO_ROUTE
        variables = {ATTEMPT: wish.attempt, "fax_file": wish.file, "fax_header": wish.header, "fax_ident": wish.ident}
        given = placed.Given(send_flow(wish.rung, wish.start_page), variables)
        cause = NO_ROUTE
        for turn, trunk in enumerate(way.trunks):
            channel = str(uuid4()) if turn else channel
            one = placed.Placed(subscriber.slug, call, channel, wish.to, wish.presented, wish.ring, given, CODECS)
            try:
                command = one.command(trunk, way.number)
                if not turn:
                    self._note(call, 0, own, "placed", {"to": wish.to, "trunk": trunk, "fax": wish.attempt})
                self._pool.apply(self._moved, (own, wish.attempt, channel, trunk))
                self._connection().bgapi(command, timeout=wish.ring + PATIENCE)
            except Unsafe as error:
                log.error("fax %s: %s", wish.attempt, error)
                return "INVALID_NUMBER_FORMAT"
            except CommandRefused as error:
                cause = error.reply.partition("-ERR ")[2].strip() or NO_ROUTE
                if not not_carried(cause):
                    return cause
            else:
                return ""
        return cause
