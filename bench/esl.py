"""CPU for one 20 kB event: Souffleur, greenswitch and Genesis, each in its own format and its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.feeder import feeding
from bench.table import Row

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"
CLIENTS = {  # name: (Python, program, events)
    "souffleur": (sys.executable, "souffleur.py", 5000),
    "greenswitch 0.0.19": (PEERS, "greenswitch_client.py", 1000),
    "genesis 2026.10.18": (PEERS, "genesis_client.py", 1000),
}
ROUNDS = 3
QUIET = {"GENESIS_LOG_LEVEL": "CRITICAL", "OTEL_SDK_DISABLED": "true"}
WANTED = {"greenswitch 0.0.19": 1 / 5}  # of the whole way


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


_WAYS = {"parse": "parse a 20 kB event", "dispatch": "read it and have it handled", "handle": "both"}


def _rows(key: str, what: str, best: dict[str, dict[str, float]]) -> list[Row]:
    ours = best["souffleur"][key]
    rows = []
    for name, found in best.items():
        ratio = 0.0 if name == "souffleur" else ours / found[key]
        wanted = WANTED.get(name, 0.0) if key == "handle" else 0.0
        rows.append(Row(what, name, f"{found[key] * 1e6:.0f} us", ratio, wanted))
    return rows


def _run(name: str, port: int) -> dict[str, float]:
    python, program, count = CLIENTS[name]
    command = [str(python), str(ROOT / "bench" / "clients" / program), str(port), str(count)]
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
