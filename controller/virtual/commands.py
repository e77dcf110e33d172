"""The commands of the event socket, and their replies word for word (01a, 01b, 01d, 02a, 02g, and the sources of
1.11.1).
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import gevent

from controller.virtual import wire
from controller.virtual.events import NAMES
from controller.virtual.headers import profile
from controller.virtual.listener import Listener
from controller.virtual.registry import API
from controller.virtual.subscriptions import add_filter, event, myevents, nixevent, noevents
from controller.virtual.wire import Command

Reply = str | None  # None: the command has sent its own reply, or none is due; empty: there is no such command


def obey(listener: Listener, command: Command) -> None:
    """Do one command and send its reply."""
    answer = _obey(listener, command)
    if answer is not None:
        listener.out.send(wire.reply(answer or "-ERR command not found"))
    if command.line.lower().startswith(("exit", "...")) or (answer == "-ERR invalid" and not listener.authorised):
        listener.end()


def _obey(listener: Listener, command: Command) -> Reply:
    line = command.line
    if line.lower().startswith(("exit", "...")):
        return "+OK bye"
    if not listener.authorised:
        return _auth(listener, line)
    for name, limited, function in COMMANDS:
        if line.lower().startswith(name) and (listener.full or not limited):
            return function(listener, line[len(name) :].strip(), command)
    return ""


def _auth(listener: Listener, line: str) -> Reply:
    if not line.startswith("auth "):
        return ""
    if line[5:] != listener.switch.esl_password:
        return "-ERR invalid"
    listener.authorised = True
    return "+OK accepted"


def _connect(listener: Listener, _rest: str, _command: Command) -> Reply:
    channel = listener.channel
    if channel is None:
        return ""
    frame = listener.switch.bus.base("CHANNEL_DATA") | profile(channel, "Channel") | channel.data()
    frame |= {"Content-Type": "command/reply", "Reply-Text": "+OK\n", "Socket-Mode": "async"}
    frame["Control"] = "full" if listener.full else "single-channel"
    listener.out.send(wire.plain(frame))
    listener.connected = True
    channel.poke()
    return None


def _sendmsg(listener: Listener, rest: str, command: Command) -> Reply:
    uuid = rest or command.headers.get("session-id", "")
    if listener.channel and uuid in ("", listener.channel.uuid):
        channel = listener.channel
    elif (found := listener.switch.channels.get(uuid)) and not found.ended:
        channel = found
    else:
        return f"-ERR invalid session id [{uuid}]"
    if not channel.ended:
        channel.queue(command)
    return "+OK"


def _api(listener: Listener, rest: str, command: Command) -> Reply:
    if not command.line[3:].startswith(" "):
        return ""
    listener.busy = True
    try:
        body = run_api(listener, rest)
        listener.out.send(wire.api_response(body))
    finally:
        listener.let_go()
    return None


def run_api(listener: Listener, text: str) -> str:
    name, _, argument = text.partition(" ")
    function = API.get(name)
    if function is None:
        return f"-ERR {name} Command not found!\n"
    return function(listener.switch, argument) or "-ERR no reply\n"


def _bgapi(listener: Listener, rest: str, command: Command) -> Reply:
    job = command.headers.get("job-uuid") or str(uuid4())
    listener.out.send(wire.reply(f"+OK Job-UUID: {job}", f"Job-UUID: {job}\n"))
    owner = listener.channel.uuid if listener.channel and listener.outbound else ""
    gevent.spawn(_job, listener, rest, job, owner)
    return None


def _job(listener: Listener, text: str, job: str, owner: str) -> None:
    body = run_api(listener, text)
    name, _, argument = text.partition(" ")
    headers = {"Job-UUID": job, "Job-Command": name}
    if argument:
        headers["Job-Command-Arg"] = argument
    if owner:
        headers["Job-Owner-UUID"] = owner
    listener.switch.bus.fire("BACKGROUND_JOB", lambda: dict(headers), owner, body)


def _sendevent(listener: Listener, rest: str, command: Command) -> Reply:
    uuid = str(uuid4())
    name = rest.upper() if rest.upper() in NAMES else "CUSTOM"
    headers = {"-".join(part.capitalize() for part in key.split("-")): value for key, value in command.headers.items()}
    headers.pop("Content-Length", None)
    kind = headers.get("Event-Subclass", "")
    headers["Event-UUID"] = uuid
    listener.switch.bus.fire(name, lambda: dict(headers), headers.get("Unique-Id", ""), command.body, kind)
    return f"+OK {uuid}"


def _linger(listener: Listener, rest: str, _command: Command) -> Reply:
    if listener.channel is None:
        return "-ERR not controlling a session"
    listener.linger = int(rest) if rest.isdigit() else -1
    return f"+OK will linger {listener.linger} seconds" if rest.isdigit() else "+OK will linger"


def _nolinger(listener: Listener, _rest: str, _command: Command) -> Reply:
    if listener.channel is None:
        return "-ERR not controlling a session"
    listener.linger = None
    return "+OK will not linger"


def _divert(listener: Listener, rest: str, _command: Command) -> Reply:
    if listener.channel is None:
        return "-ERR not controlling a session."
    if not rest:
        return "-ERR missing value."
    return "+OK events diverted" if rest.lower() == "on" else "+OK events not diverted"


def _getvar(listener: Listener, rest: str, _command: Command) -> Reply:
    """The value goes out raw and cut at 500 bytes, as FreeSWITCH does it."""
    if listener.channel is None:
        return ""
    value = listener.channel.get(rest)[:500]
    if not value:
        return ""
    listener.out.send(wire.reply(value))
    return None


def _resume(listener: Listener, _rest: str, _command: Command) -> Reply:
    return "+OK" if listener.channel else ""


def _log(_listener: Listener, rest: str, _command: Command) -> Reply:
    return f"+OK log level {rest or 7} [{rest or 7}]"


def _nolog(_listener: Listener, _rest: str, _command: Command) -> Reply:
    return "+OK no longer logging"


# Name, whether only a `full` socket may use it, function; tried in this order, so the longer of two names first.
COMMANDS: tuple[tuple[str, bool, Callable[[Listener, str, Command], Reply]], ...] = (
    ("connect", False, _connect), ("getvar", False, _getvar), ("resume", False, _resume),
    ("myevents", False, myevents),
    ("divert_events", False, _divert), ("filter", False, add_filter), ("sendmsg", False, _sendmsg),
    ("sendevent", True, _sendevent),
    ("bgapi ", True, _bgapi), ("api", True, _api), ("linger", True, _linger), ("nolinger", True, _nolinger),
    ("nolog", True, _nolog),
    ("log", True, _log), ("nixevent", True, nixevent), ("noevents", True, noevents), ("event", True, event),
)  # fmt: skip
