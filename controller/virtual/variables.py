"""A channel's variables, as its applications and the api see them, and those that SIP brings along."""

from __future__ import annotations

from collections.abc import Mapping

from controller.virtual.text import expand
from controller.virtual.wire import Value, flat

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


class Variables:
    """Held under the names they have in events (`variable_x`); a variable may have several values."""

    def __init__(self, profile: dict[str, str], defaults: Mapping[str, str]) -> None:
        self.variables: dict[str, Value] = {}
        self.profile = profile
        self._defaults = defaults  # the switch's global variables

    def get(self, name: str) -> str:
        """A variable as text; a few names of the caller profile answer too, as in FreeSWITCH."""
        value = self.variables.get(f"variable_{name}")
        if value is not None:
            return flat(value)
        return {
            "destination_number": self.profile.get("Destination-Number", ""),
            "caller_id_number": self.profile.get("Caller-ID-Number", ""),
            "caller_id_name": self.profile.get("Caller-ID-Name", "").replace("${", "%{"),
        }.get(name) or self._defaults.get(name, "")

    def set(self, name: str, value: Value | None) -> None:
        if value:
            self.variables[f"variable_{name}"] = value
        else:
            self.variables.pop(f"variable_{name}", None)

    def push(self, name: str, value: str) -> None:
        """Add to a variable with several values."""
        known = self.variables.get(f"variable_{name}", [])
        self.variables[f"variable_{name}"] = [*([known] if isinstance(known, str) else known), value]

    def true(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "yes", "on", "1", "enabled", "active", "allow")

    def expand(self, text: str) -> str:
        return expand(text, self.get)

    def invited(self, **fields: str) -> None:
        """Put in what a phone's INVITE leaves in the variables."""
        self.variables |= {f"variable_{name}": value.format_map(fields) for name, value in INVITE.items()}
