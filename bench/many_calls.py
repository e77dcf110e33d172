"""2,000 calls at once in one controller: each walks a menu of a flow from the database, and each is on record.

The callers wait in the menu until all of them are there; then they press their keys. Afterwards the database must hold,
for each call: its record with the right path, and every entry of its journal, the digits of this caller among them.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from bench.installation import Installation, installed
from bench.processes import Program, cpu, memory, running
from bench.servers import FLOW, Taker, switch
from bench.table import Row

SIZES = (100, 500, 1000, 2000)
RATE = 125.0  # calls a second begin, and later go on
WRITTEN_WITHIN = 15.0  # seconds until all is in the database
FLAT = 1.25  # cost of a call at 2,000 to that at 100
SHORT = [("open", "open"), ("filter", "not_listed"), ("choose", "2"), ("thanks", "next"), ("end", "")]
LONG = [("open", "open"), ("filter", "not_listed"), ("choose", "1"), ("code", "ok"), ("thanks", "next"), ("end", "")]


def measure() -> list[Row]:
    """All sizes in the same process, the smallest first."""
    with installed() as house:
        pid = house.controller.pid
        taker = Taker(FLOW, pid, house.port("offer"), house.port("esl"))
        with running(switch("callers.py", taker)) as callers:
            _batch(house, callers, 20)  # what is loaded once
            found = {size: _batch(house, callers, size) for size in SIZES}
        wrong = _complaints(house)
    most, least = found[SIZES[-1]], found[SIZES[0]]
    flat = most["cpu"] / least["cpu"]
    what = f"CPU of a call at {SIZES[-1]}, to that at {SIZES[0]}"
    return [
        *(_row(size, batch) for size, batch in found.items()),
        Row(what, FLOW, f"{flat:.2f}", 0.0, f"<= {FLAT}", flat <= FLAT),
        *(Row("the controller complained", FLOW, line, 0.0, "nothing", False) for line in wrong),
    ]


def _row(size: int, batch: dict[str, Any]) -> Row:
    value = (
        f"{batch['right']} right; {batch['cpu'] * 1000:.1f} ms CPU a call; {batch['seconds']:.0f} s; "
        f"{batch['rss'] / 1024:.0f} MB"
    )
    met = batch["right"] == batch["live"] == size
    return Row(f"{batch['live']} calls at once walk a menu", FLOW, value, 0.0, f"{size} right", met)


def _batch(house: Installation, callers: Program, size: int) -> dict[str, Any]:
    pid = house.controller.pid
    before, began = cpu(pid), time.monotonic()
    there = callers.ask(within=180, gather=size, rate=RATE)
    live, rss = house.status()["calls"], memory(pid).rss
    told = callers.ask(within=180, walk=True, rate=RATE)
    seconds = time.monotonic() - began
    faults = _await_records(house, there["first"], there["last"], size)
    used = cpu(pid) - before
    right = size - len(faults) if told["causes"] == {"NORMAL_CLEARING": size} else 0
    if faults:
        print(f"{size} calls: {len(faults)} with a fault, such as {next(iter(faults.items()))}", file=sys.stderr)
    return {"cpu": used / size, "seconds": seconds, "rss": rss, "live": live, "right": right}


def _await_records(house: Installation, first: str, last: str, size: int) -> dict[str, str]:
    """What is wrong with each call of a batch, once all are written."""
    until = time.monotonic() + WRITTEN_WITHIN
    with closing(sqlite3.connect(f"file:{house.database}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        while time.monotonic() < until:
            records = _records(database, first, last)
            if len(records) == size:
                break
            time.sleep(0.2)
        time.sleep(0.3)  # the entry `ended` comes right behind the record
        entries = _entries(database, first, last)
    faults = {f"+336{number:08d}": "no record" for number in range(int(first[4:]), int(last[4:]) + 1)}
    for record in records:
        faults[record["caller"]] = "; ".join(_faults(record, entries.get(record["call"], [])))
    return {caller: fault for caller, fault in faults.items() if fault}


def _records(database: sqlite3.Connection, first: str, last: str) -> list[sqlite3.Row]:
    return database.execute("select * from call_record where caller between ? and ?", (first, last)).fetchall()


def _entries(database: sqlite3.Connection, first: str, last: str) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in database.execute(
        "select e.* from call_event e join call_record r on r.call = e.call where r.caller between ? and ? "
        "order by e.call, e.sequence",
        (first, last),
    ):
        found.setdefault(row["call"], []).append(row)
    return found


def _faults(record: sqlite3.Row, entries: list[sqlite3.Row]) -> Iterator[str]:
    number = int(record["caller"][4:])
    path = [(step["node"], step["exit"]) for step in json.loads(record["path"])]
    if path != (SHORT if number % 2 else LONG):
        yield f"path {path}"
    if record["problem"] or record["cause"] != "NORMAL_CLEARING":
        yield f"{record['problem']} {record['cause']}"
    kinds = [entry["kind"] for entry in entries]
    if [entry["sequence"] for entry in entries] != list(range(1, len(entries) + 1)) or kinds[-1:] != ["ended"]:
        yield f"journal {kinds}"
    if kinds.count("command") != kinds.count("result") + 1:  # the hang-up has no result
        yield f"a command without a result: {kinds}"
    digits = [data["digits"] for entry in entries if (data := json.loads(entry["data"])).get("type") == "digits"]
    wanted = [*(["9"] if number % 5 == 0 else []), *(["2"] if number % 2 else ["1", f"{number % 10000:04d}"])]
    if digits != wanted:
        yield f"digits {digits}"


def _complaints(house: Installation) -> list[str]:
    status = house.status()
    counted = [f"{name}: {status[name]}" for name in ("lost_records", "dropped_events") if status[name]]
    signs = (" ERROR ", " CRITICAL ", "failed with")
    lines = (line[:100] for line in house.controller.complaints.splitlines() if any(sign in line for sign in signs))
    return [*counted, *list(lines)[:3]]
