"""The headers of a channel's events.

Names and order are those of a recorded connect frame and recorded events (02a, 03a, 03b).
"""

from __future__ import annotations

from controller.virtual.state import State
from controller.virtual.wire import Value

STATES = (
    "CS_NEW", "CS_INIT", "CS_ROUTING", "CS_SOFT_EXECUTE", "CS_EXECUTE", "CS_EXCHANGE_MEDIA", "CS_PARK",
    "CS_CONSUME_MEDIA",
    "CS_HIBERNATE", "CS_RESET", "CS_HANGUP", "CS_REPORTING", "CS_DESTROY",
)  # fmt: skip
NUMBER = {name: str(number) for number, name in enumerate(STATES)} | {"CS_INIT": "2", "CS_NONE": "1"}
ENDED = frozenset({"CS_HANGUP", "CS_REPORTING", "CS_DESTROY"})
CALL_STATES = ("DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP", "UNHELD")
TIMES = ("Created", "Answered", "Progress", "Progress-Media", "Hangup", "Transfer", "Resurrect", "Bridged")

# Events without variables (recorded: CHANNEL_STATE, CHANNEL_CALLSTATE and DTMF carry none).
BARE = frozenset({"CHANNEL_STATE", "CHANNEL_CALLSTATE", "DTMF"})

SOURCE = {
    "CHANNEL_DATA": ("mod_event_socket.c", "parse_command", "2018"),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", "2949"),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", "2972"),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", "3848"),
    "CHANNEL_PROGRESS": ("switch_channel.c", "switch_channel_perform_mark_ring_ready_value", "3507"),
    "CHANNEL_PROGRESS_MEDIA": ("switch_channel.c", "switch_channel_perform_mark_pre_answered", "3562"),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", "3447"),
    "CHANNEL_HANGUP_COMPLETE": ("switch_core_state_machine.c", "switch_core_session_reporting_state", "943"),
    "CHANNEL_STATE": ("switch_channel.c", "switch_channel_perform_set_running_state", "2409"),
    "CHANNEL_CALLSTATE": ("switch_channel.c", "switch_channel_perform_set_callstate", "302"),
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", "626"),
    "CHANNEL_ORIGINATE": ("switch_core_state_machine.c", "switch_core_session_run", "632"),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", "1588"),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1689"),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1879"),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", "1002"),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", "1213"),
    "CALL_UPDATE": ("mod_sofia.c", "sofia_receive_message", "2133"),
    "DTMF": ("switch_channel.c", "switch_channel_dequeue_dtmf", "678"),
    "PLAYBACK_START": ("switch_ivr_play_say.c", "switch_ivr_play_file", "1649"),
    "PLAYBACK_STOP": ("switch_ivr_play_say.c", "switch_ivr_play_file", "2023"),
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", "1569"),
}
NOWHERE = ("switch_event.c", "switch_event_fire", "0")


def profile(channel: State, prefix: str, *, ours: bool = True) -> dict[str, Value]:
    """The caller profile under a prefix (`Caller`, `Channel`, `Other-Leg`); the other leg's has no profile index."""
    who = channel.profile
    out: dict[str, Value] = {
        f"{prefix}-Direction": channel.direction,
        f"{prefix}-Logical-Direction": channel.direction if ours else channel.logical,
    }
    for name in (
        "Username", "Dialplan", "Caller-ID-Name", "Caller-ID-Number", "Orig-Caller-ID-Name", "Orig-Caller-ID-Number",
        "Callee-ID-Name", "Callee-ID-Number", "Network-Addr", "ANI", "Destination-Number",
    ):  # fmt: skip
        if value := who.get(name):
            out[f"{prefix}-{name}"] = value
    out[f"{prefix}-Unique-ID"] = channel.uuid
    for name in ("Source", "Transfer-Source", "Context", "RDNIS"):
        if value := who.get(name):
            out[f"{prefix}-{name}"] = value
    out[f"{prefix}-Channel-Name"] = channel.name
    if ours:
        out[f"{prefix}-Profile-Index"] = str(channel.profile_index)
    out[f"{prefix}-Profile-Created-Time"] = str(channel.times["Profile"])
    for name in TIMES:
        out[f"{prefix}-Channel-{name}-Time"] = str(channel.times.get(name, 0))
    out[f"{prefix}-Channel-Last-Hold"] = out[f"{prefix}-Channel-Hold-Accum"] = "0"
    out[f"{prefix}-Screen-Bit"] = "true"
    out[f"{prefix}-Privacy-Hide-Name"] = out[f"{prefix}-Privacy-Hide-Number"] = "false"
    return out


def _number(channel: State) -> str:
    """The number runs ahead of the name when a channel ends (recorded in 03b)."""
    if channel.destroyed:
        return NUMBER["CS_DESTROY"]
    return NUMBER["CS_HANGUP"] if channel.cause and channel.state not in ENDED else NUMBER[channel.state]


def state(channel: State) -> dict[str, Value]:
    out: dict[str, Value] = {
        "Channel-State": channel.state,
        "Channel-Call-State": channel.call_state,
        "Channel-State-Number": _number(channel),
        "Channel-Name": channel.name,
        "Unique-ID": channel.uuid,
        "Call-Direction": channel.direction,
        "Presence-Call-Direction": channel.direction,
        "Channel-HIT-Dialplan": "true" if channel.direction == "inbound" else "false",
    }
    if presence := channel.variables.get("variable_presence_id"):
        out["Channel-Presence-ID"] = presence
    out["Channel-Call-UUID"] = channel.call_uuid
    out["Answer-State"] = channel.answer_state
    if channel.cause:
        out["Hangup-Cause"] = channel.cause
    if channel.has_media:
        codec, rate = ("L16", "128000") if channel.is_loopback else ("PCMU", "64000")
        for way in ("Read", "Write"):
            out |= {
                f"Channel-{way}-Codec-Name": codec,
                f"Channel-{way}-Codec-Rate": "8000",
                f"Channel-{way}-Codec-Bit-Rate": rate,
            }
    return out


def channel_headers(channel: State, *, variables: bool) -> dict[str, Value]:
    """State, caller profile, the other leg once there was one, and the variables."""
    out = state(channel) | profile(channel, "Caller")
    if channel.other_leg:
        out |= channel.other_leg
    if variables:
        out |= channel.variables
    return out


def other_leg(other: State, kind: str) -> dict[str, Value]:
    """What a channel remembers of its partner: `kind` is originator or originatee."""
    return {"Other-Type": kind} | profile(other, "Other-Leg", ours=False)
