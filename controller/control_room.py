"""The controllers as the web UI reaches them: whichever answers is asked, and all their feeds are one."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from conf.database import open_engine, operator
from conf.live_calls import Away, Entry, Refused
from conf.models import Controller
from conf.settings import Settings
from controller import terminal
from controller.feeds import Feeds
from controller.stages import Stages
from controller.terminal import ControlClient

log = logging.getLogger(__name__)
REMEMBERED = 2.0  # seconds that the controllers' addresses are believed
QUIET = 10.0  # seconds after which a feed says that nothing came
ANSWERS = 5.0  # seconds in which some controller must begin to tell of its calls


class ControlRoom:
    """Implements `admin_ui.live.Calls`. `subscriber` is a slug; "" is the operator."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = open_engine(settings.database_url, statement_timeout=2.0)
        self._known: dict[str, str] = {}
        self._known_at = -REMEMBERED

    def board(self, subscriber: str) -> dict[str, Any]:
        """All controllers and their calls. Raises Away."""
        return self._ask("GET", f"/v1/board?{_for(subscriber)}")

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        """What happens, each entry once; None when nothing came for a while.

        An entry's id is its call and its place there: a reader who comes back with it is told what followed.
        """
        with closing(Feeds(self.urls, self._settings.control_secret, subscriber, call, "0" if after else "")) as feeds:
            told = _after(after)
            while True:
                found = feeds.next(QUIET)
                if found is None:
                    yield None
                    continue
                entry = found[1]
                if told is None or not told.knows(entry):
                    yield f"{entry['call']}.{entry['sequence']}", entry

    def hang_up(self, subscriber: str, call: str) -> None:
        """End a call. Raises LookupError, Away."""
        self._command(subscriber, call, "hang_up", None)

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        """Take a caller elsewhere. Raises LookupError, Refused, Away."""
        self._command(subscriber, call, "transfer", {"to": to})

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        """What the desk of a user shows: each call from its beginning, then as it goes on; of all controllers.

        None as soon as a controller answers, and when nothing came for a while. Raises Away.
        """
        with closing(Stages(self.urls, self._settings.control_secret, subscriber, user, audience)) as stages:
            if not stages.answers(ANSWERS):
                raise Away("no controller tells what the prompter hears")
            yield None
            while True:
                found = stages.next(QUIET)
                if found is None and not stages.answers(0.0):
                    raise Away("no controller tells what the prompter hears")
                yield found

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        """Tick a step of a checklist by hand. Raises LookupError, Refused, Away."""
        path = f"/v1/calls/{quote(call, safe='')}/prompter/tick?{_for(subscriber)}"
        self._ask("POST", path, {"user": user, "checklist": checklist, "step": step}, each=True)

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        """Place a trial call. Raises Refused, Away."""
        return str(self._ask("POST", "/v1/calls", {**trial, "subscriber": subscriber})["call"])

    def virtual(self) -> bool:
        """Whether a virtual switch stands in for FreeSWITCH."""
        try:
            switch = self._ask("GET", "/v1/status").get("switch", {})
        except (Away, Refused):
            return False
        return str(switch.get("version", "")).endswith("-virtual")

    def blocked(self) -> dict[str, Any]:
        """The addresses that nobody listens to, and what enforces it. Raises Away."""
        return self._ask("GET", "/v1/blocked")

    def free(self, address: str) -> None:
        """Listen to an address again; whichever controller is told tells the others. Raises LookupError, Away."""
        self._ask("DELETE", f"/v1/blocked?{urlencode({'address': address})}")

    def urls(self) -> dict[str, str]:
        """Where the controllers are whose lease lives; the one of this machine when the database does not say."""
        if time.monotonic() - self._known_at > REMEMBERED:
            self._known_at = time.monotonic()
            try:
                with operator(self._engine, read_only=True) as session:
                    alive = select(Controller).where(Controller.lease_until > datetime.now(UTC))
                    self._known = {row.id: row.url for row in session.scalars(alive) if row.url}
            except SQLAlchemyError as error:
                log.warning("the controllers are not known now: %s", error)
        return self._known or {"": f"http://{self._settings.control_host}:{self._settings.control_port}"}

    def _command(self, subscriber: str, call: str, what: str, document: dict[str, Any] | None) -> None:
        self._ask("POST", f"/v1/calls/{quote(call, safe='')}/{what}?{_for(subscriber)}", document)

    def _ask(
        self, method: str, path: str, document: dict[str, Any] | None = None, each: bool = False
    ) -> dict[str, Any]:
        """The answer of the first controller that gives one; with `each`, one that does not know the call is passed."""
        reason, unknown = "", ""
        for url in self.urls().values():
            where = urlsplit(url)
            client = ControlClient(where.hostname or "", where.port or 80, self._settings.control_secret)
            try:
                return client.ask(method, path, document)
            except terminal.Refused as refused:
                if refused.status == 404 and each:
                    unknown = str(refused)
                    continue
                if refused.status == 404:
                    raise LookupError(str(refused)) from None
                if refused.status < 500:
                    raise Refused(str(refused)) from None
                reason = str(refused)
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = str(error)
        if unknown and not reason:
            raise LookupError(unknown)
        raise Away(reason)


class _After:
    """What a reader who comes back was told already: everything of that call up to a place, and what came before it."""

    def __init__(self, call: str, sequence: int) -> None:
        self._call, self._sequence = call, sequence
        self._reached = False

    def knows(self, entry: Entry) -> bool:
        if self._reached:
            return False
        if entry["call"] == self._call and entry["sequence"] >= self._sequence:
            self._reached = True
            return bool(entry["sequence"] == self._sequence)
        return True


def _after(text: str) -> _After | None:
    call, _, sequence = text.rpartition(".")
    return _After(call, int(sequence)) if call and sequence.isdecimal() else None


def _for(subscriber: str) -> str:
    return urlencode({"subscriber": subscriber}) if subscriber else ""
