"""A URL read strictly: what two programs could read in two ways is refused. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

import idna

from conf.outgoing.address import check_port
from conf.outgoing.errors import OutgoingRefused

_LONGEST = 8000
_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "/?:@!$&'()*+,;=%-._~"


@dataclass(frozen=True)
class Url:
    """Where a request goes. `host` is ASCII and lower case, `target` what stands in the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The Host header: the name, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Who is trusted with the request's secrets."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def read(text: str) -> Url:
    """Read an absolute http or https URL. Raises OutgoingRefused."""
    if len(text) > _LONGEST:
        raise OutgoingRefused("The URL is longer than {longest} characters.", longest=_LONGEST)
    if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise OutgoingRefused("The URL contains control characters.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise OutgoingRefused("The URL {url} cannot be read.", url=text) from None
    if parts.scheme not in _PORTS:
        raise OutgoingRefused("The URL must begin with http:// or https://.")
    if "@" in parts.netloc:
        raise OutgoingRefused("The URL must not contain a user name or password.")
    port = _PORTS[parts.scheme] if port is None else port
    check_port(port)
    host = _host(parts.hostname or "", bracketed=parts.netloc.startswith("["))
    query = f"?{parts.query}" if parts.query else ""
    return Url(parts.scheme, host, port, quote((parts.path or "/") + query, safe=_KEPT))


def join(base: Url, location: str) -> Url:
    """Read a redirect's target, which may be relative. Raises OutgoingRefused, also for a step down from https."""
    if any(ord(c) < 33 or ord(c) == 127 for c in location):
        raise OutgoingRefused("The redirect's URL contains control characters.")
    try:
        url = read(urljoin(str(base), location))
    except ValueError:
        raise OutgoingRefused("The URL {url} cannot be read.", url=location) from None
    if base.scheme == "https" and url.scheme != "https":
        raise OutgoingRefused("The redirect leads from https to http.")
    return url


def _host(name: str, bracketed: bool) -> str:
    if bracketed:
        return _ipv6(name)
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise OutgoingRefused("{host} is not a host name.", host=name) from None
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise OutgoingRefused("{host} is not a host name.", host=name)
    if _NUMBER.fullmatch(labels[-1]):  # a number at the end: an IPv4 address, in one way of writing only
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise OutgoingRefused("{host} is not an IP address as it should be written.", host=name) from None
    return name


def _ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise OutgoingRefused("{host} is not an IPv6 address.", host=text) from None
    if address.scope_id:
        raise OutgoingRefused("{host} is not an IPv6 address.", host=text)
    return str(address)
