"""Free ports on a loopback address."""

from __future__ import annotations

import socket


def free_port(address: str = "127.0.0.1") -> int:
    """A port that is free for TCP and UDP at the same time."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((address, 0))
            port: int = tcp.getsockname()[1]
            try:
                udp.bind((address, port))
            except OSError:
                continue
            return port


def free_range(size: int, address: str = "127.0.0.1") -> tuple[int, int]:
    """The first and last port of a range whose ends are free for UDP, below the ports that systems lend."""
    for first in range(20000, 32000, size):
        with socket.socket(type=socket.SOCK_DGRAM) as low, socket.socket(type=socket.SOCK_DGRAM) as high:
            try:
                low.bind((address, first))
                high.bind((address, first + size - 1))
            except OSError:
                continue
            return first, first + size - 1
    raise RuntimeError("no free range of UDP ports")
