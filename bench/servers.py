"""Everything that takes an offered call: Souffleur's wire alone, Souffleur with a flow, and the peers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.installation import SECRET, installed
from bench.processes import ROOT, running

PEERS = str(ROOT / ".venv-bench" / "bin" / "python")
QUIET = {"GENESIS_LOG_LEVEL": "CRITICAL", "OTEL_SDK_DISABLED": "true"}
WIRE = "souffleur, the wire"
FLOW = "souffleur, a flow"
GREENSWITCH = "greenswitch 0.0.19"
GENESIS = "genesis 2026.10.18"
PROGRAMS = {
    WIRE: (sys.executable, "souffleur_server.py"),
    GREENSWITCH: (PEERS, "greenswitch_server.py"),
    GENESIS: (PEERS, "genesis_server.py"),
}
OURS = (WIRE, FLOW)
NAMES = (WIRE, FLOW, GREENSWITCH, GENESIS)


@dataclass(frozen=True)
class Taker:
    """A process that takes calls on a port. `esl` is where it looks for the switch, 0 if it does not."""

    name: str
    pid: int
    port: int
    esl: int = 0


@contextmanager
def taking(name: str) -> Iterator[Taker]:
    """One of them, while it is needed."""
    if name == FLOW:
        with installed() as installation:
            yield Taker(name, installation.controller.pid, installation.port("offer"), installation.port("esl"))
        return
    python, program = PROGRAMS[name]
    with running([python, str(ROOT / "bench" / "clients" / program)], QUIET) as server:
        yield Taker(name, server.pid, server.hear()["port"])


def switch(program: str, *takers: Taker) -> list[str]:
    """The command of a virtual switch that offers calls to these."""
    addresses = [f"{taker.port}:{taker.esl}" for taker in takers]
    return [sys.executable, str(ROOT / "bench" / "switches" / program), SECRET, *addresses]
