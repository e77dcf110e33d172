"""Who calls: what is known of a number, as named fields. A connector to a customer database may give more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from admin_ui.filters import phone
from admin_ui.words import direction, disposition
from conf import call_history
from conf.call_history import Wanted
from conf.models import CampaignContact, User, WrapUp
from conf.wrap_up import of_call

EARLIER = 5  # calls that are shown


@dataclass(frozen=True)
class Field:
    """Something that is known. `name` is for programs, `title` and `value` for people; `url` leads to more."""

    name: str
    title: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class EarlierCall:
    """A call with the same number. `outcome` is what the agent noted, "" when nothing."""

    call: str
    at: datetime
    direction: str
    disposition: str
    talk: float
    outcome: str


@dataclass(frozen=True)
class CallerCard:
    """All that is known. `calls` counts to `conf.call_history.MOST_COUNTED`."""

    fields: tuple[Field, ...]
    earlier: tuple[EarlierCall, ...]
    calls: int


def caller_card(session: Session, subscriber_id: int, number: str, name: str = "", call: str = "") -> CallerCard:
    """What is known of who is at the other end. `call` is the one that is up: it is no earlier one."""
    rows = _earlier(session, subscriber_id, number, call) if number else []
    shown = [name, *(row.caller_name for row in rows if row.caller == number)]
    known = _name(session, subscriber_id, number, shown)
    fields = [Field("number", _("Number"), phone(number), f"tel:{number}")] if number else []
    if known:
        fields.insert(0, Field("name", _("Name"), known))
    earlier = tuple(
        EarlierCall(
            row.call,
            row.started_at,
            direction(row.direction),
            disposition(row.disposition),
            row.talk,
            next((one.outcome for one in of_call(session, subscriber_id, row.call) if one.outcome), ""),
        )
        for row in rows[:EARLIER]
    )
    return CallerCard(tuple(fields), earlier, len(rows))


def other_end(row: WrapUp) -> str:
    """The number of who is at the other end of an agent's call."""
    return row.called if row.direction == "outbound" else row.caller


def _earlier(session: Session, subscriber_id: int, number: str, call: str) -> list[Row[Any]]:
    rows, _following = call_history.page(session, subscriber_id, Wanted(party=number))
    return [row for row in rows if row.call != call and number in (row.caller, row.called)]


def _name(session: Session, subscriber_id: int, number: str, shown: Sequence[str]) -> str:
    """A name that was shown before, of a contact of a campaign, or of a user whose extension it is."""
    before = next((name for name in shown if name and name != number), "")
    if before or not number:
        return before
    contact = select(CampaignContact.name).where(
        CampaignContact.subscriber_id == subscriber_id, CampaignContact.number == number, CampaignContact.name != ""
    )
    found = session.scalars(contact.order_by(CampaignContact.id.desc()).limit(1)).first()
    if found:
        return str(found)
    users = session.scalars(select(User).where(User.subscriber_id == subscriber_id))
    return next((user.name for user in users if str(user.doc.get("extension", "")) == number), "")
