"""What is worth keeping of the reply to `connect`: 145 headers, most of which nobody reads, in every idle call."""

from __future__ import annotations

from sys import intern

from controller.esl.wire import decoded

# The profile is there twice, as Channel-* and as Caller-*; the rest is FreeSWITCH about itself, or SIP's small print.
NOISE = (
    "Event-",
    "FreeSWITCH-",
    "Core-UUID",
    "Channel-",
    "Presence-",
    "Content-Type",
    "Reply-Text",
    "Caller-Privacy-",
    "Caller-Profile-",
    "Caller-Screen-Bit",
    "Caller-Source",
    "Caller-Logical-Direction",
    "Caller-Dialplan",
    "Caller-Unique-ID",
    "variable_switch_",
    "variable_rtp_",
    "variable_ep_codec_string",
    "variable_sip_full_",
    "variable_sip_via_",
    "variable_sip_contact_",
    "variable_sip_allow",
    "variable_sip_received_",
    "variable_sip_invite_",
    "variable_sip_local_",
    "variable_sip_req_port",
    "variable_sip_to_port",
    "variable_sofia_profile_url",
    "variable_recovery_profile_name",
    "variable_endpoint_disposition",
    "variable_DP_MATCH",
    "variable_current_application",
    "variable_socket_host",
    "variable_transfer_history",
    "variable_video_media_flow",
    "variable_audio_media_flow",
    "variable_text_media_flow",
    "variable_max_forwards",
    "variable_session_id",
    "variable_presence_id",
    "variable_channel_name",
    "variable_direction",
)
KEPT = frozenset({"Channel-Name", "Channel-Call-State", "Channel-Call-UUID", "Event-Name"})
REPEATED = 12  # characters; shorter values are mostly the same in every call ("true", "inbound", "XML")


def compact(data: dict[str, str]) -> dict[str, str]:
    """The headers that somebody may read, URL-decoded; names and short values are shared between calls."""
    kept = {name: value for name, value in data.items() if value and (name in KEPT or not _is_noise(name, value))}
    return {
        intern(name): intern(value) if len(value) <= REPEATED else value for name, value in decoded(kept).items()
    }


def _is_noise(name: str, value: str) -> bool:
    return name.startswith(NOISE) or (value == "0" and name.startswith("Caller-Channel-"))
