"""The headers of a channel's events.

Names and order are those of a recorded connect frame and recorded events (02a, 03a, 03b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.virtual.wire import Value

if TYPE_CHECKING:
    from controller.virtual.channel import Channel

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


def profile(channel: Channel, prefix: str, *, ours: bool = True) -> dict[str, Value]:
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


def _number(channel: Channel) -> str:
    """The number runs ahead of the name when a channel ends (recorded in 03b)."""
    if channel.destroyed:
        return NUMBER["CS_DESTROY"]
    return NUMBER["CS_HANGUP"] if channel.cause and channel.state not in ENDED else NUMBER[channel.state]


def state(channel: Channel) -> dict[str, Value]:
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


def channel_headers(channel: Channel, *, variables: bool) -> dict[str, Value]:
    """State, caller profile, the other leg once there was one, and the variables."""
    out = state(channel) | profile(channel, "Caller")
    if channel.other_leg:
        out |= channel.other_leg
    if variables:
        out |= channel.variables
    return out


def other_leg(other: Channel, kind: str) -> dict[str, Value]:
    """What a channel remembers of its partner: `kind` is originator or originatee."""
    return {"Other-Type": kind} | profile(other, "Other-Leg", ours=False)


# What a phone's INVITE leaves in the variables: the recorded connect frame of 02a, with its values put in.
INVITE = {
    "direction": "inbound", "uuid": "{uuid}", "session_id": "{session}", "sip_from_user": "{number}",
    "sip_from_uri": "{number}@{host}", "sip_from_host": "{host}", "video_media_flow": "disabled",
    "audio_media_flow": "disabled", "text_media_flow": "disabled", "channel_name": "{channel}",
    "sip_call_id": "{call_id}",
    "sip_local_network_addr": "127.0.0.1", "sip_network_ip": "127.0.0.1", "sip_network_port": "5080",
    "sip_invite_stamp": "{stamp}", "sip_received_ip": "127.0.0.1", "sip_received_port": "5080",
    "sip_via_protocol": "udp",
    "sip_from_user_stripped": "{number}", "sip_from_tag": "{tag}", "sofia_profile_name": "{profile}",
    "sofia_profile_url": "sip:mod_sofia@127.0.0.1:5060", "recovery_profile_name": "{profile}",
    "sip_Remote-Party-ID": '"{name}" <sip:{number}@{host}>;party=calling;screen=yes;privacy=off',
    "sip_cid_type": "rpid",
    "sip_full_via": "SIP/2.0/UDP 127.0.0.1:5080;rport=5080;branch=z9hG4bK{tag}", "sip_from_display": "{name}",
    "sip_full_from": '"{name}" <sip:{number}@{host}>;tag={tag}', "sip_full_to": "<sip:{dialled}@{host}:5060>",
    "sip_allow": "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY",
    "sip_req_user": "{dialled}", "sip_req_port": "5060", "sip_req_uri": "{dialled}@{host}:5060",
    "sip_req_host": "{host}",
    "sip_to_user": "{dialled}", "sip_to_port": "5060", "sip_to_uri": "{dialled}@{host}:5060", "sip_to_host": "{host}",
    "sip_contact_user": "{number}", "sip_contact_port": "5080", "sip_contact_uri": "{number}@127.0.0.1:5080",
    "sip_contact_host": "127.0.0.1", "rtp_use_codec_string": "PCMU,PCMA", "sip_user_agent": "souffleur-virtual",
    "sip_via_host": "127.0.0.1", "sip_via_port": "5080", "sip_via_rport": "5080", "max_forwards": "70",
    "presence_id": "{number}@{host}",
    "switch_r_sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 30618 RTP/AVP 0 8 101\r\n",
    "ep_codec_string": "CORE_PCM_MODULE.PCMU@8000h@20i@64000b,CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
    "endpoint_disposition": "DELAYED NEGOTIATION",
}  # fmt: skip
MEDIA = {
    "audio_media_flow": "sendrecv", "read_codec": "PCMU", "original_read_codec": "PCMU", "read_rate": "8000",
    "original_read_rate": "8000", "write_codec": "PCMU", "write_rate": "8000", "dtmf_type": "rfc2833",
    "local_media_ip": "127.0.0.1", "local_media_port": "32358", "advertised_media_ip": "127.0.0.1",
    "remote_media_ip": "127.0.0.1", "remote_media_port": "33966",
}  # fmt: skip
