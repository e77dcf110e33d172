"""CPU for one 20 kB event: Souffleur, greenswitch and Genesis, each in its own format and its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from bench.feeder import feeding
from bench.processes import ROOT, Failed
from bench.servers import GENESIS, GREENSWITCH, PEERS, QUIET
from bench.table import Row, compared

OURS = "souffleur"
CLIENTS = {  # name: (Python, program, events)
    OURS: (sys.executable, "souffleur.py", 5000),
    GREENSWITCH: (PEERS, "greenswitch_client.py", 1000),
    GENESIS: (PEERS, "genesis_client.py", 1000),
}
ROUNDS = 3
WANTED = 1 / 5  # of greenswitch's CPU, the whole way


def measure() -> list[Row]:
    """Three rounds of all clients, turn by turn; the best of each counts."""
    best: dict[str, dict[str, float]] = {}
    with feeding() as port:
        for _ in range(ROUNDS):
            for name in CLIENTS:
                found = _run(name, port)
                known = best.setdefault(name, found)
                best[name] = {key: min(known[key], found[key]) for key in found}
    for found in best.values():
        found["dispatch"] = found["handle"] - found["parse"]
    return [row for key, what in _WAYS.items() for row in _rows(key, what, best)]


_WAYS = {
    "parse": "parse a 20 kB event",
    "dispatch": "read a 20 kB event, have it handled",
    "handle": "a 20 kB event, both",
}


def _rows(key: str, what: str, best: dict[str, dict[str, float]]) -> list[Row]:
    theirs = best[GREENSWITCH][key]
    rows = []
    for name, found in best.items():
        ratio = 0.0 if name == GREENSWITCH else found[key] / theirs
        wanted = WANTED if key == "handle" and name == OURS else 0.0
        rows.append(compared(what, name, f"{found[key] * 1e6:.0f} us", ratio, wanted))
    return rows


def _run(name: str, port: int) -> dict[str, float]:
    python, program, count = CLIENTS[name]
    command = [str(python), str(ROOT / "bench" / "clients" / program), str(port), str(count)]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise Failed(f"{name} failed\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
