"""What became of each call of a day: by its caller, by the database, by the web shop."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.day.callers import Plan

ENDED_BY_CALLER = ("NORMAL_CLEARING", "ORIGINATOR_CANCEL")


@dataclass
class Verdict:
    """Faults by caller: `dropped` calls ended otherwise than by their flow or their caller, `doubled` did something
    twice, `unwritten` have no record, or not the whole one.
    """

    calls: int
    dropped: dict[str, str] = field(default_factory=dict)
    doubled: dict[str, str] = field(default_factory=dict)
    unwritten: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)  # on the switch
    sources: Counter[str] = field(default_factory=Counter)
    adopted: int = 0  # times that a call was taken over
    unsure: int = 0  # requests of which nobody knew whether they arrived
    unmeasured: int = 0  # talks that began and ended while no controller lived

    @property
    def right(self) -> bool:
        return not (self.dropped or self.doubled or self.unwritten or any(self.left.values()))

    def faults(self) -> Iterator[str]:
        """Each in a line."""
        for name in ("dropped", "doubled", "unwritten"):
            for caller, fault in getattr(self, name).items():
                yield f"{name} {caller}: {fault}"
        if any(self.left.values()):
            yield f"left on the switch: {self.left}"


def judge(plans: Iterable[Plan], told: dict[str, Any], database: Path) -> Verdict:
    """Compare what was planned with what happened; `told` is what the switch tells in the end."""
    by_caller = {plan.caller: plan for plan in plans}
    found = Verdict(len(by_caller), left={name: told[name] for name in ("channels", "sockets")})
    heard = {one["caller"]: one for one in told["callers"]}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        rows.row_factory = sqlite3.Row
        records: dict[str, list[sqlite3.Row]] = {}
        for record in rows.execute("select * from call_record"):
            records.setdefault(record["caller"], []).append(record)
        for caller, plan in by_caller.items():
            _judge_one(found, plan, heard.get(caller), records.get(caller, []), told)
        for caller in records.keys() - by_caller.keys():
            found.doubled[caller] = "a record of a call that nobody made"
        taken_over = "select count(*) from call_event where kind in ('adopted', 'attended')"
        (found.adopted,) = rows.execute(taken_over).fetchone()
        _judge_counter(found, rows)
    return found


def _judge_one(
    found: Verdict, plan: Plan, heard: dict[str, Any] | None, records: list[sqlite3.Row], told: dict[str, Any]
) -> None:
    caller = plan.caller
    if heard is None:
        found.dropped[caller] = f"{plan.phase}: still there"
        return
    if len(records) != 1:
        (found.doubled if records else found.unwritten)[caller] = f"{plan.phase}: {len(records)} records; {heard}"
        return
    record = records[0]
    found.sources[record["source"]] += 1
    path = [(step.get("node"), step.get("exit")) for step in json.loads(record["path"])]
    ended = " ".join(str(record[name]) for name in ("disposition", "cause", "problem", "source"))
    said = f"{plan.phase}: {path} {ended}; {heard}"
    if not _ended_well(plan, heard) or not _goes(path, plan, heard["left"]):
        found.dropped[caller] = said
    elif wrong := "; ".join(_gaps(record, plan, path, heard)):
        found.unwritten[caller] = f"{wrong}; {said}"
    if ("order", "unknown") in path:
        found.unsure += 1
    if _talked(path) and record["talk"] <= 0:
        found.unmeasured += 1
    _judge_doubles(found, plan, record, path, told, said)


def _ended_well(plan: Plan, heard: dict[str, Any]) -> bool:
    """Whether the caller left, or the flow came to its end; music has none."""
    if heard["left"]:
        return heard["cause"] in ENDED_BY_CALLER
    return plan.key != "8" and heard["cause"] == "NORMAL_CLEARING"


def _goes(path: list[tuple[str, str]], plan: Plan, left: bool) -> bool:
    """Whether a path is one that the keys lead to; of a caller who left, the beginning of one."""
    if not left:
        return path in plan.ways()
    if not path:
        return True
    *walked, (last, _) = path
    ways = (way[: len(path)] for way in plan.ways() if len(way) >= len(path))
    return any(walked == way[:-1] and last == way[-1][0] for way in ways)


def _gaps(record: sqlite3.Row, plan: Plan, path: list[tuple[str, str]], heard: dict[str, Any]) -> Iterator[str]:
    """What is missing in a record."""
    untaken = not path and record["problem"] == "no controller took the call"  # they left before one was there again
    if record["problem"] and not untaken:
        yield f"problem {record['problem']}"
    if record["ended_at"] is None or (path and record["answered_at"] is None and not heard["left"]):
        yield f"answered {record['answered_at']} ended {record['ended_at']}"
    if not heard["left"] and record["disposition"] != _disposition(plan):
        yield f"disposition {record['disposition']}"
    if _talked(path) and record["ringing_at"] is None:
        yield "it never rang"


def _talked(path: list[tuple[str, str]]) -> bool:
    return bool({("ring", "answered"), ("talk", "answered")} & set(path))


def _disposition(plan: Plan) -> str:
    return {"3": "answered", "4": "answered", "5": "busy"}.get(plan.key, "served")


def _judge_doubles(
    found: Verdict, plan: Plan, record: sqlite3.Row, path: list[tuple[str, str]], told: dict[str, Any], said: str
) -> None:
    keys = {key: times for key, times in told["requests"].items() if key.split("/")[0] == record["call"]}
    legs = told["legs"].get(plan.caller, 0)
    if len(keys) > 1 or (plan.key == "6" and sum(keys.values()) > 1):
        found.doubled[plan.caller] = f"requests {keys}; {said}"
    if legs > 1:
        found.doubled[plan.caller] = f"{legs} legs; {said}"
    if not keys and {("order", "ok"), ("repeat", "ok")} & set(path):
        found.dropped[plan.caller] = f"the request was never sent; {said}"
    if not legs and {("ring", "answered"), ("talk", "answered"), ("busy", "busy")} & set(path):
        found.dropped[plan.caller] = f"nobody was rung; {said}"


def _judge_counter(found: Verdict, rows: sqlite3.Connection) -> None:
    """Every call that passed the counter is counted once."""
    passed = sum(
        ["seen", "next"] in [[step.get("node"), step.get("exit")] for step in json.loads(path)]
        for (path,) in rows.execute("select path from call_record")
    )
    hits, calls, value = rows.execute(
        "select count(*), count(distinct call), (select coalesce(sum(value), 0) from counter) from counter_hit"
    ).fetchone()
    if not passed <= calls == hits == value:
        found.doubled["the counter"] = f"{value} counted, {hits} hits of {calls} calls, {passed} passed"
