"""FreeSWITCH's own account of a call, the file that mod_json_cdr writes.

Shape, names and moments as real calls left them on 1.11.1 (tests/real/test_cdr.py): `UUID.cdr.json` is there, whole,
before CHANNEL_HANGUP_COMPLETE is fired, but it is written in place: who looks earlier may find it empty or cut. It ends
with a newline. A leg that another channel called has none, unless it was transferred and became a call of its own.
Values are as they are, since our configuration has encode-values off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from controller.virtual.state import Passage, State
from controller.virtual.wire import flat, to_bytes

# Bits of the core, in the file of every answered call over SIP.
FLAGS = "0=1;1=1;3=1;39=1;40=1;42=1;45=1;50=1;55=1;113=1;114=1;123=1;160=1;165=1;166=1"
UNANSWERED = "0=1;40=1;42=1;114=1;123=1;165=1"
CAPS = "1=1;2=1;3=1;4=1;5=1;6=1;8=1;9=1;10=1"
PROFILE = {
    "username": "Username", "dialplan": "Dialplan", "caller_id_name": "Caller-ID-Name", "ani": "ANI",
    "aniii": "ANI-II", "caller_id_number": "Caller-ID-Number", "network_addr": "Network-Addr", "rdnis": "RDNIS",
    "destination_number": "Destination-Number",
}  # fmt: skip
TIMES = {
    "created_time": "Created", "profile_created_time": "Profile", "progress_time": "Progress",
    "progress_media_time": "Progress-Media", "answered_time": "Answered", "bridged_time": "Bridged",
    "last_hold_time": "Last-Hold", "hold_accum_time": "Hold-Accum", "hangup_time": "Hangup",
    "resurrect_time": "Resurrect", "transfer_time": "Transfer",
}  # fmt: skip

Entry = dict[str, object]


def write(folder: str, channel: State, core: str) -> None:
    """Write the account of a channel that has ended; `core` is the uuid of the switch's run."""
    text = json.dumps(account(channel, core), ensure_ascii=False, separators=(",", ":"))
    file = os.open(Path(folder) / f"{channel.uuid}.cdr.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    with os.fdopen(file, "wb", buffering=0) as stream:
        stream.write(to_bytes(text))
        stream.write(b"\n")


def account(channel: State, core: str) -> Entry:
    head = {"state": "CS_REPORTING", "direction": channel.direction, "state_number": "11"}
    return {
        "core-uuid": core, "switchname": "virtual",
        "channel_data": head | {"flags": FLAGS if channel.answered else UNANSWERED, "caps": CAPS},
        "callStats": {"audio": {"inbound": {}, "outbound": {}}} if channel.has_media else {},
        "variables": {name.removeprefix("variable_"): flat(value) for name, value in channel.variables.items()},
        "app_log": {"applications": [_executed(*one) for one in channel.executed]},
        "callflow": [_passage(channel, one) for one in (channel.passage(), *reversed(channel.passages))],
    }  # fmt: skip


def _executed(name: str, argument: str, stamp: int) -> Entry:
    return {"app_name": name, **({"app_data": argument} if argument else {}), "app_stamp": str(stamp)}


def _passage(channel: State, passed: Passage) -> Entry:
    """One entry of the callflow: what one caller profile ran, the newest profile first."""
    who = _profile(channel, passed.profile)
    if passed.caller:
        who["originator"] = {"originator_caller_profiles": [passed.caller]}
    if passed.called:
        who["originatee"] = {"originatee_caller_profiles": passed.called}
    plan = {"dialplan": passed.profile["Dialplan"]} if passed.profile.get("Dialplan") else {}
    route = {"extension": _extension(passed)} if passed.route else {}
    times = {name: str(passed.times.get(moment, 0)) for name, moment in TIMES.items()}
    return {**plan, "profile_index": str(passed.index), **route, "caller_profile": who, "times": times}


def _profile(channel: State, profile: Mapping[str, str]) -> Entry:
    told: Entry = {name: profile.get(key, "") for name, key in PROFILE.items()}
    own = {"uuid": channel.uuid, "source": profile.get("Source", ""), "context": profile.get("Context", "")}
    return told | own | {"chan_name": channel.name}


def profile_of(channel: State) -> Entry:
    """A channel's caller profile, as the account of the other leg holds it."""
    return _profile(channel, channel.profile)


def _extension(passed: Passage) -> Entry:
    """The applications of the dialplan; `last_executed` is the one behind the last that was begun."""
    assert passed.route
    listed: list[Entry] = [{"app_name": name, "app_data": argument} for name, argument in passed.route.actions]
    current: Entry = {}
    if passed.left:
        place = len(listed) - passed.left
        current = {"current_app": listed[place]["app_name"]}
        listed[place] = {"last_executed": "true", **listed[place]}
    return {"name": passed.route.name, "number": passed.route.number, "applications": listed, **current}
