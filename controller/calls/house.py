"""What every call of a controller shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from controller.calls.attendants.desk import Desk
from controller.calls.configuration import Configuration
from controller.calls.faxing import Faxes
from controller.calls.gap import Gap
from controller.calls.journal import Journal
from controller.calls.listening import Ears
from controller.calls.lookups import Lookups
from controller.calls.loops import Loops
from controller.calls.messaging import Messages
from controller.calls.ownership import Owner
from controller.calls.sounds import Sounds
from controller.calls.spool import Fact


@dataclass(frozen=True)
class House:
    """The parts that a conversation is handed; `now` is the wall clock in epoch seconds."""

    owner: Owner  # this process, as the owner of a call
    domain: str
    configuration: Configuration
    lookups: Lookups
    sounds: Sounds
    journal: Journal
    put: Callable[[Fact], None]
    now: Callable[[], float]
    gone: Callable[[str], Gap | None]  # why FreeSWITCH has a channel no more; None while it has it
    gap_ended: Callable[[], float]  # when this process last stood still (see pulse.py)
    leaving: Callable[[], bool]  # whether calls are to be handed over to other controllers
    address: Callable[[], str]  # where this controller takes calls, HOST:PORT
    ending: Callable[[], bool]  # whether this controller itself closes its connections
    secret: str = field(repr=False)  # settings.control_secret: seals what calls carry
    loops: Loops = field(default_factory=Loops, kw_only=True)
    faxes: Faxes | None = field(default=None, kw_only=True)  # None: no fax is sent or received
    desk: Desk | None = field(default=None, kw_only=True)  # None: the prompter listens to no call
    messages: Messages | None = field(default=None, kw_only=True)  # None: none is recorded
    ears: Ears | None = field(default=None, kw_only=True)  # None: callers are heard by their keys alone
