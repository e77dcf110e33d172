"""Api commands about one channel.

Replies as recorded (01a, 02a, 02c, 02e, 02j, 05_old_socket_transfer, 07a) or seen on 1.11.1.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent

from controller.virtual import session, wire
from controller.virtual.applications import bridge
from controller.virtual.channel import Channel, Switch
from controller.virtual.headers import other_leg
from controller.virtual.registry import api
from controller.virtual.text import settings, unescaped

NO_CHANNEL = "-ERR No such channel!\n"
DUMP = ("mod_commands.c", "uuid_dump_function", "6495")


def of_channel(
    usage: str, missing: str = NO_CHANNEL
) -> Callable[[Callable[[Channel, str], str]], Callable[[Switch, str], str]]:
    """Find the channel named first; the rest of the line goes to the function."""

    def wrap(function: Callable[[Channel, str], str]) -> Callable[[Switch, str], str]:
        def command(switch: Switch, rest: str) -> str:
            uuid, _, more = rest.strip().partition(" ")
            if not uuid:
                return f"-USAGE: {usage}\n"
            channel = switch.channels.get(uuid)
            return missing if channel is None or channel.ended else function(channel, more.strip())

        return command

    return wrap


@api("uuid_exists")
def uuid_exists(switch: Switch, rest: str) -> str:
    channel = switch.channels.get(rest.strip())
    return "true" if channel and not channel.ended else "false"


@api("uuid_dump")
@of_channel("<uuid> [format]")
def uuid_dump(channel: Channel, kind: str) -> str:
    base = channel.switch.bus.base("CHANNEL_DATA")
    base |= dict(zip(("Event-Calling-File", "Event-Calling-Function", "Event-Calling-Line-Number"), DUMP, strict=True))
    data = base | channel.data()
    return wire.to_text(wire.event_json(data) if kind.lower() == "json" else wire.plain(data))


@api("uuid_getvar")
@of_channel("<uuid> <var>")
def uuid_getvar(channel: Channel, name: str) -> str:
    if not name:
        return "-USAGE: <uuid> <var>\n"
    return channel.get(name.split(" ")[0]) or "_undef_"


@api("uuid_setvar")
@of_channel("<uuid> <var> [value]")
def uuid_setvar(channel: Channel, rest: str) -> str:
    """The value is not expanded; without one the variable is unset."""
    name, _, value = rest.partition(" ")
    if not name:
        return "-USAGE: <uuid> <var> [value]\n"
    channel.set(name, unescaped(value))
    return "+OK\n"


@api("uuid_setvar_multi")
@of_channel("<uuid> <var>=<value>;<var>=<value>...", f"{NO_CHANNEL}-USAGE: <uuid> <var>=<value>;<var>=<value>...\n")
def uuid_setvar_multi(channel: Channel, rest: str) -> str:
    for one in rest.split(";"):
        name, _, value = one.partition("=")
        if name:
            channel.set(name, value)
    return "+OK\n"


@api("uuid_break")
@of_channel("<uuid> [all]")
def uuid_break(channel: Channel, flags: str) -> str:
    """Ends what runs; with `all` the commands that wait are thrown away without any event."""
    if "all" in flags:
        channel.commands.clear()
    session.break_off(channel)
    return "+OK\n"


@api("uuid_fileman")
@of_channel("<uuid> <cmd>:<val>")
def uuid_fileman(_channel: Channel, _rest: str) -> str:
    """Does not end a playback, there or here (02b)."""
    return "+OK\n"


@api("uuid_kill")
@of_channel("<uuid> [cause]")
def uuid_kill(channel: Channel, cause: str) -> str:
    channel.hang_up(cause or "NORMAL_CLEARING")
    return "+OK\n"


@api("uuid_transfer")
@of_channel("<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]")
def uuid_transfer(channel: Channel, rest: str) -> str:
    flag, *target = rest.split()
    if flag in ("-bleg", "-both"):
        other = channel.partner
        if other:
            _transfer(other, target)
        if flag == "-bleg":
            return "+OK\n"
    else:
        target = [flag, *target]
    _transfer(channel, target)
    return "+OK\n"


def _transfer(channel: Channel, target: list[str]) -> None:
    extension, _, context = ([*target, "", "", ""])[:3]
    channel.transfer(extension, context)


@api("uuid_send_dtmf")
@of_channel("<uuid> <dtmf_data>", "-ERR Cannot locate session!\n")
def uuid_send_dtmf(channel: Channel, digits: str) -> str:
    channel.send(digits)
    return f"+OK {channel.uuid} sent DTMF {digits}.\n"


@api("uuid_recv_dtmf")
@of_channel("<uuid> <dtmf_data>", "-ERR Cannot locate session!\n")
def uuid_recv_dtmf(channel: Channel, text: str) -> str:
    """`55@150`: as if the keys had been pressed at the far end, each so many milliseconds long."""
    digits, _, length = text.partition("@")
    for digit in digits:
        channel.receive(digit, int(length) * 8 if length.isdigit() else 2000, "APP")
    return f"+OK {channel.uuid} received DTMF {text}.\n"


@api("uuid_answer")
@of_channel("<uuid>", "-ERROR\n")
def uuid_answer(channel: Channel, _rest: str) -> str:
    channel.answer()
    return "+OK\n"


@api("uuid_park")
@of_channel("<uuid>")
def uuid_park(channel: Channel, _rest: str) -> str:
    channel.redirect = lambda: bridge.stay(channel)
    channel.poke()
    return "+OK\n"


@api("uuid_bridge")
def uuid_bridge(switch: Switch, rest: str) -> str:
    """Take two channels out of what they do and let them talk."""
    first, _, second = rest.strip().partition(" ")
    one, other = switch.channels.get(first), switch.channels.get(second.strip())
    if one is None or other is None or one.ended or other.ended or one is other:
        return "-ERR Invalid uuid\n"
    one.partner, other.partner = other, one
    one.other_leg, other.other_leg = other_leg(other, "originatee"), other_leg(one, "originator")
    one.redirect, other.redirect = (lambda: bridge.join(one, other)), (lambda: bridge.be_joined(other))
    for channel in (one, other):
        channel.poke()
        if channel.runner is None:
            channel.runner = gevent.spawn(session.run, channel)
    return f"+OK {other.uuid}\n"


@api("uuid_record")
@of_channel("<uuid> [start|stop|mask|unmask] <path> [<limit>]", "-ERR Cannot locate session!\n")
def uuid_record(channel: Channel, rest: str) -> str:
    verb, path, limit, options = ([*rest.split(" ", 3), "", "", ""])[:4]
    if verb == "start":
        seconds, manner = float(limit) if limit.isdigit() else 0.0, settings(options.strip("{}"), ",")
        started = channel.start_recording(path, seconds, manner)
        return "+OK Success\n" if started else "-ERR Cannot record session!\n"
    if verb == "stop":
        return "+OK Success\n" if channel.stop_recording(path) else "-ERR Cannot stop record session!\n"
    return "+OK Success\n"
