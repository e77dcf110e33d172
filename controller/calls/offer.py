"""A call as FreeSWITCH offers it: read once, then the frame is let go."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from controller.esl.fields import Headers, channel_data, variable

# Variables that travel with a channel. The dialplan sets the first three, the directory the next two (authenticated
# phones only), the controller the rest. No SIP header can set one: those arrive as sip_h_*.
DIALLED = "souffleur_dialled"
ORIGIN = "souffleur_origin"
LOST = "controller_lost"
SUBSCRIBER = "souffleur_subscriber"
USER = "souffleur_user"
CALL = "souffleur_call"
CHECKPOINT = "souffleur_checkpoint"
TAKEN = "souffleur_taken"  # tells the dialplan's loop that a controller had the call
TRUNK = "souffleur_trunk"
CALLER = "souffleur_caller"  # the extension whose phone we rang first: FreeSWITCH holds the other side's number


@dataclass(frozen=True)
class Offer:
    """Who calls, what was dialled, and what an earlier controller left on the channel."""

    uuid: str
    call: str
    dialled: str
    origin: str  # "trunk", "phone", "test" (a trial call) or "transfer" (a phone's REFER)
    caller: str
    caller_name: str
    address: str  # the peer's IP address
    subscriber: str  # slug of the authenticated user's subscriber, "" from a trunk
    user: str
    answered: bool
    checkpoint: str
    trunk: str
    lost: bool
    created: float  # epoch seconds


def read_offer(headers: Headers) -> Offer:
    """Read the reply to `connect`."""
    channel = channel_data(headers)
    origin = variable(headers, ORIGIN) or "trunk"
    # A leg that we rang carries the call's name; when its caller transfers it, it begins a call of its own, since the
    # caller's has ended and is on record.
    walked = variable(headers, CHECKPOINT) or variable(headers, TAKEN) == "true"
    call = variable(headers, CALL) if origin != "transfer" or walked else ""
    return Offer(
        uuid=channel.uuid,
        call=call or str(uuid4()),
        dialled=variable(headers, DIALLED) or channel.dialled,
        origin=origin,
        caller=variable(headers, CALLER) or channel.caller,
        caller_name=channel.caller_name,
        address=channel.address,
        subscriber=variable(headers, SUBSCRIBER),
        user=variable(headers, USER),
        answered=channel.answered,
        checkpoint=variable(headers, CHECKPOINT),
        trunk=variable(headers, TRUNK),
        lost=variable(headers, LOST) == "true",
        created=channel.created,
    )
