"""Pages while 50 people use them: each opens one, reads it for a moment, opens the next; SQLite."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

from bench.processes import Failed
from bench.table import Row
from bench.website import Website, p95, serving
from conf.database import scoped
from conf.models import CallRecord

PEOPLE = 50
READS = (1.0, 3.0)  # seconds that a person looks at a page
LASTS = 20.0  # seconds
WANTED = 0.100  # seconds
CALLS = 20_000
PAGES = (
    "/overview",
    "/live",
    "/flows",
    "/numbers",
    "/schedules",
    "/lists",
    "/prompts",
    "/users",
    "/extensions",
    "/calls",
    "/calls?disposition=busy",
    "/audit",
    "/flows/reception/edit",
    "/api/v1/flows",
    "/api/v1/calls",
)


def measure() -> list[Row]:
    """The slowest page decides as well as all together."""
    with serving(people=PEOPLE) as site:
        _fill(site)
        pages = [page for page in PAGES if site.get(page, site.cookies[0])[1] == 200]  # what is there, warm
        if len(pages) < len(PAGES):
            raise Failed(f"these pages do not answer: {sorted(set(PAGES) - set(pages))}")
        taken = _use(site, pages)
    everything = [seconds for values in taken.values() for seconds in values]
    slowest = max(taken, key=lambda page: p95(taken[page]))
    rate = f"{len(everything) / LASTS:.0f} pages/s"
    return [
        _row(f"pages, {PEOPLE} people on SQLite ({rate})", everything),
        _row(f"the slowest of {len(pages)} pages: {slowest}", taken[slowest]),
    ]


def _row(what: str, taken: list[float]) -> Row:
    median, high = sorted(taken)[len(taken) // 2], p95(taken)
    value = f"p95 {high * 1000:.0f} ms (median {median * 1000:.0f} ms)"
    return Row(what, "souffleur", value, wanted=f"p95 <= {WANTED * 1000:.0f} ms", met=high <= WANTED)


def _fill(site: Website) -> None:
    now = datetime.now(UTC)
    chance = random.Random(1)
    with scoped(site.engine, site.subscriber_id) as session:
        for number in range(CALLS):
            session.add(
                CallRecord(
                    call=f"call-{number}",
                    subscriber_id=site.subscriber_id,
                    direction="inbound",
                    caller=f"+336{chance.randrange(10**8):08}",
                    called="+33123456789",
                    started_at=now - timedelta(seconds=number * 40),
                    disposition=chance.choice(("answered", "answered", "served", "abandoned", "busy")),
                    flow="reception",
                    flow_version=1,
                )
            )


def _use(site: Website, pages: list[str]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    until = time.monotonic() + LASTS

    def person(number: int) -> None:
        chance = random.Random(number)
        connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
        time.sleep(chance.uniform(0, READS[1]))
        while time.monotonic() < until:
            page = chance.choice(pages)
            seconds, status, _content = site.get(page, site.cookies[number], connection)
            taken[page].append(seconds)
            if status != 200:
                wrong.append(f"{page}: {status}")
            time.sleep(chance.uniform(*READS))

    people = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    if wrong:
        raise Failed(f"{len(wrong)} pages failed: {wrong[0]}")
    return taken
