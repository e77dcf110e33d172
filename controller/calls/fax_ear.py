"""Numbers that take calls and faxes: the calling tone of a machine is heard beside the flow, and the call moves to fax.

FreeSWITCH listens from the moment of the answer on, and keeps what it heard on the channel: a controller that takes the
call over later moves it just so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from controller.calls.fax_flow import FAX
from controller.calls.offer import Offer
from controller.esl import fax
from controller.esl.connection import Session
from controller.esl.errors import EslError
from controller.esl.event import Event
from controller.flow.commands import ReceiveFax, SendFax
from controller.flow.engine import Walk

log = logging.getLogger(__name__)
CODECS = "PCMA,PCMU"  # no other sound carries a fax


def only_fax_codecs(session: Session) -> None:
    """Take no other sound than a fax can use, while nothing is agreed yet."""
    session.set_variable("codec_string", CODECS)


def listen(session: Session, offer: Offer, on_heard: Callable[[], None]) -> None:
    """Have a calling tone heard, once the call is answered. Errors: CallEnded, SessionGone."""

    def hear(event: Event) -> None:
        if event.get("Application") == "set" and event.get("Application-Data") == f"{fax.HEARD}=true":
            on_heard()

    session.register_handle("CHANNEL_EXECUTE_COMPLETE", hear)
    if not offer.answered:
        only_fax_codecs(session)
        for name, what in {"execute_on_answer": _spelt(), **fax.WHEN_HEARD}.items():
            session.set_variable(name, what)


def forget(session: Session) -> None:
    """It was heard, and is acted upon."""
    try:
        session.set_variable(fax.HEARD, "")
    except EslError as error:
        log.debug("call %s: %s", session.uuid, error)


def is_fax(walk: Walk) -> bool:
    """Whether a walk is that of a fax already."""
    return walk.frames[0].flow.name.startswith(FAX) or isinstance(walk.waiting, SendFax | ReceiveFax)


def _spelt() -> str:
    application = fax.hear_calling_tone()
    return f"{application.name} {application.argument}"
