"""The calls for faxes as the controller tells of them: dialled once, page after page confirmed, and how each ended.

An attempt is known by its key, `FAX-NUMBER`. Everything here may be told twice and in any order: a page that is
confirmed stays so, and the first result of a call is its result. The session is the subscriber's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import Fax, FaxAttempt

OPEN = ("intended", "dialled")
# A call that nobody heard of any more may still be told of, by a controller that comes back.
LOST = "lost"
_TOLD = {"code": int, "rate": int, "bad_rows": int, "seconds": float, "ecm": bool, "t38": bool}
_LINES = ("cause", "text", "remote_id", "trunk")


def read(session: Session, attempt: str, lock: bool = False) -> FaxAttempt:
    """An attempt by its key, held until the transaction ends if that is wanted. LookupError when there is none."""
    found = _find(session, attempt, lock)
    if found is None:
        raise LookupError(f"no attempt {attempt}")
    return found


def dialled(
    session: Session, attempt: str, call: str, channel: str, controller: str, now: datetime
) -> tuple[FaxAttempt, bool]:
    """Write down that a call is about to be placed; commit before FreeSWITCH is asked.

    Gives the attempt, whose `call` and `channel` are those of whoever came first, and whether that was this one: only
    then may it be dialled. False also when the attempt is over. LookupError when there is no such attempt.
    """
    found = _find(session, attempt, lock=True)
    if found is None:
        raise LookupError(f"no attempt {attempt}")
    if found.state != "intended":
        return found, False
    found.state, found.call, found.channel = "dialled", call, channel
    found.controller, found.dialled_at = controller, now
    session.flush()
    return found, True


def moved(session: Session, attempt: str, channel: str, trunk: str) -> None:
    """The call is tried under another channel, by another trunk."""
    found = _find(session, attempt, lock=True)
    if found is not None and found.state in OPEN:
        found.channel, found.trunk = channel, trunk
        session.flush()


def confirm(session: Session, attempt: str, pages: int) -> bool:
    """The far end confirmed so many pages in this call, the first page that the call sent counting as one.

    False when that many were known before, or there is no such attempt.
    """
    found = _find(session, attempt, lock=True)
    if found is None or found.pages_confirmed >= pages:
        return False
    _confirm(session, found, pages)
    return True


def conclude(session: Session, attempt: str, result: Mapping[str, Any], at: datetime) -> bool:
    """How the call ended; False when that was known before, or there is no such attempt.

    `result` may hold: code (of the fax, None when nobody answered), cause (of the hang-up), text, pages (confirmed in
    this call), remote_id, rate (bits a second), ecm, t38, bad_rows, seconds, trunk, answered.
    """
    found = _find(session, attempt, lock=True)
    if found is None or found.state not in (*OPEN, LOST):
        return False
    for name, kind in _TOLD.items():
        if result.get(name) is not None:
            setattr(found, name, kind(result[name]))
    for name in _LINES:
        if result.get(name):
            setattr(found, name, str(result[name]))
    found.answered = bool(result.get("answered", found.code is not None))
    found.state, found.ended_at = "over", at
    _confirm(session, found, max(found.pages_confirmed, int(result.get("pages") or 0)))
    return True


def give_up(session: Session, attempt: str, result: Mapping[str, Any], at: datetime) -> bool:
    """End an attempt that no controller has taken; False when one took it meanwhile: then it tells how that ended."""
    found = _find(session, attempt, lock=True)
    return found is not None and found.state == "intended" and conclude(session, attempt, result, at)


def lose(session: Session, attempt: FaxAttempt, at: datetime) -> None:
    """Nobody knows of the call any more, and nobody has told how it ended."""
    attempt.state, attempt.ended_at = LOST, at
    session.flush()


def confirmed(attempt: FaxAttempt) -> int:
    """The pages of the fax, from its first, that are confirmed after this call: a continuation cover is none."""
    return attempt.start_page + max(0, attempt.pages_confirmed - attempt.covers)


def _confirm(session: Session, attempt: FaxAttempt, pages: int) -> None:
    attempt.pages_confirmed = pages
    fax = session.scalars(select(Fax).where(Fax.id == attempt.fax_id).with_for_update()).one()
    known = min(confirmed(attempt), fax.pages) if fax.pages else confirmed(attempt)
    fax.pages_confirmed = max(fax.pages_confirmed, known)
    session.flush()


def _find(session: Session, attempt: str, lock: bool = False) -> FaxAttempt | None:
    if not re.fullmatch(r"[0-9]{1,18}-[0-9]{1,9}", attempt):
        return None
    fax, _, number = attempt.partition("-")
    wanted = select(FaxAttempt).where(FaxAttempt.fax_id == int(fax), FaxAttempt.number == int(number))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()
