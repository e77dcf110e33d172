"""What a connection wants to hear: event, nixevent, noevents, filter, myevents (01a, 01d, 02a)."""

from __future__ import annotations

from controller.virtual.events import NAMES
from controller.virtual.listener import Listener
from controller.virtual.wire import Command


def myevents(listener: Listener, rest: str, _command: Command) -> str:
    if listener.follows:
        return "-ERR aready enabled."
    uuid, _, kind = ("", "", rest) if listener.outbound else rest.partition(" ")
    if not listener.outbound and not uuid:
        return ""
    channel = listener.channel or listener.switch.channels.get(uuid)
    if channel is None and kind:
        return "-ERR invalid uuid"
    if "json" in rest.lower():
        listener.format = "json"
    if channel and listener not in channel.sockets:
        channel.sockets.append(listener)
    listener.my_events(channel)
    return "+OK Events Enabled"


def event(listener: Listener, rest: str, _command: Command) -> str:
    names = rest.split()
    if names and names[0].lower() in ("plain", "json", "xml"):
        listener.format = "json" if names.pop(0).lower() == "json" else "plain"
    found, custom = False, False
    for name in names:
        if custom:
            listener.kinds.add(name)
        elif name.upper() in NAMES:
            found, custom = True, name.upper() == "CUSTOM"
            listener.names.add(name.upper())
    if not found:
        return "-ERR no keywords supplied"
    listener.switch.bus.place(listener)
    return f"+OK event listener enabled {listener.format}"


def nixevent(listener: Listener, rest: str, _command: Command) -> str:
    found, custom = False, False
    for name in rest.split():
        if custom:
            listener.kinds.discard(name)
        elif name.upper() in NAMES:
            found, custom = True, name.upper() == "CUSTOM"
            if name.upper() == "ALL":
                listener.names.clear()
            elif not custom:
                if "ALL" in listener.names:
                    listener.names = set(NAMES - {"ALL"})
                listener.names.discard(name.upper())
    listener.switch.bus.place(listener)
    return "+OK events nixed" if found else "-ERR no keywords supplied"


def noevents(listener: Listener, _rest: str, _command: Command) -> str:
    if not listener.names:
        return "-ERR not listening for events"
    listener.names.clear()
    listener.kinds.clear()
    return "+OK no longer listening for events"


def add_filter(listener: Listener, rest: str, command: Command) -> str:
    if not command.line[6:].startswith(" "):
        return ""
    name, mark, value = rest.partition(" ")
    if name.lower() == "delete" and mark:
        name, _, value = value.partition(" ")
        keep = (
            []
            if name.lower() == "all"
            else [one for one in listener.filters if one[0] != name or (value and one[1] != value)]
        )
        listener.filters = keep
        return f"+OK filter deleted. [{name}][{value}]"
    if not mark:
        return "-ERR invalid syntax"
    if name.lower() == "add":
        name, _, value = value.partition(" ")
    listener.filters.append((name, value))
    return f"+OK filter added. [{name}]=[{value}]"
