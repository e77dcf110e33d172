"""The mails about faxes: sent, not sent, tried again, uncertain, come in. What a fax says is never in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui import mails
from conf.fax import notices
from conf.mail import Mail
from conf.models import Fax, FaxMail, Subscriber
from fax import results


def init_app(app: Flask) -> None:
    """Write the mails that `conf.fax.notices` queues."""
    mails.WRITERS["fax"] = told


def told(session: Session, payload: dict[str, Any], now: datetime) -> Iterator[Mail]:
    """One mail to each address; nothing when the fax is gone."""
    fax = session.get(Fax, int(payload["fax"]))
    if fax is None:
        return
    subscriber = session.get_one(Subscriber, fax.subscriber_id)
    with force_locale(subscriber.language):
        subject = _subject(str(payload["event"]), fax)
        lines = _lines(str(payload["event"]), fax, ZoneInfo(subscriber.time_zone))
        text = "\n".join(line for line in lines if line)
    handed_in = select(FaxMail).where(FaxMail.batch_id == fax.batch_id)
    came = session.scalars(handed_in).first() if fax.batch_id else None
    for address in payload["to"]:
        answers = came.message_id if came and came.sender == str(address).lower() else ""
        yield Mail(str(address), subject, text, subscriber.language, answers if answers.startswith("<") else "")


def _subject(event: str, fax: Fax) -> str:
    number = fax.to_number
    match event:
        case notices.SENT:
            return str(_("The fax to %(number)s was sent", number=number))
        case notices.FAILED:
            return str(_("The fax to %(number)s could not be sent", number=number))
        case notices.REQUEUED:
            return str(_("The fax to %(number)s is tried again", number=number))
        case notices.UNCERTAIN:
            return str(_("Did the fax to %(number)s arrive?", number=number))
        case _other:
            return str(_("A fax from %(number)s came in", number=fax.from_number or _("an unknown number")))


def _lines(event: str, fax: Fax, zone: ZoneInfo) -> Iterator[str]:
    yield f"{fax.name} {fax.to_number}".strip() if fax.direction == "out" else fax.to_number
    yield results.reason(fax.reason, _)
    if event != notices.SENT:
        yield results.sentence(fax.code, fax.cause, _)
    if fax.problem:
        yield f"{fax.problem[0]}: " + _(fax.problem[1]).format(**fax.problem[2])
    if event in (notices.FAILED, notices.UNCERTAIN):
        yield results.advice(fax.reason, _)
    if fax.pages:
        yield str(_("Pages: %(sent)s of %(total)s", sent=fax.pages_confirmed, total=fax.pages))
    if fax.remote_id:
        yield str(_("Their fax says it is: %(ident)s", ident=fax.remote_id))
    if fax.rate and fax.seconds:
        way = _("by T.38") if fax.t38 else _("by sound")
        told = {"rate": fax.rate, "way": way, "seconds": round(fax.seconds)}
        yield str(_("%(rate)s bit/s, %(way)s, %(seconds)s s on the line", **told))
    if event == notices.REQUEUED and fax.state == "retrying":
        yield str(_("Next try: %(moment)s", moment=format_datetime(fax.due_at.astimezone(zone), "short", rebase=False)))
