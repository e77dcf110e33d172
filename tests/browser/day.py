"""A day of a bakery's telephone: some hundred calls in the history, a few colleagues, and calls that are up now."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from conf.audit import record
from conf.database import scoped
from conf.editing import documents
from conf.flow_checks import Checks
from conf.models import CallRecord
from tests.browser.house import House

CALLS = 240  # a day, and every day of the week before
HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 12, 14, 15, 15, 16, 16, 17, 18)  # Paris is an hour ahead of UTC in winter
NUMBER = "+33123456789"
COLLEAGUES = (
    ("Inès Garnier", "103", "agent"),
    ("Hugo Blanchard", "104", "agent"),
    ("Manon Perrin", "105", "engineer"),
    ("Yanis Roussel", "110", "agent"),
    ("Lucie Marchand", "111", "fax"),
    ("Théo Lambert", "120", "agent"),
)
DEEDS: tuple[tuple[str, str, str, list[tuple[str, Any, Any]]], ...] = (
    ("published", "flow", "reception", [("version", None, 1)]),
    ("changed", "number", NUMBER, [("fallback", "101", "102")]),
    ("changed", "user", "claire@martin.example", [("forward.no_answer.after", 25, 20)]),
    ("created", "user", "theo@martin.example", [("name", None, "Théo Lambert"), ("extension", None, "120")]),
    ("logged_in", "account", "claire@martin.example", []),
)
OUTCOMES = ("answered",) * 12 + ("served",) * 6 + ("abandoned",) * 3 + ("busy",)
PATHS = {
    "answered": (("opening", "hours", "open"), ("filter", "check_list", "not_listed"), ("choose", "menu", "1"),
                 ("shop", "dial", "answered"), ("end", "hang_up", "")),
    "served": (("opening", "hours", "open"), ("filter", "check_list", "not_listed"), ("choose", "menu", "2"),
               ("orders", "subflow", "told"), ("thanks", "say", "next"), ("end", "hang_up", "")),
    "abandoned": (("opening", "hours", "open"), ("filter", "check_list", "not_listed"), ("choose", "menu", "hung_up")),
    "busy": (("opening", "hours", "open"), ("filter", "check_list", "not_listed"), ("choose", "menu", "1"),
             ("shop", "dial", "busy"), ("nobody", "say", "next"), ("end", "hang_up", "")),
}  # fmt: skip


def fill(house: House, now: datetime) -> None:
    """Colleagues, and the calls of today and of the week before, up to `now`."""
    sid = house.subscriber_id()
    with scoped(house.engine, sid) as session:
        for name, extension, role in COLLEAGUES:
            first = name.split()[0].lower().translate(str.maketrans("èé", "ee"))
            doc = {"login": f"{first}@martin.example", "name": name, "role": role, "extension": extension}
            documents.save(session, sid, "users", None, doc, checks=Checks(), domain=house.settings.domain)
        for minutes, (action, kind, name, changes) in enumerate(DEEDS):
            at = now - timedelta(minutes=17 + 53 * minutes)
            record(session, "claire@martin.example", "192.0.2.10", action, kind, name, changes, at=at)
        chance = random.Random(7)
        for day in range(8):
            for moment in sorted(_moments(chance, now - timedelta(days=day))):
                if moment < now:
                    session.add(CallRecord(subscriber_id=sid, **_call(chance, moment)))


def _moments(chance: random.Random, day: datetime) -> list[datetime]:
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return [midnight + timedelta(hours=chance.choice(HOURS) - 1, seconds=chance.randrange(3600)) for _ in range(CALLS)]


def _call(chance: random.Random, began: datetime) -> dict[str, Any]:
    outcome = chance.choice(OUTCOMES)
    wait, talk = chance.uniform(4, 21), chance.uniform(25, 310) if outcome == "answered" else 0.0
    path = [{"flow": "reception", "version": 1, "node": n, "kind": k, "exit": e} for n, k, e in PATHS[outcome]]
    outbound = chance.random() < 0.2 and outcome == "answered"
    # Numbers that the regulator keeps for films.
    other = f"+3363998{chance.randrange(40):02}{chance.randrange(90, 99)}"
    return {
        "call": f"{chance.getrandbits(64):016x}",
        "direction": "outbound" if outbound else "inbound",
        "caller": "101" if outbound else other,
        "called": other if outbound else NUMBER,
        "number": NUMBER,
        "started_at": began,
        "answered_at": began + timedelta(seconds=wait) if outcome != "abandoned" else None,
        "ended_at": began + timedelta(seconds=wait + talk),
        "wait": wait,
        "talk": talk,
        "billed": talk,
        "disposition": outcome,
        "cause": "NORMAL_CLEARING",
        "hung_up_by": chance.choice(("caller", "called")),
        "flow": "" if outbound else "reception",
        "flow_version": None if outbound else 1,
        "path": [] if outbound else path,
        "controller": "pbx-1",
        "source": "controller",
    }


def record_of(house: House, call: str) -> CallRecord | None:
    """The record of a call that has ended."""
    with scoped(house.engine, house.subscriber_id(), read_only=True) as session:
        found = session.scalars(select(CallRecord).where(CallRecord.call == call)).one_or_none()
        session.expunge_all()
        return found


def today() -> datetime:
    """Now."""
    return datetime.now(UTC)
