"""A mail that was handed in becomes faxes, or is refused."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from conf.database import operator, scoped
from conf.fax import mail, numbers, queueing
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.fax.queueing import Given, To, Wanted
from conf.models import FaxMail, Subscriber
from conf.problems import ConfigurationError, Problem, Wrong
from fax.convert.kinds import kind
from fax.mail import letters, sender
from fax.mail.addresses import Recipient, Refused, recipient
from fax.mail.letters import Letter

log = logging.getLogger(__name__)
AWAY = Refused(451, "4.3.0", "faxes cannot be taken now: try again")


@dataclass(frozen=True)
class Taking:
    """Takes mails. `relay` is our own mail server, believed of what comes by LMTP; `answers` asks the DNS."""

    engine: Engine
    store: Store
    folder: Path
    policy: Policy
    now: Callable[[], datetime]
    domain: str
    relay: str = ""
    daily: int = 50
    answers: sender.Answers | None = None

    def to(self, address: str) -> Recipient:
        """Whether mails to an address may be faxed at all. Raises Refused."""
        return recipient(address, self.domain)

    def take(self, raw: bytes, addresses: Sequence[str], behind_relay: bool) -> str:
        """Put in what a mail asks for, a fax to each address, all or none; what is answered. Raises Refused."""
        try:
            letter = letters.read(raw)
            to = list({one.number: one for one in map(self.to, addresses)}.values())
            owner = self._owner(letter, to)
            self._check(letter, to)
            proved = self._proved(raw, letter, behind_relay)
            with scoped(self.engine, owner.id) as session:
                for one in to:
                    self._one(session, owner, letter, one, proved)
        except SQLAlchemyError as error:
            log.warning("a mail waits: %s", type(error).__name__)
            raise AWAY from error
        except OSError as error:
            log.warning("a mail waits: %s", error)
            raise AWAY from error
        return "250 2.6.0 taken: it is in the outbox"

    def _owner(self, letter: Letter, to: Sequence[Recipient]) -> Subscriber:
        slugs = {one.subscriber for one in to}
        if len(slugs) > 1:
            raise Refused(554, "5.7.1", "the recipients of one mail must be of one subscriber")
        with operator(self.engine, read_only=True) as session:
            found = mail.subscribers_of(session, letter.sender, next(iter(slugs)))
            session.expunge_all()
        if not found:
            raise Refused(550, "5.7.1", f"{letter.sender} may not send faxes")
        if len(found) > 1:
            raise Refused(550, "5.7.1", f"for whom? write to NUMBER@NAME.{self.domain}")
        return found[0]

    def _check(self, letter: Letter, to: Sequence[Recipient]) -> None:
        words = letter.subject or letter.text
        if not letter.attachments and (not words or any(one.cover is False for one in to)):
            raise Refused(554, "5.6.0", "there is nothing to fax in this mail")
        for one in letter.attachments:
            with tempfile.NamedTemporaryFile(prefix="mail-", dir=self.folder) as file:
                file.write(one.content)
                file.flush()
                found = kind(Path(file.name))
            if found in ("empty", "unknown"):
                what = "is empty" if found == "empty" else "is of no kind that can be faxed"
                raise Refused(554, "5.6.1", f"{one.name} {what}")

    def _proved(self, raw: bytes, letter: Letter, behind_relay: bool) -> bool:
        if behind_relay and sender.vouched(letter.results, letter.sender, self.relay):
            return True
        return sender.signed(raw, letter.sender, self.answers)

    def _one(self, session: Session, owner: Subscriber, letter: Letter, to: Recipient, proved: bool) -> str:
        now = self.now()
        try:
            number = numbers.destination(to.number, owner.country, self.policy)
        except Wrong as wrong:
            raise Refused(550, "5.1.1", f"{to.number} {wrong.problem.text()}") from None
        key = mail.digest(letter.sender, letter.message_id, number)
        if earlier := mail.there(session, key):
            return earlier.state
        # A mail that is passed on to a number that it does not name was perhaps meant for another one.
        if not proved or to.address.lower() not in letter.named:
            raise Refused(550, "5.7.1", f"nothing proves that {letter.sender} wrote this to {to.address}: DKIM must")
        row = FaxMail(digest=key, message_id=letter.message_id, sender=letter.sender, recipient=to.address)
        row.created_at = now
        session.add(row)
        session.flush()
        _room(session, owner, letter.sender, self.daily, now)
        self._queue(session, row, letter, to)
        return row.state

    def _queue(self, session: Session, row: FaxMail, letter: Letter, to: Recipient) -> None:
        words = bool(letter.subject or letter.text)
        covered = words if to.cover is None else to.cover
        cover = {"subject": letter.subject, "message": letter.text, "from_name": letter.sender_name}
        wanted = Wanted(
            to=[To(to.number, to.name)],
            documents=[Given(one.name, io.BytesIO(one.content)) for one in letter.attachments],
            cover=cover if covered else None,
            key=f"mail-{row.digest}",
            created_by=mail.login_of(session, letter.sender),
            source="mail",
        )
        try:
            queued = queueing.queue(session, self.store, row.subscriber_id, wanted, self.policy, self.now())
        except ConfigurationError as error:
            raise Refused(554, "5.7.1", "; ".join(_told(one) for one in error.problems)) from None
        row.state, row.batch_id, row.until = "queued", queued.batch.id, None


def _told(problem: Problem) -> str:
    return f"{problem.value or problem.field} {problem.at(field='', value='').text()}"


def _room(session: Session, owner: Subscriber, address: str, most: int, now: datetime) -> None:
    """Raises Refused when a sender has had a day's worth."""
    if mail.today(session, address, owner.time_zone, now) > most:
        raise Refused(550, "5.7.1", f"{most} mails a day become faxes: that many were taken today")
