"""Telephony's own words as people say them: outcomes, causes, directions."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

DISPOSITIONS: dict[str, Any] = {
    "answered": _l("Answered"),
    "served": _l("Served by the flow"),
    "abandoned": _l("Caller gave up"),
    "busy": _l("Busy"),
    "no_answer": _l("No answer"),
    "failed": _l("Failed"),
    "lost": _l("Lost"),
}
COLOURS = {"answered": "green", "served": "green", "abandoned": "amber", "busy": "amber", "no_answer": "amber"}
DIRECTIONS: dict[str, Any] = {"inbound": _l("Inbound"), "outbound": _l("Outbound"), "internal": _l("Internal")}
CAUSES: dict[str, Any] = {
    "NORMAL_CLEARING": _l("hung up normally"),
    "ORIGINATOR_CANCEL": _l("the caller gave up"),
    "USER_BUSY": _l("busy"),
    "NO_ANSWER": _l("nobody answered"),
    "NO_USER_RESPONSE": _l("the phone did not respond"),
    "CALL_REJECTED": _l("refused"),
    "USER_NOT_REGISTERED": _l("the phone is not registered"),
    "UNALLOCATED_NUMBER": _l("there is no such number"),
    "NUMBER_CHANGED": _l("the number has changed"),
    "INVALID_NUMBER_FORMAT": _l("the number is not complete"),
    "DESTINATION_OUT_OF_ORDER": _l("the destination is out of order"),
    "NORMAL_TEMPORARY_FAILURE": _l("a passing failure of the network"),
    "SWITCH_CONGESTION": _l("the network is congested"),
    "RECOVERY_ON_TIMER_EXPIRE": _l("the other side stopped answering"),
    "MEDIA_TIMEOUT": _l("no sound arrived any more"),
    "LOSE_RACE": _l("somebody else answered first"),
    "MANAGER_REQUEST": _l("ended by hand"),
    "SYSTEM_SHUTDOWN": _l("the switch was stopped"),
    "INCOMPATIBLE_DESTINATION": _l("the devices understand no common codec"),
    "BEARERCAPABILITY_NOTAVAIL": _l("the network has no channel for this kind of call"),
    "OUTGOING_CALL_BARRED": _l("calls to this number are not allowed"),
}


DOING: dict[str, Any] = {
    "Answer": _l("answers"),
    "Play": _l("hears an announcement"),
    "Collect": _l("is asked for keys"),
    "Dial": _l("hears it ring"),
    "CheckHours": _l("looks at the schedule"),
    "CheckList": _l("looks at a list"),
    "Count": _l("counts"),
    "Request": _l("waits for a web service"),
    "HangUp": _l("hangs up"),
}


def doing(word: str) -> str:
    """What a live call is doing, by the command of its node."""
    return str(DOING.get(word, word))


def disposition(word: str) -> str:
    """How a call ended."""
    return str(DISPOSITIONS.get(word, word))


def colour(word: str) -> str:
    """The colour of an outcome's dot."""
    return COLOURS.get(word, "red" if word in ("failed", "lost") else "")


def direction(word: str) -> str:
    """Which way a call went."""
    return str(DIRECTIONS.get(word, word))


def cause(word: str) -> str:
    """Why a channel ended; the switch's own word where people have none."""
    return str(CAUSES.get(word, word or _("unknown")))


def ended_by(word: str) -> str:
    """Who hung up."""
    known = {
        "caller": _("the caller"),
        "called": _("the other side"),
        "flow": _("the flow"),
        "controller": _("the system"),
        "network": _("the network"),
    }
    return known.get(word, word)
