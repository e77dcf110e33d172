"""Where this controller is reached, as FreeSWITCH and the other controllers must write it."""

from __future__ import annotations

import ipaddress
import socket

DISCARD = 9  # a port; nothing is sent


def reached_at(host: str, port: int, towards: str) -> str:
    """HOST:PORT of a listening address; one that listens everywhere is reached at the address that faces `towards`."""
    if _everywhere(host):
        host = _facing(towards) or host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _facing(towards: str) -> str:
    try:
        found = socket.getaddrinfo(towards, DISCARD, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError:
        return ""
