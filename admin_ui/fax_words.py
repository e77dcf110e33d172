"""What faxes are called on the pages: their states, the ways a call is made, how a call went, in plain words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui import faxes
from conf.models import Fax, FaxAttempt
from fax import results

GOES = ("queued", "converting", "waiting", "sending", "retrying", "uncertain")
STATES: dict[str, tuple[str, Any]] = {
    "queued": ("amber", _l("In the queue")),
    "converting": ("amber", _l("Its pages are made")),
    "waiting": ("amber", _l("Waits for a line")),
    "sending": ("green", _l("Is being sent")),
    "retrying": ("amber", _l("Is tried again")),
    "uncertain": ("red", _l("Did it arrive?")),
    "sent": ("green", _l("Was sent")),
    "failed": ("red", _l("Was not sent")),
    "cancelled": ("", _l("Was cancelled")),
    "received": ("green", _l("Was received")),
    "partial": ("amber", _l("Pages are missing")),
}
RUNGS: dict[str, Any] = {
    "A": _l("T.38 asked for, else audio"),
    "B": _l("audio, with error correction"),
    "C": _l("audio, slower: 9,600 bit/s at most"),
    "D": _l("audio, slower, without error correction"),
    "E": _l("T.38, slower: 9,600 bit/s at most"),
}


class Words:
    """What templates say of a fax."""

    said = staticmethod(faxes.said)
    refusal = staticmethod(faxes.refusal)
    unprepared = staticmethod(faxes.unprepared)
    has_pages = staticmethod(faxes.has_pages)

    def advice(self, row: Fax) -> str:
        """What somebody may do about a fax that ended; "" when there is nothing."""
        return results.advice(row.reason, _)

    def warnings(self, row: Fax) -> list[str]:
        """What was done to its documents, with the pages."""
        return [faxes.put(told) for told in row.warnings or ()]

    def ended(self, call: FaxAttempt) -> str:
        """How a call went, in a sentence."""
        if call.state == "over" or call.code is not None:
            return results.sentence(call.code, call.cause, _) or _("The call ended; nobody knows how.")
        return _("The call is being made.") if call.state == "dialled" else _("The call is about to be made.")

    def manner(self, call: Fax | FaxAttempt) -> str:
        """In which way a call was made."""
        return str(RUNGS.get(call.rung, ""))

    def pages(self, call: FaxAttempt) -> int:
        """How many pages of the fax a call got over, its continuation cover not counted."""
        return max(0, call.pages_confirmed - call.covers)

    def line(self, row: Fax | FaxAttempt) -> list[str]:
        """How it went over the line: rate, T.38 or audio, error correction, rows that were damaged."""
        if not row.rate:
            return []
        rate = _("%(rate)s bit/s", rate=f"{row.rate:,}".replace(",", "\u202f"))
        found = [rate, _("T.38") if row.t38 else _("audio")]
        found += [_("error correction")] if row.ecm else [_("no error correction")] if row.ecm is not None else []
        found += [_("%(count)s damaged rows", count=row.bad_rows)] if row.bad_rows else []
        return found


words = Words()
