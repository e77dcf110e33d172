"""What happens to faxes, as facts for the database: pages that were confirmed, how each call ended, what came in.

A fact may be told twice: by the controller that had the call, and again from FreeSWITCH's account of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from conf.fax import attempts
from controller.calls import placed
from controller.calls.offer import GIVEN
from controller.calls.spool import Fact
from controller.esl.fax import FaxEnd
from controller.esl.fields import Headers, variable
from controller.flow.commands import Faxed

FAXING = "souffleur_faxing"  # on the channel: the command whose fax the fax_* variables tell of
SINCE = "souffleur_fax_since"  # on the channel: when it began, in epoch seconds
STARTED = "fax_filename"  # on the channel, by the engine, once it has begun
ATTEMPT = "fax_attempt"  # among the variables that a call carries which we placed for a fax
PAGES, RESULT, RECEIVED = "fax_pages", "fax_result", "fax_received"


def attempt_of(headers: Headers) -> str:
    """The attempt that a channel was placed for; "" when it was placed for something else."""
    given = placed.read(variable(headers, GIVEN))
    return given.variables.get(ATTEMPT, "") if given else ""


def faxed(end: FaxEnd, seconds: float, file: str = "") -> Faxed:
    """What a flow hears of it."""
    return Faxed(
        ok=end.ok,
        code=end.code,
        pages=end.pages,
        total=end.total,
        remote_id=end.remote_id,
        rate=end.rate,
        ecm=end.ecm,
        t38=end.t38 == "negotiated",
        bad_rows=end.bad_rows,
        seconds=round(max(0.0, seconds), 1),
        file=file,
    )


def told(direction: str, end: FaxEnd, seconds: float) -> dict[str, Any]:
    """What a call's record tells of its fax."""
    return {
        "direction": direction,
        "code": end.code,
        "text": end.text,
        "pages": end.pages,
        "total": end.total,
        "remote_id": end.remote_id,
        "rate": end.rate,
        "ecm": end.ecm,
        "t38": end.t38,
        "bad_rows": end.bad_rows,
        "seconds": round(max(0.0, seconds), 1),
    }


def pages_fact(subscriber: int, attempt: str, pages: int) -> Fact:
    """The far end confirmed so many pages in this call."""
    return {"table": PAGES, "subscriber": subscriber, "attempt": attempt, "pages": pages}


def result_fact(
    subscriber: int, attempt: str, at: float, end: FaxEnd | None, seconds: float = 0.0, **more: Any
) -> Fact:
    """How the call for a fax ended, with `cause` and `answered` besides; `at` in epoch seconds."""
    result: dict[str, Any] = {"code": None} | more
    if end:
        kept = ("code", "text", "pages", "remote_id", "rate", "ecm", "bad_rows")
        result |= {name: getattr(end, name) for name in kept} | {"t38": end.t38 == "negotiated"}
        result["seconds"] = round(max(0.0, seconds), 1)
    return {"table": RESULT, "subscriber": subscriber, "attempt": attempt, "result": result, "at": at}


def received_fact(  # noqa: PLR0913
    subscriber: int, call: str, key: str, end: FaxEnd, file: str, *, caller: str, number: str, at: float, seconds: float
) -> Fact:
    """A fax came in: `file` is the TIFF in the folder that FreeSWITCH writes to, `at` its end in epoch seconds."""
    about = {"from": caller, "to": number, "file": file, "at": at}
    return {
        "table": RECEIVED,
        "subscriber": subscriber,
        "call": call,
        "key": key,
        **about,
        "result": told("in", end, seconds),
    }


def write(session: Session, facts: list[Mapping[str, Any]]) -> None:
    """Write what was told of attempts; the session is the subscriber's."""
    for fact in facts:
        if fact["table"] == PAGES:
            attempts.confirm(session, fact["attempt"], fact["pages"])
        else:
            attempts.conclude(session, fact["attempt"], fact["result"], datetime.fromtimestamp(fact["at"], UTC))
