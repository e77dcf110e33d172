"""Which addresses and ports an outgoing request may reach: public unicast ones, and what the operator allows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from conf.outgoing.errors import OutgoingRefused

Network = IPv4Network | IPv6Network

# The IANA special-purpose registries, written out: `is_global` differs between patch releases of Python.
_REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/9", "ff00::/8",
    )
)  # fmt: skip
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

# Ports past 1023 where another protocol listens that can be fooled by an HTTP request (WHATWG fetch, "bad port").
_OTHER_PROTOCOLS = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080)
)


def networks(allow: Iterable[str | Network]) -> tuple[Network, ...]:
    """Return networks from their text. Raises ValueError."""
    return tuple(ip_network(text) if isinstance(text, str) else text for text in allow)


def check_port(port: int) -> None:
    """Raise OutgoingRefused for a port where no web server is expected."""
    if port not in (80, 443) and (port < 1024 or port in _OTHER_PROTOCOLS):
        raise OutgoingRefused("Port {port} is not open to requests.", port=port)


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address rather than a name."""
    return ":" in host or host.replace(".", "").isdigit()


def is_allowed(text: str, allow: Iterable[Network]) -> bool:
    """Whether the operator listed an address."""
    address = _plain(text)
    return any(address in network for network in allow)


def check_address(text: str, allow: Iterable[Network]) -> None:
    """Raise OutgoingRefused for an address that is not public and not allowed by the operator."""
    if is_allowed(text, allow):
        return
    address = _plain(text)
    refused = any(address in network for network in _REFUSED)
    if refused or not address.is_global or (address.version == 6 and address not in _PUBLIC_IPV6):
        raise OutgoingRefused("The address {address} is not public.", address=text)


def _plain(text: str) -> IPv4Address | IPv6Address:
    """Return the address that a packet would reach: the IPv4 one inside a mapped or NAT64 address."""
    try:
        address = ip_address(text)
    except ValueError:
        raise OutgoingRefused("The address {address} is not an IP address.", address=text) from None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise OutgoingRefused("The address {address} is not public.", address=text)
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
    return address
