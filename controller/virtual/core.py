"""What everything on a switch shares. Its calls and connections know it; it knows none of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.virtual.callee import Callee
from controller.virtual.clock import Clock
from controller.virtual.dialplan import Dialplan
from controller.virtual.events import Bus
from controller.virtual.outlet import Faults
from controller.virtual.table import Table


@dataclass(eq=False, repr=False)
class Core:
    """The switch's clock, its bus, its dialplan, its configuration, and who can be called."""

    esl_password: str
    host: str
    domain: str
    clock: Clock
    dialplan: Dialplan
    sounds: str  # the folder of files named without a path
    gateways: set[str] | None  # None: every gateway is there
    profiles: frozenset[str]
    streams: frozenset[str] = frozenset({"moh", "default"})  # music on hold
    cdr_dir: str = ""  # where each call leaves its account; "": nowhere
    frame: float = 0.02  # seconds until a channel looks at a command it was sent
    show_lag: float = 0.3  # seconds by which `show channels` is late
    faults: Faults = field(default_factory=Faults)
    callees: dict[str, Callee] = field(default_factory=dict)
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    sessions: int = 0  # since startup

    def __post_init__(self) -> None:
        self.bus = Bus(self.clock)
        self.table = Table(self.clock)
        self.globals = {"domain": self.domain, "hostname": "virtual", "local_ip_v4": self.host}

    def find_callee(self, number: str, domain: str = "") -> Callee | None:
        return self.callees.get(f"{number}@{domain}") or self.callees.get(number) or self.callees.get("*")

    def next_session(self) -> str:
        self.sessions += 1
        return str(self.sessions)
