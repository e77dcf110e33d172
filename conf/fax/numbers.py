"""To which numbers a fax may go, and which number of ours it shows. What costs more than a call is closed at first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult
from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.fax import rights
from conf.models import FaxBox, Number, User
from conf.problems import N_, Wrong

_PREMIUM = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PAGER, PhoneNumberType.PERSONAL_NUMBER}
)
ALL = "*"


@dataclass(frozen=True)
class Policy:
    """What the operator opens: `countries` as two letters, none for the subscriber's own, `*` for all."""

    countries: Collection[str] = ()
    premium: bool = False
    daily: int = 200  # faxes of a subscriber
    bytes: int = 50_000_000  # of all documents of a fax together


def destination(text: str, home: str, policy: Policy) -> str:
    """A number as E.164, as people write it in the country `home`. Raises Wrong: it is none, or it is closed."""
    try:
        number = phonenumbers.parse(text, home or None)
    except phonenumbers.NumberParseException:
        raise Wrong("not_a_number", N_("is not a telephone number")) from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.TOO_SHORT:
        raise Wrong("too_short", N_("is too short for a telephone number"))
    if possible != ValidationResult.IS_POSSIBLE:
        raise Wrong("not_a_number", N_("is not a telephone number"))
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not policy.premium and phonenumbers.number_type(number) in _PREMIUM:
        raise Wrong("premium", N_("costs more than a call: the operator has not opened such numbers for faxes"))
    country = phonenumbers.region_code_for_number(number) or ""
    if ALL not in policy.countries and country not in (policy.countries or (home,)):
        shown = country or f"+{number.country_code}"
        raise Wrong("abroad", N_("is in {country}: the operator has not opened that country for faxes"), country=shown)
    return written


def shown(session: Session, wish: str, login: str) -> str:
    """Our number that the far end sees: the wish, the user's, the box's, else the first for faxes, else the first.

    Raises Wrong when the wish is no number of the subscriber's, or this user may not send from it, or from any. "" when
    the subscriber has none.
    """
    rows = session.scalars(select(Number).order_by(Number.position, Number.id)).all()
    owned = {row.number: row.mode for row in rows}
    if wish and wish not in owned:
        raise Wrong("not_ours", N_("is none of your numbers"))
    closed = rights.closed(session, rights.viewer_of(session, login), rights.SEND)
    if wish in closed:
        raise Wrong("not_allowed", N_("is a number that you may not send faxes from"))
    user = session.scalars(select(User).where(User.login == login)).one_or_none() if login else None
    box = session.scalars(select(FaxBox)).one_or_none()
    wishes = [
        wish,
        str(user.doc.get("outbound_number", "")) if user else "",
        str(box.doc.get("number", "")) if box else "",
    ]
    wishes += [number for number, mode in owned.items() if mode in ("fax", "both")] + list(owned)
    found = next((number for number in wishes if number in owned and number not in closed), "")
    if owned and not found:
        raise Wrong("not_allowed", N_("there is no number that you may send faxes from"))
    return found
