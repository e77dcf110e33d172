"""Faxes on one channel: the fax engine is told everything, what it says is told on, and the call ends with the result.

A fax goes on without us: FreeSWITCH sends and receives by itself and hangs up after it (`execute_on_fax_result`). So a
controller that takes the call over reads from the channel what became of it, and never begins it again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gevent

from controller.calls import durable, zones
from controller.calls.fax_facts import (
    FAXING,
    SINCE,
    STARTED,
    faxed,
    pages_fact,
    received_fact,
    result_fact,
    told,
)
from controller.calls.offer import Offer
from controller.calls.placed import read
from controller.calls.spool import Fact
from controller.calls.tally import Tally
from controller.esl import fax
from controller.esl.applications import Application
from controller.esl.connection import Session
from controller.esl.errors import CallEnded
from controller.esl.event import Event
from controller.esl.fax import FaxEnd, fax_end
from controller.esl.fields import Headers, decimal, variable
from controller.flow.commands import Faxed, ReceiveFax, SendFax

log = logging.getLogger(__name__)
LONGEST = 3 * 3600.0  # seconds
HELD = 3.0  # seconds after the result until we end a call that the far end holds
NO_FILE = 41  # the fax engine's code for it
Note = Callable[..., None]


@dataclass(frozen=True)
class Faxes:
    """What the faxes of a controller share. FreeSWITCH reads and writes in `folder`, a folder for each subscriber.

    `find` gives the file of a document that a subscriber's flow names, None when there is none.
    """

    folder: Path
    put: Callable[[Fact], None]
    find: Callable[[int, str], Path | None]
    now: Callable[[], float] = time.time


@dataclass
class Faxing:
    """The faxes of one call of a subscriber. `number` is ours that was dialled or is shown."""

    session: Session
    faxes: Faxes
    subscriber: int
    name: str  # the subscriber's, for the header line
    offer: Offer
    number: str
    tally: Tally
    note: Note
    _last: Headers | None = None  # of the newest event of the fax in progress

    @property
    def attempt(self) -> str:
        """What the call was placed for; "" when it was not placed for a fax."""
        given = read(self.offer.given)
        return given.variables.get("fax_attempt", "") if given else ""

    def send(self, command: SendFax, key: str, name: str) -> Faxed:
        """Send; `key` names the command in its call, `name` its execution. Errors: SessionGone, CallEnded before it."""
        file = self._document(command.file)
        if file is None:
            self.note("fax_without_document")
            if self.attempt:
                end = FaxEnd(NO_FILE, "TIFF/F file cannot be opened", 0, 0, "", 0, False, "off", 0)
                self.faxes.put(result_fact(self.subscriber, self.attempt, self.faxes.now(), end, answered=True))
            return Faxed(False, NO_FILE)
        zone = zones.posix(command.time_zone)
        header = command.header or self.name
        options = fax.told(command.rung, command.ident, header, zone, command.start_page)
        self._prepare(options, key)
        return self._run(fax.txfax(str(file)), "out", key, name)

    def receive(self, command: ReceiveFax, key: str, name: str) -> Faxed:
        """Receive; as `send`."""
        self._prepare(fax.told("A", command.ident, self.name, sends=False), key)
        durable.private_folder(self.faxes.folder)
        file = self.faxes.folder / f"{self.offer.uuid}-{key}.tif"
        return self._run(fax.rxfax(str(file)), "in", key, name)

    def kept(self, headers: Headers, key: str, sends: bool) -> Faxed | None:
        """What became of a fax that began while another controller had the call; None when it never began."""
        if variable(headers, FAXING) != key or not variable(headers, STARTED):
            return None
        return self._conclude(headers, "out" if sends else "in", key)

    def _document(self, name: str) -> Path | None:
        given = read(self.offer.given)
        if self.attempt and given and name == given.variables.get("fax_file"):
            return Path(name) if Path(name).is_file() else None
        return self.faxes.find(self.subscriber, name)

    def _prepare(self, options: dict[str, str], key: str) -> None:
        """Tell the engine everything, and what is left of a fax before away; in this order nobody mistakes them."""
        self.session.set_variable(FAXING, "")
        for left in (*fax.LEFT, STARTED):
            self.session.set_variable(left, "")
        for option, value in options.items():
            self.session.set_variable(option, value)
        self.session.set_variables({SINCE: f"{self.faxes.now():.3f}", FAXING: key})

    def _run(self, application: Application, direction: str, key: str, name: str) -> Faxed:
        events = fax.SENDING if direction == "out" else fax.RECEIVING
        self._last = None
        with self._followed(events, direction):
            try:
                headers: Headers = self.session.execute(application, key=name, timeout=LONGEST).headers
            except CallEnded:
                headers = self.session.last_headers or self._last or {}
        return self._conclude(headers, direction, key)

    def _conclude(self, headers: Headers, direction: str, key: str) -> Faxed:
        end, now = fax_end(headers), self.faxes.now()
        seconds = now - (decimal(variable(headers, SINCE)) or now)
        self.tally.fax = told(direction, end, seconds)
        self.note("fax_ended", **self.tally.fax)
        file = ""
        if direction == "out" and self.attempt:
            self.faxes.put(result_fact(self.subscriber, self.attempt, now, end, seconds, answered=True))
        elif direction == "in":
            file = variable(headers, STARTED)
            self.faxes.put(self._received(end, file, key, now, seconds))
        return faxed(end, seconds, Path(file).name)

    def _received(self, end: FaxEnd, file: str, key: str, at: float, seconds: float) -> Fact:
        offer = self.offer
        return received_fact(
            self.subscriber, offer.call, key, end, file, caller=offer.caller, number=self.number, at=at, seconds=seconds
        )

    @contextmanager
    def _followed(self, events: tuple[str, ...], direction: str) -> Iterator[None]:
        """Hear what the engine says: each page is stored at once, and a call that is held after its result ends."""

        def negotiated(event: Event) -> None:
            self._last = event.headers
            end = fax_end(event.headers)
            self.note("fax_negotiated", rate=end.rate, ecm=end.ecm, t38=end.t38, remote_id=end.remote_id)

        def page(event: Event) -> None:
            self._last = event.headers
            pages = fax_end(event.headers).pages
            self.note("fax_page", pages=pages)
            if direction == "out" and self.attempt:
                self.faxes.put(pages_fact(self.subscriber, self.attempt, pages))

        def ended(event: Event) -> None:
            self._last = event.headers
            gevent.spawn_later(HELD, self.session.hang_up_quietly)

        handles = dict(zip(events, (negotiated, page, ended), strict=True))
        for event, handle in handles.items():
            self.session.register_handle(event, handle)
        try:
            yield
        finally:
            for event, handle in handles.items():
                self.session.unregister_handle(event, handle)
