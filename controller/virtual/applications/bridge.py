"""bridge, and two channels talking to each other.

Recorded: 03a-03k, 04_bridged, 04_ringing, 05_safe_bridged, 07a (uuid_bridge). One CHANNEL_BRIDGE per bridge, on the
caller's side. A failed bridge without continue_on_fail hangs the caller up with the callee's cause, except for no
answer and no response.
"""

from __future__ import annotations

import gevent

from controller.virtual.cdr import profile_of
from controller.virtual.channel import Channel
from controller.virtual.dialling import LONGEST, Dial
from controller.virtual.headers import other_leg
from controller.virtual.registry import application
from controller.virtual.session import park, parse, run
from controller.virtual.text import dial_string
from controller.virtual.wire import Value

STATUS = {"ORIGINATOR_CANCEL": "CANCEL", "USER_BUSY": "BUSY", "NO_ANSWER": "NOANSWER",
"DESTINATION_OUT_OF_ORDER": "INVALIDARGS",
          "INVALID_PROFILE": "INVALIDARGS", "CALL_REJECTED": "DONTCALL"}  # fmt: skip
ALWAYS_GOES_ON = ("NO_ANSWER", "NO_USER_RESPONSE", "ORIGINATOR_CANCEL")


@application("bridge")
def bridge(channel: Channel, argument: str) -> None:
    """Call somebody and let the two talk; the outcome stays in the caller's variables."""
    groups = dial_string(argument)
    channel.set("originate_disposition", "failure")
    channel.set("DIALSTATUS", "INVALIDARGS")
    if channel.answered:
        channel.turn("RING_WAIT")
    timeout = channel.get("originate_timeout") or channel.get("call_timeout") or LONGEST
    common = groups[0][0].variables
    dial = Dial(
        channel.switch, channel, groups, float(common.get("originate_timeout") or common.get("call_timeout") or timeout)
    )
    leg = dial.run()
    if leg is None:
        _failed(channel, dial)
        return
    if leg.answered:
        channel.answer()
    else:
        channel.open_media()
    channel.other_leg = other_leg(leg, "originatee")
    channel.called = [profile_of(leg), *channel.called]
    channel.turn("ACTIVE" if channel.answered else "EARLY")
    for one in dial.tried:
        channel.push("originate_causes", f"{one.uuid};{'NONE' if one is leg else one.cause}")
    for name in filter(None, channel.get("import").split(",")):
        if leg.get(name):
            channel.set(name, leg.get(name))
    channel.set("originate_disposition", "SUCCESS")
    channel.set("DIALSTATUS", "SUCCESS")
    channel.set("originate_signal_bond", None)
    channel.set("signal_bond", leg.uuid)
    channel.profile = channel.profile | {"Callee-ID-Name": leg.party.number, "Callee-ID-Number": leg.party.number}
    talk(channel, leg)
    _afterwards(channel, leg)


def _failed(channel: Channel, dial: Dial) -> None:
    for one in dial.tried:
        channel.push("originate_causes", f"{one.uuid};{one.cause}")
    if channel.answered and not channel.cause:
        channel.turn("ACTIVE")
    channel.set("originate_disposition", dial.cause)
    channel.set("DIALSTATUS", STATUS.get(dial.cause, dial.cause))
    channel.set("originate_failed_cause", dial.cause)
    give_up(channel, dial.cause)


def give_up(channel: Channel, cause: str) -> None:
    """Whether a failure ends the caller too: continue_on_fail says no, for all causes or for those it lists."""
    if not channel.ready:
        return
    go_on = channel.get("continue_on_fail")
    if go_on:
        if channel.true("continue_on_fail") or cause.lower() in go_on.lower().split(","):
            return
    elif cause in ALWAYS_GOES_ON:
        return
    channel.hang_up(cause)


def talk(channel: Channel, leg: Channel) -> None:
    """The conversation, from CHANNEL_BRIDGE to CHANNEL_UNBRIDGE. Keys pass to the other side."""
    leg.dialler = channel.poked
    channel.partner, leg.partner = leg, channel
    channel.times["Bridged"] = leg.times["Bridged"] = channel.clock.stamp()
    channel.other_leg, leg.other_leg = other_leg(leg, "originatee"), other_leg(channel, "originator")
    ends: dict[str, Value] = {"Bridge-A-Unique-ID": channel.uuid, "Bridge-B-Unique-ID": leg.uuid}
    channel.fire("CHANNEL_BRIDGE", ends)
    for this, other in ((leg, channel), (channel, leg)):
        if this is leg:
            this.state = "CS_EXCHANGE_MEDIA"
            this.switch.table.hear("CHANNEL_STATE", this, {}, this.switch.show_lag)
        for name in ("bridge_to", "last_bridge_to", "bridge_uuid"):
            this.set(name, other.uuid)
        this.set("bridge_channel", other.name)
        if not this.is_loopback:  # SIP channels tell their phone whom they talk to
            this.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": other.uuid})
    while channel.ready and leg.ready:
        parse(channel)
        channel.broken = False
        if leg.answered and not channel.answered:
            channel.answer()
        for this, other in ((channel, leg), (leg, channel)):
            while this.digits and not this.cause:
                other.send(this.take_digit())
        if channel.ready and leg.ready and not (channel.commands and not channel.locks):
            channel.wait(None)
    _part(channel, leg, ends)


def _part(channel: Channel, leg: Channel, ends: dict[str, Value]) -> None:
    if leg.cause:
        channel.set("last_bridge_hangup_cause", leg.cause)
        if sip := leg.get("proto_specific_hangup_cause"):
            channel.set("last_bridge_proto_specific_hangup_cause", sip)
    elif leg.ready:
        leg.hang_up(channel.cause or "NORMAL_CLEARING")
    channel.set("bridge_hangup_cause", leg.cause or "NORMAL_CLEARING")
    channel.set("bridge_to", None)
    leg.dialler = None
    channel.partner = leg.partner = None
    if not leg.cause or channel.cause:
        leg.call_uuid = leg.uuid
    leg.poke()
    if leg.cause and not leg.runner:
        leg.report()
    elif leg.destination and not leg.runner:
        leg.runner = gevent.spawn(run, leg)
    channel.fire("CHANNEL_UNBRIDGE", ends)


def _afterwards(channel: Channel, leg: Channel) -> None:
    """What a bridge that ended does to the caller: goes on, parks, is transferred or hung up."""
    if not channel.ready:
        return
    if not leg.answered:
        give_up(channel, leg.cause)
    elif channel.true("park_after_bridge"):
        channel.redirect = lambda: stay(channel)
    elif where := channel.get("transfer_after_bridge"):
        extension, _, rest = where.partition(":")
        channel.transfer(extension, rest.partition(":")[2])
    elif channel.true("hangup_after_bridge"):
        channel.hang_up(leg.cause or "NORMAL_CLEARING")


def stay(channel: Channel) -> None:
    """Parked by park_after_bridge: the old socket keeps control, and nothing but a transfer or a hang-up leads out."""
    channel.enter("CS_PARK")
    while channel.ready:
        park(channel)


def join(channel: Channel, leg: Channel) -> None:
    """uuid_bridge: the channel leaves what it was doing and talks to the other one (states as in 07a)."""
    for state in ("CS_HIBERNATE", "CS_RESET", "CS_SOFT_EXECUTE"):
        channel.enter(state)
    while leg.redirect and channel.ready and not leg.cause:
        channel.wait(None)
    channel.set("current_application", "uuid_bridge")
    channel.set("current_application_data", leg.uuid)
    channel.fire("CHANNEL_EXECUTE", None, {"Application": "uuid_bridge", "Application-Data": leg.uuid})
    if leg.cause or channel.cause:
        channel.partner = leg.partner = None
        leg.poke()
    else:
        talk(channel, leg)
        _afterwards(channel, leg)
    if channel.ready:
        channel.enter("CS_EXECUTE")


def be_joined(leg: Channel) -> None:
    """The other side of uuid_bridge: it only waits while the first one runs the conversation."""
    leg.enter("CS_EXCHANGE_MEDIA")
    if leg.partner:
        leg.partner.poke()
    while leg.ready and leg.partner:
        leg.wait(None)
    if leg.ready:
        if leg.true("park_after_bridge"):
            stay(leg)
        else:
            leg.hang_up()
