"""The smallest SIP phone that serves a test: UDP, digest, one dialog per call. The test decides what it sends.

tests/real/tls_phone.py has the one that speaks TLS and SRTP.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import gevent
from gevent import socket
from gevent.event import Event
from gevent.queue import Empty, Queue

from tests.real.sip_message import Message, digest, parse

WITHIN = 8.0  # seconds
AUTH = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}


@dataclass
class Call:
    """A dialog. `statuses` are the responses seen so far."""

    agent: Agent
    call_id: str
    local: str
    remote: str
    target: str
    sequence: int = 1
    statuses: list[int] = field(default_factory=list)
    answers: Queue[Message] = field(default_factory=Queue)
    requests: Queue[Message] = field(default_factory=Queue)
    invite: Message | None = None
    acknowledged: Event = field(default_factory=Event)
    retry: tuple[tuple[str, ...], str] | None = None

    def response(self, method: str = "INVITE", within: float = WITHIN, final: bool = True) -> Message:
        """The next (final) response to our request."""
        with gevent.Timeout(within, AssertionError(f"no response to {method} within {within} s: {self.statuses}")):
            while True:
                message = self.answers.get()
                if message.method == method and (message.status >= 200 or not final):
                    return message

    def request(self, within: float = WITHIN) -> Message:
        """The next request of the other side in this dialog."""
        try:
            return self.requests.get(timeout=within)
        except Empty:
            raise AssertionError(f"no request within {within} s") from None

    def send(self, method: str, *headers: str, body: str = "") -> None:
        """Send a request inside the dialog."""
        self.sequence += method != "ACK"
        self.agent.send(method, self.target, self, headers, body)

    def bye(self) -> Message:
        self.send("BYE")
        return self.response("BYE")

    def answer(self) -> None:
        """Pick up a call that rings here; returns once that is acknowledged."""
        assert self.invite
        self.agent.respond(self.invite, 200, "OK", self, sdp=True)
        assert self.acknowledged.wait(WITHIN)

    def reject(self, status: int, *headers: str) -> None:
        assert self.invite
        self.agent.respond(self.invite, status, "No", self, headers)


class Agent:
    """A phone at a loopback address. Without a password it never answers a challenge."""

    transport = "UDP"

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        domain: str,
        password: str = "",
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.server, self.user, self.domain, self.password, self.address = server, user, domain, password, address
        self._socket = self._open(port)
        self.port: int = self._socket.getsockname()[1]
        self.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media.bind((address, 0))
        self.calls: dict[str, Call] = {}
        self.ringing: Queue[Call] = Queue()
        self.rings = True  # and says so at once when it is called
        self.offers: str | None = None  # instead of its session description
        self.strays: list[Message] = []  # requests that belong to no call
        self._reader = gevent.spawn(self._read)

    def close(self) -> None:
        self._reader.kill()
        self._socket.close()
        self.media.close()

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.address}:{self.port}>"

    @property
    def sdp(self) -> str:
        port = self.media.getsockname()[1]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
        )

    def register(self, to: str = "", contact: str = "", realm: str = "", expires: int = 60, user: str = "") -> int:
        """Register; returns the final status. The arguments let it pretend to be somebody else."""
        uri = f"sip:{self.domain}"
        call = self._call(to or f"<sip:{self.user}@{self.domain}>", uri)
        headers = [f"Expires: {expires}", f"Contact: {contact or self.contact}"]
        return self._exchange("REGISTER", uri, call, headers, "", realm, user).status

    def invite(
        self, number: str, *headers: str, uri: str = "", display: str = "", realm: str = "", domain: str = ""
    ) -> Call:
        """Call a number; returns at once. One challenge is answered."""
        uri = uri or f"sip:{number}@{self.domain}"
        call = self._call(f"<{uri}>", uri, display, domain)
        call.retry = (headers, realm) if self.password else None
        self._send_invite(call, uri, headers)
        return call

    def ask(self, method: str, uri: str, *headers: str, body: str = "") -> int:
        """Send one request outside a call; returns the final status."""
        call = self._call(f"<{uri}>", uri)
        return self._exchange(method, uri, call, list(headers), body, "", "").status

    def once(self, method: str, uri: str, *headers: str, to: str = "") -> Message:
        """Send one request outside a call and return its final response; a challenge is not answered."""
        call = self._call(to or f"<{uri}>", uri)
        self.send(method, uri, call, headers)
        return call.response(method)

    def next_call(self, within: float = WITHIN) -> Call:
        """The next call that rings here."""
        try:
            return self.ringing.get(timeout=within)
        except Empty:
            raise AssertionError(f"nobody called {self.user} within {within} s") from None

    def is_quiet(self, within: float = 0.7) -> bool:
        """Whether nobody calls for a while."""
        gevent.sleep(within)
        return self.ringing.empty()

    def offer_of(self, call: Call) -> str:
        """The session description that came with a call."""
        assert call.invite
        return call.invite.body

    def hears(self, packets: int = 50, within: float = WITHIN) -> int:
        """Read that many RTP packets; returns how many hold a sound (silence in A-law is 0xD5 or 0x55)."""
        loud = 0
        with gevent.Timeout(within, AssertionError(f"fewer than {packets} packets within {within} s")):
            for _ in range(packets):
                payload = self.packet()
                loud += sum(byte not in (0xD5, 0x55, 0xD4, 0x54) for byte in payload) > len(payload) // 2
        return loud

    # --- the wire --------------------------------------------------------------------------------------------------

    def _open(self, port: int) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((self.address, port))
        return opened

    def _transmit_bytes(self, data: bytes) -> None:
        self._socket.sendto(data, self.server)

    def _receive_bytes(self) -> bytes:
        """One whole message; nothing when the connection has ended."""
        return self._socket.recv(65536)

    def packet(self) -> bytes:
        """The payload of the next RTP packet."""
        return self.media.recv(2048)[12:]

    def _call(self, to: str, target: str, display: str = "", domain: str = "") -> Call:
        tag = secrets.token_hex(4)
        local = f"{display} <sip:{self.user}@{domain or self.domain}>;tag={tag}".strip()
        call = Call(self, secrets.token_hex(8), local, to, target)
        self.calls[call.call_id] = call
        return call

    def _send_invite(self, call: Call, uri: str, headers: tuple[str, ...]) -> None:
        body = self.sdp if self.offers is None else self.offers
        self.send("INVITE", uri, call, (*headers, f"Contact: {self.contact}"), body)

    def _authenticate(self, call: Call, challenge: Message) -> None:
        assert call.retry
        assert call.invite
        (headers, realm), call.retry = call.retry, None
        uri = call.invite.one("uri")
        asked, answered = AUTH[challenge.status]
        proof = digest(challenge.one(asked), "INVITE", uri, self.user, self.password, realm)
        call.sequence += 1
        call.remote = f"<{uri}>"
        self._send_invite(call, uri, (*headers, f"{answered}: {proof}"))

    def _exchange(
        self, method: str, uri: str, call: Call, headers: list[str], body: str, realm: str, user: str
    ) -> Message:
        self.send(method, uri, call, headers, body)
        message = call.response(method)
        if message.status in AUTH and self.password:
            asked, answered = AUTH[message.status]
            proof = digest(message.one(asked), method, uri, user or self.user, self.password, realm)
            call.sequence += 1
            self.send(method, uri, call, [*headers, f"{answered}: {proof}"], body)
            message = call.response(method)
        return message

    def send(self, method: str, uri: str, call: Call, headers: object = (), body: str = "", branch: str = "") -> None:
        """Send a request. Headers are whole lines."""
        branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.address}:{self.port};rport;branch={branch}",
            f"From: {call.local}",
            f"To: {call.remote}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {call.sequence} {method}",
            *headers,  # type: ignore[misc]
        ]
        if not any(line.startswith("Max-Forwards") for line in lines):
            lines.append("Max-Forwards: 70")
        self._transmit(lines, body)
        if method == "INVITE":
            call.invite = Message(branch, [("uri", uri)], "")

    def respond(
        self,
        request: Message,
        status: int,
        reason: str,
        call: Call | None = None,
        headers: tuple[str, ...] = (),
        sdp: bool = False,
    ) -> None:
        """Answer a request."""
        self.respond_with(request, self.sdp if sdp else "", call, status, reason, headers)

    def respond_with(
        self,
        request: Message,
        body: str,
        call: Call | None = None,
        status: int = 200,
        reason: str = "OK",
        headers: tuple[str, ...] = (),
    ) -> None:
        """Answer a request with a body of one's own."""
        lines = [f"SIP/2.0 {status} {reason}", *(f"Via: {via}" for via in request.all("via"))]
        to = request.one("to")
        if "tag=" not in to:
            to += ";tag=" + (call.call_id[:6] if call else "stray")
        lines += [f"From: {request.one('from')}", f"To: {to}", f"Call-ID: {request.one('call-id')}"]
        lines += [f"CSeq: {request.one('cseq')}", *headers]
        lines += [f"Contact: {self.contact}"] if body else []
        self._transmit(lines, body)

    def _transmit(self, lines: list[str], body: str) -> None:
        kind = ["Content-Type: application/sdp"] if body.startswith("v=0") else []
        text = "\r\n".join([*lines, *kind, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body
        self._transmit_bytes(text.encode("latin-1"))

    def _read(self) -> None:
        while data := self._receive_bytes():
            message = parse(data)
            if message.status:
                self._hear_response(message)
            else:
                self._hear_request(message)

    def _hear_response(self, message: Message) -> None:
        call = self.calls.get(message.one("call-id"))
        if call is None:
            return
        if message.method == "INVITE" and message.status >= 200:
            self._acknowledge(call, message)
            if message.status in AUTH and call.retry:
                self._authenticate(call, message)
                return
        call.statuses.append(message.status)
        call.answers.put(message)

    def _acknowledge(self, call: Call, message: Message) -> None:
        sent = call.invite
        assert sent
        call.remote = message.one("to")
        if message.status < 300:
            call.target = message.one("contact").strip("<>").partition(">")[0]
            self.send("ACK", call.target, call)
        else:
            self.send("ACK", sent.one("uri"), call, branch=sent.start)

    def _hear_request(self, message: Message) -> None:
        call = self.calls.get(message.one("call-id"))
        if message.method == "INVITE" and call is None:
            call = Call(self, message.one("call-id"), "", message.one("from"), "")
            call.local = message.one("to") + ";tag=" + call.call_id[:6]
            call.target = message.one("contact").strip("<>").partition(">")[0]
            call.sequence, call.invite = 100, message
            self.calls[call.call_id] = call
            self.respond(message, *((180, "Ringing") if self.rings else (100, "Trying")), call)
            self.ringing.put(call)
        elif message.method in ("BYE", "NOTIFY", "OPTIONS", "CANCEL", "INFO", "UPDATE"):
            self.respond(message, 200, "OK", call)
        if call is None:
            self.strays.append(message)
        elif message.method == "ACK":
            call.acknowledged.set()
        elif message is not call.invite:
            call.requests.put(message)
