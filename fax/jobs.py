"""The states of a fax that goes out, and how one leads to the next. Everything that decides it is in this file.

A state is a frozen dataclass; a transition is a method that gives the next state. What a state does not have cannot
happen to it: Sent, Failed and Cancelled have no transitions at all. Pure: moments are given, nothing is read or sent.

Two things hold whatever happens: a page whose confirmation is known is never sent again, and where it is not known
whether a page arrived, a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from fax import ladder
from fax.ladder import Again, Done, Outcome, Stop


@dataclass(frozen=True)
class Progress:
    """How far a fax is. `confirmed` counts its pages from the first; `history` are the calls that ended."""

    pages: int
    confirmed: int = 0
    history: tuple[Outcome, ...] = ()
    began: datetime | None = None
    calls: int = 0  # that were placed: their numbers go up and are never given twice

    def known(self, confirmed: int) -> Progress:
        """Pages were confirmed: never fewer than before, never more than there are."""
        return replace(self, confirmed=max(self.confirmed, min(confirmed, self.pages)))

    @property
    def whole(self) -> bool:
        """Whether every page is confirmed."""
        return 0 < self.pages <= self.confirmed


@dataclass(frozen=True)
class Sent:
    """The far end has it."""

    name: ClassVar[str] = "sent"
    reason: str = "sent"


@dataclass(frozen=True)
class Failed:
    """Nothing more is tried; `reason` is a key of `fax.results.REASONS`."""

    name: ClassVar[str] = "failed"
    reason: str


@dataclass(frozen=True)
class Cancelled:
    """Somebody did not want it any more."""

    name: ClassVar[str] = "cancelled"
    reason: str = "cancelled"


Ended = Sent | Failed | Cancelled


@dataclass(frozen=True)
class Queued:
    """Its documents are to be made into pages. `due` is when it may be called for; `rung` the one it begins with."""

    name: ClassVar[str] = "queued"
    due: datetime
    progress: Progress = Progress(0)
    rung: str = ""

    def convert(self) -> Converting:
        """A worker takes it."""
        return Converting(self.due, self.progress, self.rung)

    def cancel(self) -> Cancelled:
        """Nothing was done yet."""
        return Cancelled()


@dataclass(frozen=True)
class Converting:
    """A worker makes its pages; one that dies is followed by another, which begins anew."""

    name: ClassVar[str] = "converting"
    due: datetime
    progress: Progress = Progress(0)
    rung: str = ""

    def converted(self, pages: int) -> Waiting | Retrying:
        """The pages are there. Pages made anew begin at their first: no other had been confirmed."""
        progress = replace(self.progress, pages=pages)
        if progress.calls:
            return Retrying(self.due, progress, self.rung or "A")
        return Waiting(self.due, progress)

    def refused(self, reason: str = "document") -> Failed:
        """A document cannot be faxed."""
        return Failed(reason)

    def dropped(self) -> Queued:
        """The worker is gone."""
        return Queued(self.due, self.progress, self.rung)

    def cancel(self) -> Cancelled:
        """Whoever converts it will find nobody who wants the pages."""
        return Cancelled()


@dataclass(frozen=True)
class Waiting:
    """It is called for from `due` on, once its number is free."""

    name: ClassVar[str] = "waiting"
    due: datetime
    progress: Progress

    def send(self, rung: str, now: datetime) -> Sending:
        """A call is placed."""
        return _send(self.progress, rung, now)

    def stop(self, reason: str) -> Failed:
        """It may not be called for."""
        return Failed(reason)

    def cancel(self) -> Cancelled:
        """Nothing was sent yet."""
        return Cancelled()


@dataclass(frozen=True)
class Retrying:
    """A call ended without success; the next is placed from `due` on, by `rung`."""

    name: ClassVar[str] = "retrying"
    due: datetime
    progress: Progress
    rung: str

    def send(self, rung: str, now: datetime) -> Sending:
        """The next call is placed; it begins with the first page that is not confirmed."""
        return _send(self.progress, rung, now)

    def stop(self, reason: str) -> Failed:
        """It may not be called for."""
        return Failed(reason)

    def cancel(self) -> Cancelled:
        """The pages that are confirmed stay confirmed."""
        return Cancelled()


@dataclass(frozen=True)
class Sending:
    """A call is placed, or is about to be; it sends the pages from `start` on. `cancelling`: it is to end soon."""

    name: ClassVar[str] = "sending"
    progress: Progress
    rung: str
    start: int
    cancelling: bool = False

    def confirmed(self, pages: int) -> Sending:
        """The far end confirmed the fax's first so many pages."""
        return replace(self, progress=self.progress.known(pages))

    def ended(self, outcome: Outcome, now: datetime) -> Sent | Failed | Cancelled | Retrying | Queued:
        """The call is over, and how is known. Confirmations come first: see `confirmed`."""
        return _ended(self.progress, outcome, now, self.cancelling)

    def lost(self) -> Sent | Uncertain:
        """Nobody knows of the call any more and nobody told how it ended: perhaps the far end has more than we know."""
        return Sent() if self.progress.whole else Uncertain(self.progress, self.rung)

    def cancel(self) -> Sending:
        """The call is to be ended; how it ended decides."""
        return replace(self, cancelling=True)


@dataclass(frozen=True)
class Uncertain:
    """Whether the pages after the last confirmed one arrived is not known: a person is asked, nothing is sent."""

    name: ClassVar[str] = "uncertain"
    progress: Progress
    rung: str
    reason: str = "lost"

    def resend(self, now: datetime) -> Retrying:
        """Somebody wants what is not confirmed sent again; the ladder begins anew."""
        return Retrying(now, replace(self.progress, history=(), began=None), self.rung)

    def it_went(self) -> Sent:
        """Somebody knows that it arrived."""
        return Sent("went")

    def cancel(self) -> Cancelled:
        """Nobody wants to know."""
        return Cancelled()

    def confirmed(self, pages: int) -> Uncertain:
        """A controller came back and told of pages."""
        return replace(self, progress=self.progress.known(pages))

    def ended(self, outcome: Outcome, now: datetime) -> Sent | Failed | Cancelled | Retrying | Queued:
        """A controller came back and told how the call ended."""
        return _ended(self.progress, outcome, now, cancelling=False)


State = Queued | Converting | Waiting | Sending | Retrying | Sent | Failed | Cancelled | Uncertain
TERMINAL: Sequence[str] = (Sent.name, Failed.name, Cancelled.name)
CANCELLABLE: Sequence[str] = ("queued", "converting", "waiting", "sending", "retrying", "uncertain")


def _send(progress: Progress, rung: str, now: datetime) -> Sending:
    begun = replace(progress, began=progress.began or now, calls=progress.calls + 1)
    return Sending(begun, rung, start=progress.confirmed)


def _ended(
    progress: Progress, outcome: Outcome, now: datetime, cancelling: bool
) -> Sent | Failed | Cancelled | Retrying | Queued:
    progress = replace(progress, history=(*progress.history, outcome))
    following = ladder.after(progress.history, progress.began or now, now)
    if progress.whole or isinstance(following, Done):
        return Sent()
    if cancelling:
        return Cancelled()
    if isinstance(following, Stop):
        return Failed(following.reason)
    assert isinstance(following, Again)
    due = now + timedelta(seconds=following.after)
    # Pages made anew are other pages: those that are confirmed could not be told from the rest.
    if following.render and not progress.confirmed:
        return Queued(due, progress, following.rung)
    return Retrying(due, progress, following.rung)
