"""What the rooms above read of FreeSWITCH's headers, under plain names: the one place that knows how they are spelt.

Sticky variables are the trap here: a bridge's or a collection's variables stay on the channel after it, so each reader
says which event it may be used on. Source: measurements on FreeSWITCH 1.11.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Headers = Mapping[str, str]


def variable(headers: Headers, name: str) -> str:
    """A channel variable of an event; a list variable gives its first value; "" when it is not set."""
    value = headers.get(f"variable_{name}", "")
    return str(value[0]) if isinstance(value, list) and value else str(value)


@dataclass(frozen=True)
class ChannelData:
    """A channel as it is offered (the reply to `connect`)."""

    uuid: str
    dialled: str
    caller: str
    caller_name: str
    address: str
    answered: bool
    held: bool
    created: float  # epoch seconds


def channel_data(headers: Headers) -> ChannelData:
    """Read a CHANNEL_DATA block; missing headers become empty."""
    return ChannelData(
        uuid=headers.get("Unique-ID", ""),
        dialled=headers.get("Caller-Destination-Number", ""),
        caller=headers.get("Caller-Caller-ID-Number", ""),
        caller_name=headers.get("Caller-Caller-ID-Name", ""),
        address=variable(headers, "sip_network_ip") or headers.get("Caller-Network-Addr", ""),
        answered=headers.get("Answer-State") == "answered",
        held=headers.get("Channel-Call-State") == "HELD",
        created=_epoch(headers.get("Caller-Channel-Created-Time", "")),
    )


@dataclass(frozen=True)
class Ending:
    """How a channel ended (its CHANNEL_HANGUP_COMPLETE). Times are epoch seconds, 0 when it never came to that."""

    cause: str
    q850: int
    sip_code: int
    by: str  # "caller", "us" or ""
    created: float
    answered: float
    ended: float
    codec: str
    mos: float | None


def ending(headers: Headers) -> Ending:
    """Read a CHANNEL_HANGUP_COMPLETE event."""
    # send_bye and send_refuse are ours, recv_* the caller's; SIP's own word is not there for a loopback channel.
    disposition = variable(headers, "sip_hangup_disposition")
    by = {"recv": "caller", "send": "us"}.get(disposition.partition("_")[0], "")
    status = variable(headers, "sip_term_status") or variable(headers, "sip_invite_failure_status")
    mos = variable(headers, "rtp_audio_in_mos")
    return Ending(
        cause=headers.get("Hangup-Cause", ""),
        q850=_whole(variable(headers, "hangup_cause_q850")),
        sip_code=_whole(status),
        by=by,
        created=_epoch(headers.get("Caller-Channel-Created-Time", "")),
        answered=_epoch(headers.get("Caller-Channel-Answered-Time", "")),
        ended=_epoch(headers.get("Caller-Channel-Hangup-Time", "")),
        codec=variable(headers, "read_codec"),
        mos=decimal(mos),
    )


@dataclass(frozen=True)
class Collected:
    """What play_and_get_digits left: `ended` is success, timeout or failure; "" when it did not run."""

    digits: str
    ended: str
    terminator: str


def collected(headers: Headers, name: str) -> Collected:
    """Read the CHANNEL_EXECUTE_COMPLETE of a collection into variable `name`."""
    ended, terminator = variable(headers, "read_result"), variable(headers, "read_terminator_used")
    return Collected(variable(headers, name), ended, terminator)


@dataclass(frozen=True)
class BridgeEnd:
    """How a bridge went: SUCCESS or the cause why nobody answered; the uuid of the leg that answered."""

    disposition: str
    answered_by: str
    sip_code: int
    cause: str  # why the other side left


def bridge_end(headers: Headers) -> BridgeEnd:
    """Read the CHANNEL_EXECUTE_COMPLETE of a bridge (earlier the variables are those of the bridge before)."""
    return BridgeEnd(
        disposition=variable(headers, "originate_disposition"),
        answered_by=variable(headers, "last_bridge_to") or headers.get("Other-Leg-Unique-ID", ""),
        sip_code=_whole(variable(headers, "last_bridge_proto_specific_hangup_cause").removeprefix("sip:")),
        cause=variable(headers, "bridge_hangup_cause") or variable(headers, "last_bridge_hangup_cause"),
    )


def leg_causes(headers: Headers) -> dict[str, str]:
    """How each leg of a bridge ended, by its uuid (the CHANNEL_EXECUTE_COMPLETE of a bridge).

    A leg that could not even be tried (no such trunk, no such phone) is not among them.
    """
    found: object = headers.get("variable_originate_causes", "")
    legs = found if isinstance(found, list) else str(found).removeprefix("ARRAY::").split("|:")
    return {uuid: cause for uuid, _, cause in (str(leg).partition(";") for leg in legs) if uuid}


def played(headers: Headers) -> bool:
    """Whether a playback's CHANNEL_EXECUTE_COMPLETE says that there was something to play."""
    return headers.get("Application-Response", "") == "FILE PLAYED"


def partner(headers: Headers) -> str:
    """The other leg of a CHANNEL_BRIDGE event."""
    return headers.get("Other-Leg-Unique-ID", "") or headers.get("Bridge-B-Unique-ID", "")


def talking_with(headers: Headers) -> tuple[str, float] | None:
    """Whom a bridged channel talks with, and since when (epoch seconds); None while nobody has answered.

    Read it on a CHANNEL_BRIDGE or on a dump of the channel.
    """
    since = _epoch(headers.get("Other-Leg-Channel-Answered-Time", ""))
    return (headers.get("Other-Leg-Destination-Number", ""), since) if since else None


def _epoch(microseconds: str) -> float:
    return int(microseconds) / 1e6 if microseconds.isdecimal() else 0.0


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def decimal(text: str) -> float | None:
    """Read a number; None when it is none."""
    try:
        return float(text)
    except ValueError:
        return None
