"""The test's phone over TLS, with SRTP whose keys travel in the session description (SDES, RFC 4568)."""

from __future__ import annotations

import base64
import re
import secrets
import ssl
import struct
from dataclasses import dataclass

import gevent
from gevent import socket
from gevent.ssl import SSLContext
from pylibsrtp import Policy, Session

from tests.real.sip import WITHIN, Agent, Call
from tests.real.sipp import tone

SUITES = {  # the length of key and salt, and the library's name
    "AES_CM_128_HMAC_SHA1_80": (30, Policy.SRTP_PROFILE_AES128_CM_SHA1_80),
    "AEAD_AES_256_GCM": (44, Policy.SRTP_PROFILE_AEAD_AES_256_GCM),
}
CRYPTO = re.compile(r"a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)")


def trusting(authority: str, newest: ssl.TLSVersion | None = None) -> SSLContext:
    """What a phone is told: the authority it trusts, and the newest TLS it knows."""
    context = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    if newest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
    return context


def opening(suite: str, key: bytes) -> Session:
    """What decrypts the packets that come in."""
    return Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=SUITES[suite][1]))


@dataclass
class Media:
    """What was agreed on: the m= line's profile, and the session that opens what FreeSWITCH sends."""

    profile: str
    suite: str
    session: Session | None


class TlsAgent(Agent):
    """A phone on a TLS connection of its own. `suites` are offered in that order; none means plain RTP."""

    transport = "TLS"

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        domain: str,
        password: str = "",
        *,
        context: SSLContext,
        suites: tuple[str, ...] = ("AES_CM_128_HMAC_SHA1_80",),
        claims: int = 0,
        server_name: str = "",
        address: str = "127.0.0.1",
    ) -> None:
        self._context = context
        self._claims = claims  # a port that it says it listens on, behind a router
        self._server_name = server_name or domain
        self._received = b""
        self.keys = {suite: secrets.token_bytes(SUITES[suite][0]) for suite in suites}
        self.agreed: Media | None = None
        self.lines: list[str] = []  # instead of the crypto lines of `suites`
        super().__init__(server, user, domain, password, address)

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.address}:{self._claims or self.port};transport=tls>"

    @property
    def plain_sdp(self) -> str:
        """An offer of open sound."""
        return super().sdp

    @property
    def sdp(self) -> str:
        lines = self.lines or [
            f"a=crypto:{place} {suite} inline:{base64.b64encode(key).decode()}"
            for place, (suite, key) in enumerate(self.keys.items(), 1)
        ]
        encrypted = self.plain_sdp.replace("RTP/AVP", "RTP/SAVP") + "".join(f"{line}\r\n" for line in lines)
        return encrypted if lines else self.plain_sdp

    def agree(self, sdp: str) -> Media:
        """Read the other side's session description; from then on `packet` and `hears` decrypt."""
        port, profile = re.findall(r"m=audio (\d+) (\S+)", sdp)[0]
        self._sound_to = (self.server[0], int(port))
        found = CRYPTO.search(sdp)
        if not found:
            self.agreed = Media(profile, "", None)
            return self.agreed
        _, suite, key = found.groups()
        self.agreed = Media(profile, suite, opening(suite, base64.b64decode(key)))
        return self.agreed

    def stranger_session(self) -> Session:
        """What somebody has who records the same packets and guesses the key."""
        assert self.agreed
        return opening(self.agreed.suite, secrets.token_bytes(SUITES[self.agreed.suite][0]))

    def says_a_tone(self, seconds: float) -> None:
        """Send a tone, encrypted with our own key, packet by packet."""
        assert self.agreed
        key = self.keys[self.agreed.suite]
        policy = Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=SUITES[self.agreed.suite][1])
        session, sound = Session(policy), tone(seconds)
        for place in range(int(seconds * 50)):
            head = struct.pack("!BBHII", 0x80, 8, place, place * 160, 4711)
            packet = head + sound[place * 160 : (place + 1) * 160]
            self.media.sendto(session.protect(packet), self._sound_to)
            gevent.sleep(0.02)  # the pace of speech

    def packet(self) -> bytes:
        assert self.agreed
        data = self.media.recv(2048)
        return (self.agreed.session.unprotect(data) if self.agreed.session else data)[12:]

    def raw_packet(self) -> bytes:
        """An RTP packet as it travels."""
        with gevent.Timeout(WITHIN, AssertionError("no packet came")):
            return self.media.recv(2048)

    def answer_with(self, call: Call, suite: str) -> None:
        """Pick up a call, choosing one of the suites it offers."""
        assert call.invite
        offered = {found[1]: found for found in CRYPTO.findall(call.invite.body)}
        tag = offered[suite][0]
        self.agree("\n".join(line for line in call.invite.body.splitlines() if "crypto" not in line or suite in line))
        self.keys = {suite: secrets.token_bytes(SUITES[suite][0])}
        self.lines = [f"a=crypto:{tag} {suite} inline:{base64.b64encode(self.keys[suite]).decode()}"]
        self.respond_with(call.invite, self.sdp, call)
        assert call.acknowledged.wait(WITHIN)

    # --- the wire --------------------------------------------------------------------------------------------------

    def _open(self, port: int) -> socket.socket:
        plain = socket.create_connection(self.server, timeout=WITHIN, source_address=(self.address, port))
        try:
            opened = self._context.wrap_socket(plain, server_hostname=self._server_name)
        except BaseException:
            plain.close()
            raise
        opened.settimeout(None)
        return opened

    def _transmit_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def _receive_bytes(self) -> bytes:
        while True:
            head, end, rest = self._received.lstrip(b"\r\n").partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
            size = int(length[1]) if length else 0
            if end and len(rest) >= size:
                self._received = rest[size:]
                return head + end + rest[:size]
            try:
                data = self._socket.recv(65536)
            except OSError:
                return b""
            if not data:
                return b""
            self._received += data
