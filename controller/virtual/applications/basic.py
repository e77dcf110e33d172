"""Applications that need no sound: answering, variables, waiting, hanging up.

Recorded: 02a (ring_ready, answer, set, multiset, export, sleep, hangup), 02b (break). Seen on 1.11.1
(transcript real_applications): unset, pre_answer and ring_ready on an answered call do nothing, park inside
a park ends at once, `set x=` unsets, a key breaks a sleep and stays for whoever takes keys next, flush_dtmf drops keys
without an event.
"""

from __future__ import annotations

from controller.virtual.callee import CAUSES
from controller.virtual.channel import Channel
from controller.virtual.registry import application
from controller.virtual.session import break_off, park, parse
from controller.virtual.text import split


@application("answer")
def answer(channel: Channel, _argument: str) -> None:
    channel.answer()


@application("pre_answer")
def pre_answer(channel: Channel, _argument: str) -> None:
    channel.open_media()


@application("ring_ready")
def ring_ready(channel: Channel, _argument: str) -> None:
    channel.ring()


@application("set")
def set_variable(channel: Channel, argument: str) -> None:
    """`name=value`; an empty value unsets. It expands the value itself where the core leaves arguments as they are."""
    name, _, value = argument.partition("=")
    channel.set(name, channel.expand(value) if channel.true("app_disable_expand_variables") else value)


@application("multiset")
def multiset(channel: Channel, argument: str) -> None:
    """`a=1 b=2`, or `^^;a=1;b=two words` with a separator of its own."""
    separator = " "
    if argument.startswith("^^") and len(argument) > 2:
        separator, argument = argument[2], argument[3:]
    for one in split(argument, separator):
        if one:
            set_variable(channel, one)


@application("export")
def export(channel: Channel, argument: str) -> None:
    """Set a variable here and on the legs called later; `nolocal:` only there."""
    name, _, value = argument.partition("=")
    local = not name.startswith("nolocal:")
    name = name.removeprefix("nolocal:")
    names = [one for one in channel.get("export_vars").split(",") if one]
    if name not in names:
        channel.set("export_vars", ",".join([*names, name]))
    channel.set(name if local else f"nolocal:{name}", value)


@application("unset")
def unset(channel: Channel, argument: str) -> None:
    channel.set(argument, None)


@application("sleep")
def sleep(channel: Channel, argument: str) -> None:
    """Milliseconds.

    Before there is media nothing but the hang-up ends it; after, commands run in it and a key ends it.
    """
    digits = argument.split(" ")[0]
    deadline = channel.clock.now() + (int(digits) / 1000 if digits.isdigit() else 0)
    while channel.ready and channel.clock.now() < deadline:
        if channel.broken:
            channel.broken = False
            return
        if channel.has_media:
            parse(channel)
            if channel.digits:
                return
        if channel.ready and not channel.broken:
            channel.wait(deadline)


@application("hangup")
def hangup(channel: Channel, argument: str) -> None:
    channel.hang_up(argument or "NORMAL_CLEARING")


@application("respond")
def respond(channel: Channel, argument: str) -> None:
    """Refuse with a SIP answer, `503 Service Unavailable`.

    Ends an answered call too (seen on 1.11.1, transcript real_sip).
    """
    code = argument.split(" ")[0]
    channel.hang_up(CAUSES.get(int(code), "NORMAL_TEMPORARY_FAILURE") if code.isdigit() else "NORMAL_CLEARING")


@application("park")
def park_here(channel: Channel, _argument: str) -> None:
    park(channel)


@application("break")
def break_application(channel: Channel, argument: str) -> None:
    if argument and argument != "all":
        channel.commands.clear()
    break_off(channel)


@application("flush_dtmf")
def flush_dtmf(channel: Channel, _argument: str) -> None:
    channel.digits.clear()


@application("send_dtmf")
def send_dtmf(channel: Channel, argument: str) -> None:
    channel.send(argument)


@application("transfer")
def transfer(channel: Channel, argument: str) -> None:
    """`extension dialplan context`."""
    extension, _, rest = argument.partition(" ")
    channel.transfer(extension, rest.partition(" ")[2])


@application("execute_extension", "privacy", "log", "info", "hash", "verbose_events", "speak")
def nothing(_channel: Channel, _argument: str) -> None:
    """Applications the real switch has and the stand-in does not act out: they complete at once."""
