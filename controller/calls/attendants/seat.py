"""A conversation's seat at the prompter's desk: what of the call the attendant is told, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conf.snapshot import Snapshot
from controller.calls.attendants.calls import About, Place
from controller.calls.attendants.desk import Desk
from controller.calls.offer import Offer
from controller.calls.tap import Line
from controller.esl.connection import Session
from controller.esl.event import Event


class Seat:
    """Of one call as one controller has it. Where nobody listens to the subscriber's calls, nothing happens."""

    def __init__(
        self,
        desk: Desk | None,
        line: Line,
        offer: Offer,
        subscriber: Snapshot | None,
        direction: str,
        number: str,
        epoch: int,
        place: Callable[[], Place] = Place,
    ) -> None:
        self._line = line
        self._attendant = None
        if desk is None or subscriber is None:
            return
        by_phone = offer.origin == "phone"
        who = (offer.caller, offer.caller_name, offer.dialled, offer.user if by_phone else "")
        about = About(subscriber, offer.call, offer.uuid, epoch, direction, number, *who, by_phone, place)
        self._attendant = desk.attend(about, line, offer.prompter)
        if self._attendant and isinstance(line, Session):
            line.register_handle("DTMF", self._key)

    def talks(self, who: str, partner: str = "", carried: Iterable[tuple[str, str]] = ()) -> None:
        """The caller talks with `who`, an extension or a number, at the channel `partner`."""
        if self._attendant:
            self._attendant.talks(who, partner, carried)

    def parted(self) -> None:
        """The talk has ended."""
        if self._attendant:
            self._attendant.parted()

    def end(self) -> None:
        """The call has ended."""
        if self._attendant:
            self._attendant.end()

    def leave(self, over: bool = False) -> None:
        """The call goes on elsewhere, or by another line, or (`over`) perhaps not at all."""
        if self._attendant:
            self._attendant.leave(self._line, over)

    def _key(self, event: Event) -> None:
        if self._attendant:
            self._attendant.happened("key", key=event.get("DTMF-Digit", ""))
