"""Outgoing legs: which endpoints can be tried, what a leg starts with, and both halves of a loopback.

Recorded: 03a (headers and variables of a leg), 03e (causes of impossible endpoints). Seen on 1.11.1
(transcript real_loopback): the B half of a loopback has the A half's variables and caller id and walks the
dialplan.
"""

from __future__ import annotations

import gevent

from controller.virtual import session
from controller.virtual.cdr import profile_of
from controller.virtual.channel import Channel, Switch
from controller.virtual.headers import other_leg
from controller.virtual.party import Party
from controller.virtual.text import Leg


def refusal(switch: Switch, one: Leg) -> str:
    """Why this endpoint cannot even be tried, or nothing (causes of 03e)."""
    parts = one.endpoint.split("/")
    if one.registered:
        return "" if switch.find_callee(one.number, one.domain) else "USER_NOT_REGISTERED"
    if one.kind == "loopback":
        return ""
    if one.kind != "sofia" or len(parts) < 3:
        return "CHAN_NOT_IMPLEMENTED"
    if parts[1] == "gateway":
        return "" if switch.gateways is None or parts[2] in switch.gateways else "INVALID_GATEWAY"
    return "" if parts[1] in switch.profiles else "INVALID_PROFILE"


def make_leg(switch: Switch, caller: Channel | None, one: Leg) -> Channel:
    """An outgoing channel with the caller id and the variables it is called with."""
    variables = {name: value for name, value in one.variables.items() if name != "origination_uuid"}
    number = (
        variables.get("origination_caller_id_number") or (caller and caller.get("effective_caller_id_number")) or ""
    )
    name = variables.get("origination_caller_id_name") or (caller and caller.get("effective_caller_id_name")) or ""
    if caller:
        number, name = (
            number or caller.profile.get("Caller-ID-Number", ""),
            name or caller.profile.get("Caller-ID-Name", ""),
        )
    parts = one.endpoint.split("/")
    title = {
        "user": f"sofia/internal/{'/'.join(parts[1:])}",
        "loopback": f"loopback/{one.number}-a",
    }.get(one.kind) or (f"sofia/external/{one.number}" if parts[1] == "gateway" else one.endpoint)
    profile = {
        "Username": caller.profile.get("Username", "") if caller else "", "Dialplan": "XML", "Caller-ID-Name": name,
        "Caller-ID-Number": number, "Orig-Caller-ID-Name": name, "Orig-Caller-ID-Number": number,
        "Callee-ID-Name": "Outbound Call", "Callee-ID-Number": one.number, "Network-Addr": "127.0.0.1", "ANI": number,
        "Destination-Number": one.number,
        "RDNIS": caller.profile.get("RDNIS", "") if caller else "",
        "Source": "mod_loopback" if one.kind == "loopback" else "mod_sofia",
        "Context": caller.profile.get("Context", "") if caller else "public",
    }  # fmt: skip
    leg = Channel(
        switch, Party(switch.clock, one.number), uuid=one.variables.get("origination_uuid", ""), name=title,
        direction="outbound",
        profile=profile,
    )  # fmt: skip
    leg.party.channel = leg
    leg.state = "CS_NONE"
    leg.variables = {
        "variable_direction": "outbound", "variable_is_outbound": "true", "variable_uuid": leg.uuid,
        "variable_session_id": switch.next_session(), "variable_channel_name": title,
    }  # fmt: skip
    if caller:
        for name in filter(None, caller.get("export_vars").split(",")):
            leg.set(name, caller.get(name) or caller.get(f"nolocal:{name}"))
    for name, value in one.variables.items():
        leg.set(name, value)
    if caller:
        leg.other_leg = other_leg(caller, "originator")
        leg.caller = profile_of(caller)
        leg.set("max_forwards", str(int(caller.get("max_forwards") or 71) - 1))
        leg.variables |= {
            f"variable_{name}": caller.uuid for name in ("originator", "signal_bond", "originating_leg_uuid")
        }
    leg.set("call_uuid", caller.uuid if caller else leg.uuid)
    leg.set("originate_endpoint", "loopback" if one.kind == "loopback" else "sofia")
    return leg


def begin(leg: Channel, one: Leg) -> None:
    """Let it ring: at a scripted callee, or, for a loopback, in our own dialplan."""
    switch = leg.switch
    if one.kind == "loopback":
        far_half(leg, one)
    elif callee := switch.find_callee(one.number, one.domain):
        callee.take(leg)
    else:
        switch.clock.later(0, leg.hang_up, "UNALLOCATED_NUMBER", "404")


def far_half(leg: Channel, one: Leg) -> None:
    """The B half of `loopback/NUMBER/CONTEXT`.

    An inbound channel with the same caller id and variables, walking the dialplan.
    """
    switch = leg.switch
    context = (one.endpoint.split("/") + ["", "", ""])[2] or "default"
    name = f"loopback/{one.number}-b"
    profile = leg.profile | {"Callee-ID-Number": context, "Context": context, "Destination-Number": one.number}
    half = Channel(switch, Party(switch.clock, one.number), uuid="", name=name, direction="inbound", profile=profile)
    half.party.channel = half
    half.variables = {
        "variable_direction": "inbound", "variable_uuid": half.uuid, "variable_session_id": switch.next_session(),
        "variable_channel_name": name,
    }  # fmt: skip
    for key, value in one.variables.items():
        half.set(key, value)
    leg.mate, half.mate = half, leg
    for this, other, side in ((leg, half, "A"), (half, leg, "B")):
        this.set("other_loopback_leg_uuid", other.uuid)
        this.set("loopback_leg", side)
    half.enter("CS_INIT")
    half.fire("CHANNEL_CREATE")
    half.runner = gevent.spawn(session.run, half)
