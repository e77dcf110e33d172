"""A call as FreeSWITCH offers it: read once, then the frame is let go."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from controller.esl.fax import HEARD
from controller.esl.fields import Headers, channel_data, decimal, variable

# Variables that travel with a channel. The dialplan sets the first four, the directory the next two (authenticated
# phones only), the controller the rest. No SIP header can set one: those arrive as sip_h_*.
DIALLED = "souffleur_dialled"
ORIGIN = "souffleur_origin"
LOST = "controller_lost"
WAITED = "souffleur_waited"  # a dot a second
SUBSCRIBER = "souffleur_subscriber"
USER = "souffleur_user"
CALL = "souffleur_call"
CHECKPOINT = "souffleur_checkpoint"
OWNER = "souffleur_owner"  # the controller that has the call: NAME:INSTANCE:EPOCH, see ownership.py
HOME = "souffleur_home"  # HOST:PORT of that controller, asked first when the call comes back
TAKEN = "souffleur_taken"  # tells the dialplan's loop that a controller had the call
TRUNK = "souffleur_trunk"
PARTED = "souffleur_parted"
CONNECTED = "souffleur_connected"
REDIRECT = "souffleur_redirect"
DIALLING = "souffleur_dialling"  # the command whose outcome originate_disposition tells
INTENT = "souffleur_intent"  # the request that was last sent while the database could not note it
CALLER = "souffleur_caller"  # the extension whose phone we rang first: FreeSWITCH holds the other side's number
TRANSFERRED_BY = "souffleur_transferred_by"  # the channel that a transferred one talked with
ANSWERER = "souffleur_answerer"  # UUID:LOGIN of the phone that answered; FreeSWITCH copies it from the leg we ring
RINGER = "souffleur_ringer"  # on a leg that we ring: the login of the user who calls
TRANSFEROR = "souffleur_transferor"  # the login of the user who sent the call on
BEGAN = "souffleur_began"  # the epoch that began with a transfer: an older checkpoint is of what was before
PROMPTER = "souffleur_prompter"  # see attendants/memory.py
SENSITIVE = "sensitive_dtmf"  # FreeSWITCH's own: it tells of no key, neither in events nor in its log and its account
GIVEN = "souffleur_given"  # the flow and the variables of a call that we placed ourselves, see placed.py
PLACED = "placed"  # the origin of such a call
CALLS = UUID("5ba05f0e-6d5c-5c6c-9c7e-7a3d2b1f0c11")  # the name space of our calls


@dataclass(frozen=True)
class Offer:
    """Who calls, what was dialled, and what an earlier controller left on the channel."""

    uuid: str
    call: str
    dialled: str
    origin: str  # "trunk", "phone", "test" (a trial), "placed" (by us) or "transfer" (a REFER)
    caller: str
    caller_name: str
    address: str  # the peer's IP address
    subscriber: str  # slug of the authenticated user's subscriber, "" from a trunk
    user: str  # whose rights the call has: the caller's, and after a transfer the transferor's; "" for a stranger
    answered: bool
    checkpoint: str
    trunk: str
    lost: bool
    owner: str
    intent: str
    waited: int  # rounds of a second that nobody took it, since a controller lost it
    parted: float  # when the last talk ended, in epoch seconds, if a controller beside the call heard it
    connected: tuple[str, float] | tuple[()]  # who answered, and when, if a controller beside the call heard it
    redirect: str  # whom the caller is to be taken to, by an order from outside
    held: bool
    created: float  # epoch seconds
    transferor: str = ""  # the user who sent the call on, when that is certain
    began: int = 0  # the epoch that began with a transfer
    given: str = ""  # what a call that we placed carries
    prompter: str = ""  # what an earlier controller's prompter left, see attendants/memory.py
    hides_keys: bool = False  # a secret was being keyed, when a controller left the call
    fax_heard: bool = False  # the calling tone of a fax machine, while perhaps no controller listened

    def ended_talking(self, now: float) -> float:
        """When the talk ended that no controller heard end, in epoch seconds; the call was offered `now`."""
        # The dialplan offers a call a second after it came back, and again each second.
        return self.parted or now - (1.0 + self.waited if self.lost else 0.0)


def call_of(uuid: str) -> str:
    """The name of a call, from its first channel: whoever takes it, or reads of it later, names it alike."""
    return str(uuid5(CALLS, uuid))


def comes_late(headers: Headers) -> bool:
    """Whether somebody has taken the offer before us: the dialplan removes the sign before each offer."""
    return variable(headers, TAKEN) == "true"


def read_connected(headers: Headers) -> tuple[str, float] | tuple[()]:
    """Who answered the dial that was in progress, and when; nothing when that is not known."""
    dial, _, rest = variable(headers, CONNECTED).partition(" ")
    since, _, who = rest.partition(" ")
    if not dial or dial != variable(headers, DIALLING):
        return ()
    return (who, decimal(since) or 0.0)


def read_transferor(headers: Headers) -> str:
    """The user whose phone has just sent the call on; "" unless a leg that we rang tells who that is.

    What the phone wrote is not asked. Whoever came to the talk by another way (an attended transfer) is not known.
    """
    by = variable(headers, TRANSFERRED_BY)
    answerer, _, login = variable(headers, ANSWERER).partition(":")
    if by and answerer == by:
        return login
    return variable(headers, RINGER) if by and call_of(by) == variable(headers, CALL) else ""


def read_offer(headers: Headers) -> Offer:
    """Read the reply to `connect`."""
    channel = channel_data(headers)
    origin = variable(headers, ORIGIN) or "trunk"
    # A leg that we rang carries the call's name; when its caller transfers it, it begins a call of its own, since the
    # caller's has ended and is on record.
    walked = variable(headers, CHECKPOINT) or variable(headers, OWNER)
    call = variable(headers, CALL) if origin != "transfer" or walked else ""
    began = int(decimal(variable(headers, BEGAN)) or 0)
    fresh = origin == "transfer" and not began
    transferor = read_transferor(headers) if fresh else variable(headers, TRANSFEROR)
    return Offer(
        uuid=channel.uuid,
        call=call or call_of(channel.uuid),
        dialled=variable(headers, DIALLED) or channel.dialled,
        origin=origin,
        caller=variable(headers, CALLER) or channel.caller,
        caller_name=channel.caller_name,
        address=channel.address,
        subscriber=variable(headers, SUBSCRIBER),
        user=transferor if origin == "transfer" else variable(headers, USER),
        answered=channel.answered,
        checkpoint=variable(headers, CHECKPOINT),
        trunk=variable(headers, TRUNK),
        lost=variable(headers, LOST) == "true",
        owner=variable(headers, OWNER),
        intent=variable(headers, INTENT),
        waited=len(variable(headers, WAITED)),
        parted=decimal(variable(headers, PARTED)) or 0.0,
        connected=read_connected(headers),
        redirect=variable(headers, REDIRECT),
        held=channel.held,
        created=channel.created,
        transferor=transferor,
        began=began,
        given=variable(headers, GIVEN) if origin == PLACED else "",
        prompter=variable(headers, PROMPTER),
        hides_keys=variable(headers, SENSITIVE) == "true",
        fax_heard=variable(headers, HEARD) == "true",
    )
