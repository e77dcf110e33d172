"""Socket options of every ESL connection."""

from __future__ import annotations

import socket
from typing import Any

OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),  # commands are small and must not wait for each other
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),  # a machine that vanished says no goodbye
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 10),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 5),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
)


def tune(sock: Any) -> None:
    """Send at once, and notice within half a minute that the other machine is gone."""
    for level, name, value in OPTIONS:
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(level, option, value)
