"""What callers on a list meet, and what a list says of a number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from admin_ui import words as telephony
from admin_ui.forms import opening
from admin_ui.person import me
from conf.models import Document
from controller.flow import lists
from controller.flow.problem import FlowError


def met(action: Any) -> str:
    """What a list's action is, as the end of a sentence."""
    kind, argument = next(iter(action.items())) if isinstance(action, dict) else (action, "")
    match kind:
        case "reject":
            if argument == "CALL_REJECTED":
                return _("are refused")
            return _("are refused (%(cause)s)", cause=telephony.cause(argument))
        case "voicemail":
            return _("go to the voicemail")
        case "flow":
            return _("go to the flow “%(flow)s”", flow=argument)
        case "tag":
            return _("go on with the tag “%(tag)s”", tag=argument)
        case "busy":
            return _("hear the busy tone")
    return _("go on")


def tried(doc: Document, number: str) -> dict[str, Any]:
    """What a list says of a number: `{matched, entry, action, note, normal}`."""
    at = datetime.now(UTC).astimezone(opening.zone_of({}, me().time_zone))
    try:
        found = lists.match(doc, number, me().country, at)
    except FlowError as error:
        return {"matched": False, "problem": error.text(_)}
    entry: Document = next((one for one in doc.get("entries", []) if _is(one, found.entry)), {})
    return {
        "matched": found.listed,
        "entry": found.entry,
        "action": met({found.action: found.argument}) if found.action else met(doc.get("action", "busy")),
        "note": entry.get("note", ""),
        "normal": lists.normal(number, me().country),
        "problem": "",
    }


def _is(entry: Document, said: str) -> bool:
    """Whether an entry is the one that a match names."""
    if entry.get("anonymous"):
        return said == "anonymous"
    return said in (entry.get("number"), entry.get("regex"), entry.get("country", "").upper())
