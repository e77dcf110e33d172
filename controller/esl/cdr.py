"""FreeSWITCH's own account of a call (mod_json_cdr), read as if it were the call's last event.

Its values come from strangers: a file may hold bytes that are no UTF-8, names twice, numbers where a text is expected.
Source: switch_ivr_generate_json_cdr and the files of FreeSWITCH 1.11.1.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

PROFILE = {
    "Caller-Destination-Number": "destination_number",
    "Caller-Caller-ID-Number": "caller_id_number",
    "Caller-Caller-ID-Name": "caller_id_name",
    "Caller-Network-Addr": "network_addr",
}
TIMES = {
    "Caller-Channel-Created-Time": "created_time",
    "Caller-Channel-Answered-Time": "answered_time",
    "Caller-Channel-Bridged-Time": "bridged_time",
    "Caller-Channel-Hangup-Time": "hangup_time",
}
LEFT = "Bridge-Left-Time"  # our own name: when the application after the last bridge began
LIST = "ARRAY::"
SEPARATOR = "|:"


class Unreadable(ValueError):
    """Not an account of a call."""


def read_cdr(data: bytes) -> dict[str, Any]:
    """The headers that the end of the call had, its variables among them. Raises Unreadable."""
    try:
        account = json.loads(data.decode("utf-8", "replace"))
        flow = account["callflow"][0]  # the newest profile: the dialplan makes one each time the call goes round
        profile, times, variables = flow["caller_profile"], flow["times"], account["variables"]
        if not isinstance(variables, dict):
            raise TypeError("variables")
        headers = {name: str(profile.get(field) or "") for name, field in PROFILE.items()}
        headers |= {name: str(times.get(field) or "") for name, field in TIMES.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from None
    told = {name: value for name, value in variables.items() if isinstance(value, str)}
    if _is_encoded(told, profile):
        told = {name: unquote(value) for name, value in told.items()}
    uuid = told.get("uuid") or str(profile.get("uuid") or "")
    if not uuid:
        raise Unreadable("no uuid")
    headers["Unique-ID"] = uuid
    headers["Hangup-Cause"] = told.get("hangup_cause", "")
    headers[LEFT] = _after_bridge(account)
    headers["Answer-State"] = "answered" if headers["Caller-Channel-Answered-Time"].strip("0") else "hangup"
    return headers | {f"variable_{name}": _listed(value) for name, value in told.items()}


def bridged(headers: dict[str, Any]) -> float:
    """When the last talk began, in epoch seconds; 0 when there was none since the call last went round."""
    return _seconds(headers["Caller-Channel-Bridged-Time"])


def left(headers: dict[str, Any]) -> float:
    """When the last bridge ended before the call did; 0 when the call ended with it."""
    return _seconds(headers[LEFT])


def bridged_to(headers: dict[str, Any]) -> str:
    """The user or number of the channel that the last bridge led to; "" when it cannot be told."""
    channel = str(headers.get("variable_bridge_channel", ""))
    return channel.rpartition("/")[2].partition("@")[0].partition("%")[0]


def _after_bridge(account: dict[str, Any]) -> str:
    """The application after the last bridge: without a controller the dialplan goes on by itself."""
    try:
        applications = account["app_log"]["applications"]
        last = max(place for place, one in enumerate(applications) if one["app_name"] == "bridge")
        return str(applications[last + 1]["app_stamp"])
    except (LookupError, TypeError, ValueError):
        return ""


def _seconds(microseconds: str) -> float:
    return int(microseconds) / 1e6 if microseconds.isdecimal() else 0.0


def _is_encoded(variables: dict[str, str], profile: dict[str, Any]) -> bool:
    """Whether values are URL-encoded (encode-values): the channel's name is there in both ways.

    Encoded once more or once too often, a caller's %22 would be another text than the controller saw.
    """
    there, plain = variables.get("channel_name", ""), str(profile.get("chan_name") or "")
    return there != plain and unquote(there) == plain


def _listed(value: str) -> Any:
    return value.removeprefix(LIST).split(SEPARATOR) if value.startswith(LIST) else value
