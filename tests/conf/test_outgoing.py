"""The guarded client against real servers on loopback, which the test's operator allows."""

import gzip
import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import gevent
import pytest
import trustme
from gevent.server import StreamServer

from conf.outgoing import OutgoingFailed, OutgoingRefused, OutgoingUnknown, fetch

LOOPBACK = ["127.0.0.1/32", "::1/128"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """A web server that answers each request with the next of its answers: bytes, or a function of the socket."""

    answers: list
    port: int = 0
    requests: list = field(default_factory=list)

    def url(self, path="/", host="127.0.0.1", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def handle(self, connected, _):
        with connected:
            request = _read_request(connected)
            if not request:
                return
            self.requests.append(request)
            answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
            try:
                answer(connected) if callable(answer) else connected.sendall(answer)
            except OSError:
                return  # the client had enough


def _read_request(connected):
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            part = connected.recv(65536)
            if not part:
                return ""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        length = int(lengths[0]) if lengths else 0
        while len(body) < length:
            body += connected.recv(65536)
    except OSError:
        return ""
    return (head + b"\r\n\r\n" + body).decode(errors="replace")


@contextmanager
def serving(*answers, host="127.0.0.1", context=None):
    server = Server(list(answers))
    options = {"ssl_context": context} if context else {}
    listener = StreamServer((host, 0), server.handle, **options)
    listener.start()
    server.port = listener.server_port
    try:
        yield server
    finally:
        listener.stop(timeout=0)


def get(url, **options):
    return fetch("GET", url, **{"allow": LOOPBACK, "timeout": 5.0} | options)


def redirect(location, status=302):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def resolver(*answers):
    """A name server that gives one answer after the other, and counts."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    resolve.asked = asked
    return resolve


# --- what is sent and heard ----------------------------------------------------------------------------------------


def test_a_request_and_its_answer():
    with serving(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nContent-Length: 4\r\n\r\n{\"a\"") as server:
        headers = [("X-Caller", "Zoé"), ("Content-Type", "application/json")]
        reply = fetch("POST", server.url("/é?q=1"), headers=headers, body="né", idempotency_key="k-1", allow=LOOPBACK)
        assert (reply.status, reply.ok, reply.header("x-a"), reply.body) == (201, True, "1", b'{"a"')
        request = server.requests[0]
        assert request.startswith("POST /%C3%A9?q=1 HTTP/1.1\r\n")
        for line in ("X-Caller: Zoé", "Idempotency-Key: k-1", "Content-Length: 3", f"Host: 127.0.0.1:{server.port}"):
            assert f"\r\n{line}\r\n" in request
        assert request.endswith("\r\n\r\nné")
        assert "cookie" not in request.lower()


def test_headers_by_name():
    with serving(OK) as server:
        get(server.url(), headers={"User-Agent": "Shop/1"})
        assert server.requests[0].count("User-Agent:") == 1
        assert "\r\nUser-Agent: Shop/1\r\n" in server.requests[0]


def test_every_status_is_an_answer():
    with serving(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n") as server:
        assert get(server.url()).status == 503


def test_no_key_no_header():
    with serving(OK) as server:
        get(server.url())
        assert "idempotency" not in server.requests[0].lower()


def test_answers_framed_in_other_ways():
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    hinted = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK
    with serving(chunked, b"HTTP/1.0 200 OK\r\n\r\nok", hinted) as server:
        assert [get(server.url()).body for _ in range(3)] == [b"ok"] * 3


def test_environment_proxies_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(OK) as server:
        assert get(server.url()).ok


def test_nothing_is_decompressed():
    bomb = gzip.compress(b"0" * 1_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with serving(head + bomb) as server:
        assert get(server.url(), max_bytes=10_000).body == bomb
        assert "\r\nAccept-Encoding: identity\r\n" in server.requests[0]


@pytest.mark.parametrize(
    "headers",
    [
        [("X-A", "1\r\nX-B: 2")], [("X-A", "1\nX-B: 2")], [("X-A\r\nX-B", "2")], [("X-A", "1\x00")], [("X A", "1")],
        [("", "1")], [("Host", "other.example")], [("content-length", "0")], [("Transfer-Encoding", "chunked")],
        [("Connection", "upgrade")], [("Cookie", "a=b")], [("X-A", "x" * 20_000)], [("X-Zoé", "1")],
    ],
)  # fmt: skip
def test_headers_that_would_change_the_message_are_refused(headers):
    with serving(OK) as server:
        with pytest.raises(OutgoingRefused):
            get(server.url(), headers=headers)
        assert server.requests == []


@pytest.mark.parametrize("options", [{"idempotency_key": "a\r\nb"}, {"body": b"x" * 1_000_001}])
def test_keys_and_bodies_that_cannot_be_sent(options):
    with pytest.raises(OutgoingRefused):
        get("http://127.0.0.1:8080/", **options)


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nX:"])
def test_methods(method):
    with pytest.raises(OutgoingRefused):
        fetch(method, "http://127.0.0.1:8080/", allow=LOOPBACK)


# --- where it goes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost.", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①"])
def test_loopback_is_refused_and_hears_nothing(host):
    with serving(OK) as server:
        with pytest.raises(OutgoingRefused):
            fetch("GET", server.url(host=host))
        assert server.requests == []


@pytest.mark.parametrize("address", ["169.254.169.254", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[::1]", "0.0.0.0"])
def test_metadata_and_private_addresses(address):
    with pytest.raises(OutgoingRefused):
        fetch("GET", f"http://{address}/latest/meta-data/")


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["::1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:169.254.169.254"]])
def test_names_that_lead_to_private_addresses(addresses):
    with pytest.raises(OutgoingRefused, match="not public"):
        fetch("GET", "http://shop.example/", resolve=resolver(addresses))


def test_the_connection_goes_to_the_address_that_was_checked():
    """Rebinding: the name would mean something else the second time; it is asked once."""
    with serving(OK) as server:
        resolve = resolver(["127.0.0.1"], ["10.0.0.1"])
        assert get(server.url(host="shop.example"), resolve=resolve).ok
        assert resolve.asked == ["shop.example"]
        assert f"\r\nHost: shop.example:{server.port}\r\n" in server.requests[0]


def test_rebinding_between_redirects():
    with serving(redirect("/again"), OK) as server:
        with pytest.raises(OutgoingRefused):
            get(server.url(host="shop.example"), resolve=resolver(["127.0.0.1"], ["169.254.169.254"]))
        assert len(server.requests) == 1


def test_the_next_address_is_tried_when_one_does_not_answer():
    with serving(OK) as server:
        resolve = resolver(["127.0.0.2", "127.0.0.1"])
        assert get(server.url(host="shop.example"), resolve=resolve, allow=["127.0.0.0/8"]).ok


def test_this_machines_own_addresses_are_refused_even_where_they_look_public(monkeypatch):
    """A service that trusts its own machine listens on its public address too."""
    monkeypatch.setattr("conf.outgoing.stream.check_address", lambda address, allow: None)
    with serving(OK) as server:
        with pytest.raises(OutgoingRefused, match="own"):
            fetch("GET", server.url())
        assert server.requests == []


def test_ipv6():
    try:
        with serving(OK, host="::1") as server:
            assert get(server.url(host="[::1]")).ok
            assert f"\r\nHost: [::1]:{server.port}\r\n" in server.requests[0]
    except OSError:
        pytest.skip("this machine has no IPv6")


# --- redirects -----------------------------------------------------------------------------------------------------


def test_a_redirect_is_followed():
    with serving(redirect("/next"), OK) as server:
        assert get(server.url("/first")).ok
        assert [request.split()[1] for request in server.requests] == ["/first", "/next"]


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.2:8080/", "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/", "http://2130706433/",
     "file:///etc/passwd", "http://user:pw@127.0.0.1:8080/", "http://127.0.0.1:22/", "gopher://127.0.0.1/"],
)  # fmt: skip
def test_a_redirect_to_where_requests_may_not_go(location):
    with serving(redirect(location)) as server:
        with pytest.raises(OutgoingRefused):
            get(server.url())
        assert len(server.requests) == 1


def test_a_chain_of_redirects_ends():
    with serving(redirect("/again")) as server:
        with pytest.raises(OutgoingFailed, match="more than 3"):
            get(server.url())
        assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (302, "PUT", "PUT"),
     (307, "POST", "POST"), (308, "POST", "POST"), (308, "DELETE", "DELETE"), (303, "HEAD", "HEAD")],
)  # fmt: skip
def test_what_a_redirect_makes_of_a_method(status, method, then):
    body = b"" if method in ("HEAD", "DELETE") else b"order"
    answer = OK if then != "HEAD" else b"HTTP/1.1 200 OK\r\n\r\n"
    with serving(redirect("/next", status), answer) as server:
        fetch(method, server.url(), body=body, idempotency_key="k-1", allow=LOOPBACK)
        second = server.requests[1]
        assert second.split()[0] == then
        assert ("Idempotency-Key: k-1" in second, second.endswith("order")) == (
            then == method, then == method and bool(body)
        )  # fmt: skip


def test_secrets_stay_with_their_origin():
    with serving(OK) as other, serving(redirect("/same", 307), redirect(other.url(), 307)) as server:
        headers = [("Authorization", "Bearer s3cret"), ("X-Api-Key", "s3cret"), ("Content-Type", "text/plain")]
        fetch("POST", server.url(), headers=headers, body="order", idempotency_key="k-1", allow=LOOPBACK)
        assert server.requests[1].count("s3cret") == 2
        assert "s3cret" not in other.requests[0]
        assert "text/plain" in other.requests[0]
        assert "Idempotency-Key: k-1" in other.requests[0]


# --- answers that are none -----------------------------------------------------------------------------------------


def drip(data, pause=0.02):
    def answer(connected):
        while True:
            for byte in data:
                connected.sendall(bytes([byte]))
                gevent.sleep(pause)

    return answer


def endless(head, part):
    def answer(connected):
        connected.sendall(head)
        while True:
            connected.sendall(part)

    return answer


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 9999), lambda s: (s.sendall(CHUNKED), drip(b"1\r\nx\r\n")(s)),
     lambda s: s.recv(1)],
    ids=["headers", "body", "silence"],
)  # fmt: skip
def test_the_deadline_is_for_everything(answer):
    with serving(answer) as server:
        began = time.monotonic()
        with pytest.raises(OutgoingUnknown, match="in time"):
            get(server.url(), timeout=0.4)
        assert 0.3 < time.monotonic() - began < 1.5


def test_the_deadline_is_for_all_redirects_together():
    def slow(connected):
        gevent.sleep(0.25)
        connected.sendall(redirect("/again"))

    with serving(slow) as server:
        began = time.monotonic()
        with pytest.raises((OutgoingUnknown, OutgoingFailed)):
            get(server.url(), timeout=0.4)
        assert time.monotonic() - began < 1.5
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 9999), endless(CHUNKED, b"1\r\nx\r\n" * 999),
     endless(CHUNKED, b"1;" + b"e" * 9999 + b"\r\nx\r\n"),
     endless(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"x" * 99999)],
    ids=["endless", "endless chunks", "endless extensions", "announced"],
)  # fmt: skip
def test_a_large_body_is_not_read(answer):
    with serving(answer) as server, pytest.raises(OutgoingFailed, match="larger than 1000 bytes"):
        get(server.url(), max_bytes=1000)


def test_a_body_of_the_limit_is_read():
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000) as server:
        assert len(get(server.url(), max_bytes=1000).body) == 1000


@pytest.mark.parametrize(
    "answer",
    [endless(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n" * 999), endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"x" * 999),
     endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), b"SSH-2.0-OpenSSH_9\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", b"HTTP/1.1 101 Switching\r\n\r\n"],
    ids=["headers", "one header", "100 Continue", "not HTTP", "two lengths", "101"],
)  # fmt: skip
def test_answers_that_are_not_http(answer):
    with serving(answer) as server, pytest.raises(OutgoingFailed, match="not HTTP|larger"):
        get(server.url())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 2", CHUNKED])
def test_an_answer_cut_short_leaves_the_outcome_unknown(answer):
    with serving(answer) as server, pytest.raises(OutgoingUnknown):
        get(server.url())


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OutgoingFailed, match="No connection"):
        get(f"http://127.0.0.1:{port}/")


def test_names_without_an_address():
    for answer in (OSError("no such name"), UnicodeError("label too long"), []):
        with pytest.raises(OutgoingFailed):
            get("http://shop.example/", resolve=resolver(answer))


def test_a_slow_resolver_meets_the_deadline_and_blocks_nobody_else():
    ticks = []
    ticking = gevent.spawn(lambda: [ticks.append(gevent.sleep(0.02)) for _ in range(1000)])
    with pytest.raises(OutgoingFailed, match="not resolved in time"):
        get("http://shop.example/", timeout=0.3, resolve=lambda host, port: gevent.sleep(30))
    ticking.kill()
    assert len(ticks) > 5


def test_reasons_can_be_translated():
    with pytest.raises(OutgoingRefused) as refusal:
        fetch("GET", "http://127.0.0.1/")
    assert refusal.value.message.format(**refusal.value.fields) == refusal.value.reason == str(refusal.value)
    assert refusal.value.fields == {"address": "127.0.0.1"}


# --- TLS -----------------------------------------------------------------------------------------------------------

AUTHORITY = trustme.CA()


def server_tls(*names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    return context


def client_tls():
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_tls_checks_the_name_while_the_address_is_pinned():
    asked = []
    context = server_tls("shop.example")
    context.sni_callback = lambda connected, name, context: asked.append(name)
    with serving(OK, context=context) as server:
        url = server.url(host="shop.example", scheme="https")
        assert get(url, resolve=resolver(["127.0.0.1"]), tls=client_tls()).ok
        assert asked == ["shop.example"]


def test_a_certificate_of_another_name():
    with serving(OK, context=server_tls("other.example")) as server:
        url = server.url(host="shop.example", scheme="https")
        with pytest.raises(OutgoingFailed, match="certificate of shop.example"):
            get(url, resolve=resolver(["127.0.0.1"]), tls=client_tls())
        assert server.requests == []


def test_an_unknown_authority():
    with serving(OK, context=server_tls("shop.example")) as server:
        with pytest.raises(OutgoingFailed, match="certificate"):
            get(server.url(host="shop.example", scheme="https"), resolve=resolver(["127.0.0.1"]))
        assert server.requests == []


def test_a_large_answer_over_tls():
    body = bytes(range(256)) * 2000
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serving(head + body, context=server_tls("shop.example")) as server:
        url = server.url(host="shop.example", scheme="https")
        options = {"resolve": resolver(["127.0.0.1"]), "tls": client_tls(), "allow": LOOPBACK}
        assert fetch("POST", url, body=body, **options).body == body


def test_a_server_that_drips_its_handshake_meets_the_deadline():
    """TLS records of one byte each: no single read takes long."""

    def handle(connected, _):
        connected.recv(65536)
        try:
            drip(b"\x16\x03\x03\x00\x01\x02")(connected)
        except OSError:
            connected.close()

    listener = StreamServer(("127.0.0.1", 0), handle)
    listener.start()
    began = time.monotonic()
    with pytest.raises(OutgoingFailed, match="No secure connection"):
        get(f"https://shop.example:{listener.server_port}/", timeout=0.4, resolve=resolver(["127.0.0.1"]))
    assert time.monotonic() - began < 1.5
    listener.stop(timeout=0)


def test_plain_http_where_tls_is_expected():
    with serving(OK) as server, pytest.raises(OutgoingFailed, match="No secure connection"):
        get(server.url(scheme="https"), timeout=0.3)
