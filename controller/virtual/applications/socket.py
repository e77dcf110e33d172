"""The application `socket`: offer the call to a controller and park until it lets go.

Recorded: 02a (connect), 02g (async without full), 04y (25 s for the first command), 05_failover_hosts (hosts in turn),
05_old_socket_* (closing an older socket ends the park of the newer one, also when FreeSWITCH closes it after those
25 s). tests/real/test_alike.py: an offer that nobody connects to can be transferred at once, and a late `connect` on
its socket is answered.
"""

from __future__ import annotations

import gevent
from gevent import socket as sockets

from controller.virtual import commands
from controller.virtual.channel import Channel
from controller.virtual.listener import Listener
from controller.virtual.registry import application
from controller.virtual.session import park, parse

CONNECT = 5.0  # real seconds


def dial(channel: Channel, hosts: str) -> sockets.socket | None:
    """The first host of `host:port|host:port` that takes the connection."""
    for one in hosts.split("|"):
        host, _, port = one.rpartition(":")
        channel.set("socket_host", host)
        try:
            sock = sockets.create_connection((host, int(port)), timeout=CONNECT)
        except (OSError, ValueError):
            continue
        sock.settimeout(None)
        sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        return sock
    return None


@application("socket")
def socket(channel: Channel, argument: str) -> None:
    hosts, *flags = argument.split()
    sock = dial(channel, hosts)
    if sock is None:
        return
    listener = Listener(channel.switch, sock, channel)
    listener.full = "full" in flags
    channel.sockets.append(listener)
    channel.switch.listeners.add(listener)
    gevent.spawn(listener.serve, commands.obey)
    while channel.ready and listener.running and not listener.connected:
        channel.wait(None)
    # A socket that ended before the channel parks leaves it parked with nobody to let it go (transcript
    # real_never_connected): never connected, or closed at once after `connect`. FreeSWITCH parks at its next frame, so
    # there a close within some milliseconds does it too, now and then; here only one in the same moment.
    park(channel)
    if channel.ready:
        parse(channel)
