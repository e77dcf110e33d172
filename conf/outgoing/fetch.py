"""A request from its checked parts to its answer, over at most three redirects."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import h11

from conf.outgoing.address import Network, networks
from conf.outgoing.errors import OutgoingFailed, OutgoingRefused
from conf.outgoing.exchange import REDIRECTS, Reply, exchange
from conf.outgoing.stream import Deadline, Resolve, Stream, connect, lookup, resolve_checked
from conf.outgoing.url import Url, join, read

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
MAX_REDIRECTS = 3
LONGEST_BODY = 1_000_000
_LONGEST_HEADERS = 16384
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
_KEY = re.compile(r"[\x21-\x7e]{0,255}")
# Ours to set: what frames the message or names its receiver.
_OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "te", "trailer", "expect", "connection", "keep-alive", "upgrade")
    + ("http2-settings", "accept-encoding", "idempotency-key", "cookie", "proxy-authorization", "proxy-connection")
)
# What another origin may see after a redirect: every other header may be a secret.
_NO_SECRET = frozenset(("accept", "accept-language", "content-type", "user-agent"))


@dataclass(frozen=True)
class _Asked:
    method: str
    url: Url
    headers: tuple[tuple[str, str], ...]
    body: bytes
    key: str

    def redirected(self, status: int, location: str) -> _Asked:
        """What is asked next: 307 and 308 the same again, the others a GET once the request had its effect."""
        url = join(self.url, location)
        asked = replace(self, url=url)
        if url.origin != self.url.origin:
            asked = replace(asked, headers=tuple(pair for pair in asked.headers if pair[0].lower() in _NO_SECRET))
        if (status == 303 and self.method != "HEAD") or (status in (301, 302) and self.method == "POST"):
            kept = tuple(pair for pair in asked.headers if not pair[0].lower().startswith("content-"))
            asked = replace(asked, method="GET", body=b"", key="", headers=kept)
        return asked

    def request(self) -> h11.Request:
        """The request in h11's words."""
        headers = [("Host", self.url.authority), ("Connection", "close"), ("Accept-Encoding", "identity")]
        given = {name.lower() for name, _ in self.headers}
        headers += [(k, v) for k, v in (("User-Agent", "Souffleur"), ("Accept", "*/*")) if k.lower() not in given]
        headers += self.headers
        if self.key:
            headers.append(("Idempotency-Key", self.key))
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers.append(("Content-Length", str(len(self.body))))
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        return h11.Request(method=self.method, target=self.url.target, headers=encoded)


def fetch(
    method: str,
    url: str,
    *,
    headers: Headers = (),
    body: bytes | str = b"",
    timeout: float = 5.0,
    max_bytes: int = 1_000_000,
    idempotency_key: str = "",
    redirects: int = MAX_REDIRECTS,
    allow: Iterable[str | Network] = (),
    resolve: Resolve = lookup,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """Send one HTTP request and return its answer, whatever its status.

    `timeout` (seconds) bounds everything together: name, connection, redirects, the last byte. `max_bytes` bounds the
    answer's body. `redirects` are followed at most; with 0 a redirect is the answer. `allow` are networks the operator
    opens besides the public ones. No proxy, no cookie, no decompression. Blocks the calling thread or greenlet only.
    `resolve` and `tls` stand for the system's own.

    Raises OutgoingRefused (not sent), OutgoingFailed (not delivered, or no usable answer), OutgoingUnknown (sent).
    """
    asked = _asked(method, url, headers, body, idempotency_key)
    opened = networks(allow)
    deadline = Deadline(timeout)
    for _ in range(redirects + 1):
        reply = _once(asked, max_bytes, opened, resolve, tls, deadline)
        location = reply.header("location")
        if reply.status not in REDIRECTS or not location or not redirects:
            return reply
        asked = asked.redirected(reply.status, location)
    raise OutgoingFailed("The server redirected more than {limit} times.", limit=redirects)


def _once(
    asked: _Asked,
    max_bytes: int,
    allow: Sequence[Network],
    resolve: Resolve,
    tls: ssl.SSLContext | None,
    deadline: Deadline,
) -> Reply:
    url, request = asked.url, asked.request()
    try:
        addresses = resolve_checked(resolve, url.host, url.port, allow, deadline)
        stream = connect(addresses, url.port, allow, deadline)
    except TimeoutError:
        raise OutgoingFailed("No connection to {host} in time.", host=url.host) from None
    try:
        if url.scheme == "https":
            _secure(stream, tls or _system_tls(), url.host)
        return exchange(stream, request, asked.body, max_bytes)
    finally:
        stream.close()


def _secure(stream: Stream, context: ssl.SSLContext, host: str) -> None:
    try:
        stream.secure(context, host)
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message.rstrip(".")
        raise OutgoingFailed("The certificate of {host}: {error}.", host=host, error=why) from None
    except TimeoutError:
        raise OutgoingFailed("No secure connection to {host} in time.", host=host) from None
    except OSError as error:
        raise OutgoingFailed("No secure connection to {host}: {error}.", host=host, error=error) from None


@cache
def _system_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _asked(method: str, url: str, headers: Headers, body: bytes | str, key: str) -> _Asked:
    if method not in _METHODS:
        raise OutgoingRefused("The method {method} is not sent.", method=method)
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if len(data) > LONGEST_BODY:
        raise OutgoingRefused("The request's body is larger than {limit} bytes.", limit=LONGEST_BODY)
    if not _KEY.fullmatch(key):
        raise OutgoingRefused("The idempotency key contains characters that cannot be sent.")
    given = headers.items() if isinstance(headers, Mapping) else headers
    pairs = tuple((name, value.strip(" \t")) for name, value in given)
    for name, value in pairs:
        _check_header(name, value)
    if sum(len(name) + len(value) for name, value in pairs) > _LONGEST_HEADERS:
        raise OutgoingRefused("The request's headers are longer than {limit} characters.", limit=_LONGEST_HEADERS)
    return _Asked(method, read(url), pairs, data, key)


def _check_header(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise OutgoingRefused("{name} is not a header's name.", name=name)
    if name.lower() in _OURS:
        raise OutgoingRefused("The header {name} is set by Souffleur.", name=name)
    if not _VALUE.fullmatch(value):
        raise OutgoingRefused("The header {name} contains characters that cannot be sent.", name=name)
