"""What the desk says of calls and cards, in the agent's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

OUTCOMES: dict[str, Any] = {
    "resolved": _l("Resolved"),
    "call_back": _l("To be called back"),
    "passed_on": _l("Passed on to somebody"),
    "unresolved": _l("Not resolved"),
    "no_matter": _l("Nothing to do"),
}


def outcome(word: str) -> str:
    """What came of a call, in the agent's word."""
    return str(OUTCOMES.get(word, word))


def because(why: Mapping[str, Any]) -> str:
    """Why a card was shown, in one sentence."""
    seen = why.get("seen")
    if seen:
        return _heard(str(why["kind"]), str(seen["side"]), " ".join(seen["words"]))
    seconds = round(float(why.get("seconds") or 0.0))
    lasted = ngettext("%(num)s second", "%(num)s seconds", seconds)
    match why["kind"]:
        case "absent":
            return _("It has not been said within %(time)s.", time=lasted)
        case "silence":
            return _("Nobody has spoken for %(time)s.", time=lasted)
        case "cross_talk":
            return _("You have both been speaking at once for %(time)s.", time=lasted)
        case "monologue":
            return _("One of you has been speaking for %(time)s.", time=lasted)
        case "rate":
            return _("One of you speaks %(rate)s words a minute.", rate=round(float(why.get("rate") or 0.0)))
    return _event(str(why.get("fitted") or ""), lasted, seconds)


def _heard(kind: str, side: str, words: str) -> str:
    if kind == "absent":
        return _("“%(words)s” was said, and what must come first was not.", words=words)
    if side == "agent":
        return _("You said “%(words)s”.", words=words)
    return _("The customer said “%(words)s”.", words=words)


def _event(value: str, lasted: str, seconds: int) -> str:
    if value == "hold":
        return _("The customer has been on hold for %(time)s.", time=lasted) if seconds else _("The call is on hold.")
    if value == "answer":
        return _("The call was answered.")
    if value == "unhold":
        return _("The customer is back from hold.")
    return _("In this call: %(what)s.", what=value) if value else _("Something happened in this call.")
