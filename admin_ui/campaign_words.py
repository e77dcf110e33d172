"""Words of campaigns as people say them: states, outcomes, reasons why nobody is called, purposes, grounds."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

STATES: dict[str, tuple[str, Any]] = {
    "draft": ("", _l("Not started")),
    "running": ("green", _l("Calls are placed")),
    "paused": ("amber", _l("Paused")),
    "over": ("", _l("The campaign is over")),
}
CONTACT_STATES: dict[str, tuple[str, Any]] = {
    "waiting": ("amber", _l("To be called")),
    "calling": ("green", _l("Is being called")),
    "done": ("", _l("Is dealt with")),
}
OUTCOMES: dict[str, tuple[str, Any]] = {
    "reached": ("green", _l("Spoken to")),
    "refused": ("amber", _l("Wants no more calls")),
    "busy": ("amber", _l("Busy")),
    "no_answer": ("amber", _l("No answer")),
    "machine": ("amber", _l("Answering machine")),
    "message_left": ("green", _l("Message left")),
    "dropped": ("amber", _l("Hung up at once")),
    "failed": ("red", _l("Could not be placed")),
    "wrong_number": ("red", _l("No such number")),
    "unknown": ("red", _l("Outcome not known")),
    "not_allowed": ("red", _l("May not be called")),
}
# Why a contact waits, or is never called: a few words for many contacts. One contact is told the whole sentence.
REASONS: dict[str, Any] = {
    "not_begun": _l("the campaign has not begun"),
    "over": _l("the campaign's last day has passed"),
    "list_unknown": _l("the do-not-call list could not be read"),
    "do_not_call": _l("on the do-not-call list"),
    "no_policy": _l("no rules are known for the country"),
    "no_ground": _l("there is no ground to call"),
    "too_early": _l("the consent has not begun"),
    "wrong_number_shown": _l("the number shown is not allowed"),
    "refused": _l("refused calls, and is left in peace"),
    "too_often": _l("called often enough for now"),
    "no_zone": _l("the time zone is not known"),
    "closed": _l("outside the hours of calling"),
}
PURPOSES: dict[str, Any] = {
    "commercial": _l("Commercial: to sell, to offer, to win back"),
    "service": _l("Service: an appointment, a delivery, an outage, an invoice"),
    "survey": _l("Survey: questions only, nothing is sold"),
}
BASES: dict[str, Any] = {
    "consent": _l("Consent: the person agreed to such calls"),
    "contract": _l("Contract: the call is about a contract in force"),
    "legitimate_interest": _l("Legitimate interest: surveys only"),
    "legal_obligation": _l("Legal obligation: a law asks for the call"),
}


def outcome(word: str) -> str:
    """What came of a call, or why there was none."""
    return str(OUTCOMES[word][1]) if word in OUTCOMES else word


def reason(code: str) -> str:
    """Why somebody is not called, in a few words."""
    return str(REASONS.get(code, code))


def basis(word: str) -> str:
    """A ground, without what explains it; `-` is none."""
    if word == "-":
        return _("none")
    return str(BASES[word]).partition(":")[0].strip() if word in BASES else word


def problem(text: str) -> str:
    """Why a campaign was paused by itself, in the person's language as far as it is known."""
    return _(text) if text else ""
