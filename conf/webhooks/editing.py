"""A subscriber's webhooks: made, changed, removed. The secret is shown once and kept sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.accounts import sealing
from conf.models import CallEvent, Webhook
from conf.outgoing import OutgoingRefused
from conf.outgoing.address import check_address, is_address, networks
from conf.outgoing.url import read as read_url
from conf.problems import N_, ConfigurationError, Problem
from conf.webhooks.events import EVENTS
from conf.webhooks.signature import new_secret

LONGEST_URL = 2000
LONGEST_NAME = 64
MOST = 20  # webhooks of one subscriber


@dataclass(frozen=True)
class Given:
    """What somebody wrote. No `events`: all of them."""

    name: str
    url: str
    events: tuple[str, ...] = ()
    active: bool = True


def newest(session: Session) -> int:
    """The newest call event of all subscribers; the session is the operator's."""
    return session.scalars(select(func.max(CallEvent.id))).one() or 0


def listed(session: Session) -> Sequence[Webhook]:
    """A subscriber's webhooks by name."""
    return session.scalars(select(Webhook).order_by(Webhook.name)).all()


def read(session: Session, webhook_id: int) -> Webhook:
    """One webhook. LookupError when there is none."""
    found = session.scalars(select(Webhook).where(Webhook.id == webhook_id)).one_or_none()
    if found is None:
        raise LookupError(f"no webhook {webhook_id}")
    return found


def create(
    session: Session, given: Given, *, looked_at: int, secret: str, allow: Iterable[str] = ()
) -> tuple[Webhook, str]:
    """Make a webhook that is told what happens after the event `looked_at`; its secret is known only here and now.

    `secret` is settings.web_secret, `allow` are the private networks that the operator opens.
    Raises ConfigurationError with the fields name, url, events.
    """
    _check(session, given, None, allow)
    if len(listed(session)) >= MOST:
        raise ConfigurationError([Problem("too_many", N_("There are {most} webhooks already."), {"most": MOST})])
    text = new_secret()
    webhook = Webhook(secret=sealing.seal(text, secret), looked_at=looked_at)
    _fill(webhook, given)
    session.add(webhook)
    session.flush()
    return webhook, text


def change(session: Session, webhook: Webhook, given: Given, *, looked_at: int, allow: Iterable[str] = ()) -> Webhook:
    """Write over a webhook. What happened while it was not active is never told. Raises ConfigurationError."""
    _check(session, given, webhook, allow)
    if given.active and not webhook.active:
        webhook.looked_at = looked_at
    _fill(webhook, given)
    session.flush()
    return webhook


def remove(session: Session, webhook: Webhook) -> None:
    """Remove a webhook with its log; what waits is not sent any more."""
    session.delete(webhook)
    session.flush()


def _fill(webhook: Webhook, given: Given) -> None:
    webhook.name, webhook.url = given.name.strip(), given.url
    webhook.events, webhook.active = [kind for kind in EVENTS if kind in given.events], given.active


def _check(session: Session, given: Given, itself: Webhook | None, allow: Iterable[str]) -> None:
    problems = [*_name(session, given.name.strip(), itself), *_url(given.url, allow), *_events(given.events)]
    if problems:
        raise ConfigurationError(problems)


def _name(session: Session, name: str, itself: Webhook | None) -> Iterable[Problem]:
    if not name:
        yield Problem("missing", N_("must not be empty"), field="name")
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield Problem("not_a_name", N_("may have at most {most} letters"), {"most": LONGEST_NAME}, field="name")
    elif any(other.name == name and other is not itself for other in listed(session)):
        yield Problem("given_twice", N_("{name} exists already"), {"name": name}, field="name")


def _url(url: str, allow: Iterable[str]) -> Iterable[Problem]:
    if len(url) > LONGEST_URL:
        yield Problem(
            "string_too_long", N_("is longer than {max_length} characters"), {"max_length": LONGEST_URL}, field="url"
        )
        return
    try:
        host = read_url(url).host
        if is_address(host):
            check_address(host, networks(allow))
    except OutgoingRefused as refused:
        yield Problem("not_a_url", refused.message, refused.fields, field="url")


def _events(events: Iterable[str]) -> Iterable[Problem]:
    for kind in sorted(set(events) - set(EVENTS)):
        yield Problem("unknown_event", N_("there is no event {kind}"), {"kind": kind}, field="events")
