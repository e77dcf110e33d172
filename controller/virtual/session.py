"""What a channel runs: the dialplan's actions, and commands sent to it, nested or one after the other.

One greenlet per channel, as FreeSWITCH has one thread per session. Order and flags follow switch_ivr_parse_event as
seen in 02b (nested without event-lock, in turn with it), 04_playback (a locked command inside an unlocked one runs at
once), 02a (loops), 02i (an unknown application hangs up without an event).
"""

from __future__ import annotations

from uuid import uuid4

from controller.virtual.channel import Channel
from controller.virtual.registry import APPLICATIONS
from controller.virtual.state import Route
from controller.virtual.wire import Command

NEED_MEDIA = frozenset(
    {"playback", "play_and_get_digits", "read", "record", "record_session", "stop_record_session", "say"}
)
LEAST_LOOP = 0.5  # a repeated application that ran for less is not repeated


def run(channel: Channel) -> None:
    """Walk the dialplan until the channel is hung up; a transfer starts again at the new extension."""
    while not channel.cause:
        if channel.redirect:
            redirect, channel.redirect = channel.redirect, None
            redirect()
        elif channel.destination or channel.actions is None:
            _route(channel)
        while channel.ready and channel.actions:
            execute(channel, *channel.actions.pop(0))
        if channel.ready:
            channel.hang_up()
    channel.report()


def run_actions(channel: Channel, actions: list[tuple[str, str]]) -> None:
    """Run a list of applications (an originated call's `&park`), then go on like any channel."""
    channel.route = Route(actions[0][0], actions[0][1], tuple(actions))
    channel.actions = actions
    channel.enter("CS_EXECUTE")
    run(channel)


def _route(channel: Channel) -> None:
    """Find the actions of the channel's extension."""
    channel.destination = ""
    starts = channel.call_state == "DOWN" and channel.direction == "inbound"
    channel.enter("CS_ROUTING", "RINGING" if channel.answered or starts else "")
    route = channel.switch.dialplan.route(channel)
    channel.route = route
    channel.actions = list(route.actions) if route else None
    channel.set("call_uuid", channel.uuid)
    if channel.actions is None:
        channel.hang_up("NO_ROUTE_DESTINATION")
    else:
        channel.enter("CS_EXECUTE", "ACTIVE" if channel.answered else "")


def execute(channel: Channel, name: str, argument: str, key: str = "") -> bool:
    """Run one application with its two events around it. False if there is no such application: that hangs up."""
    application = APPLICATIONS.get(name)
    if application is None:
        channel.hang_up("DESTINATION_OUT_OF_ORDER")
        return False
    if name in NEED_MEDIA and channel.direction == "inbound":
        channel.open_media()  # before the application's first event (seen on 1.11.1, transcript real_sip)
    text = argument if channel.true("app_disable_expand_variables") else channel.expand(argument)
    channel.set("current_application_data", text)
    channel.set("current_application", name)
    channel.set("current_application_response", None)
    if channel.switch.cdr_dir:
        channel.executed.append((name, argument, channel.clock.stamp()))
    what = {"Application": name} | ({"Application-Data": text} if text else {})
    tag = {"Application-UUID": key or str(uuid4())}
    channel.fire("CHANNEL_EXECUTE", None, what | tag)
    channel.broken = False
    application(channel, text)
    response = {"Application-Response": channel.get("current_application_response") or "_none_"}
    channel.fire("CHANNEL_EXECUTE_COMPLETE", None, what | response | tag)
    return True


def parse(channel: Channel) -> float:
    """Run the commands that wait, inside whatever is running; nothing while a locked one is in progress.

    Returns the seconds spent, by which a sound that was interrupted goes on later.
    """
    started = channel.clock.now()
    while channel.commands and not channel.locks:
        if channel.cause:
            channel.commands.clear()
            break
        _command(channel, channel.commands.popleft())
        if channel.broken:
            break
    return channel.clock.now() - started


def _command(channel: Channel, command: Command) -> None:
    headers = command.headers
    kind = headers.get("call-command", "").lower()
    locked = headers.get("event-lock", "").lower() in ("true", "yes", "on", "1")
    channel.locks += locked
    try:
        if kind == "hangup":
            channel.hang_up(headers.get("hangup-cause") or "NORMAL_CLEARING")
        elif kind == "execute":
            _loops(channel, command)
    finally:
        channel.locks -= locked


def _loops(channel: Channel, command: Command) -> None:
    """One execute, repeated `loops` times (-1: for ever) while each run lasts long enough and nothing breaks it."""
    headers = command.headers
    name, argument = headers.get("execute-app-name", ""), headers.get("execute-app-arg", "")
    if not argument and headers.get("content-type", "").lower() == "text/plain":
        argument = command.body
    loops = int(headers.get("loops") or 1)
    channel.stop_broadcast = False
    outermost = not channel.broadcast
    channel.broadcast = True
    turn = 0
    while name and (turn < loops or loops < 0):
        turn += 1
        started = channel.clock.now()
        channel.set("app_uuid", None)
        channel.set("current_loop", str(turn))
        channel.set("total_loops", str(loops))
        if not execute(channel, name, argument, headers.get("event-uuid", "")):
            break
        if not channel.ready or channel.stop_broadcast or channel.clock.now() - started < LEAST_LOOP:
            break
    channel.set("current_loop", None)
    channel.set("total_loops", None)
    if outermost:
        channel.broadcast = False
    if channel.stop_broadcast:
        channel.broadcast = False
        channel.broken = True


def break_off(channel: Channel) -> None:
    """uuid_break, or the application break: what is running stops at its next look."""
    if channel.broadcast:
        channel.stop_broadcast = True
    channel.broken = True
    channel.poke()


def park(channel: Channel) -> None:
    """Stay until hung up, sent elsewhere or let go.

    Commands run in here. A key typed here is taken and lost (seen on 1.11.1).
    """
    if channel.controlled:
        return
    channel.controlled = True
    channel.fire("CHANNEL_PARK")
    while channel.ready and channel.controlled:
        parse(channel)
        channel.broken = False
        if channel.ready and channel.digits:
            channel.take_digit()
        elif channel.ready and channel.controlled and not channel.commands:
            channel.wait(None)
            if channel.ready and not channel.controlled:
                parse(channel)  # what was sent before the socket's end runs before the park's
    channel.controlled = False
    channel.fire("CHANNEL_UNPARK")
