"""The history of 1,000,000 calls on PostgreSQL: the page and each of its filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from sqlalchemy import create_engine, text

from bench.processes import Failed
from bench.table import Row
from bench.website import Website, p95, serving
from tests.postgres_server import NotHere, started

CALLS = 1_000_000
DAYS = 365
ROUNDS = 25
WANTED = 0.150  # seconds

# A year of calls: more by day than by night, a twentieth goes wrong somehow, callers come again.
FILL = """
INSERT INTO call_record (subscriber_id, call, direction, caller, caller_name, called, presented, number, started_at,
    answered_at, ended_at, wait, talk, hold, billed, disposition, cause, hung_up_by, flow, flow_version, path, queue,
    agent, recording, consent, codec, trunk, currency, controller, problem, source, transferred_by)
SELECT :subscriber, 'call-' || n, (ARRAY['inbound','inbound','inbound','outbound','internal'])[1 + n % 5],
    '+336' || lpad(((n * 7919::bigint) % 200000 + 10000000)::text, 8, '0'), '',
    '+331234567' || lpad((n % 90)::text, 2, '0'), '',
    '+33123456789', moment, moment + interval '8 s', moment + interval '95 s', 8, 87, 0, 87,
    CASE WHEN n % 997 = 0 THEN 'lost' WHEN n % 19 = 0 THEN 'busy' WHEN n % 7 = 0 THEN 'abandoned' ELSE 'answered' END,
    'NORMAL_CLEARING', 'caller', (ARRAY['reception','night','orders','survey'])[1 + n % 4], 1 + n % 9,
    '[{"flow": "reception", "version": 1, "node": "choose", "kind": "menu", "exit": "1"}]', '', '', '', '', 'PCMA',
    'carrier', '', 'bench', CASE WHEN n % 5003 = 0 THEN 'The database was away.' ELSE '' END, 'controller', ''
FROM (SELECT n, now() - (n::float8 / :calls) * :days * interval '1 day' AS moment
      FROM generate_series(1, :calls) AS n) AS made
"""
VIEWS = (
    ("newest", "/calls"),
    ("an outcome", "/calls?disposition=busy"),
    ("a rare outcome", "/calls?disposition=lost"),
    ("an outcome that never was", "/calls?disposition=failed"),
    ("a direction", "/calls?direction=outbound"),
    ("a flow", "/calls?flow=survey"),
    ("a number", "/calls?q=0610000079"),
    ("the beginning of a number", "/calls?q=06101"),
    ("a number that never called", "/calls?q=0799999999"),
    ("a week half a year ago", "/calls?since={half}&until={half_end}"),
    ("problems", "/calls?problem=1"),
    ("an outcome, a flow and a month", "/calls?disposition=abandoned&flow=night&since={half}"),
    ("far back, page by page", "/calls?until={half}&direction=inbound"),
    ("the API's list", "/api/v1/calls?limit=50&disposition=busy"),
)


def measure() -> list[Row]:
    """Each view again and again, one after the other."""
    try:
        return _measured()
    except NotHere as reason:
        raise Failed(str(reason)) from None


def _measured() -> list[Row]:
    with _filled() as site:
        half = _days_ago(site, DAYS // 2)
        half_end = _days_ago(site, DAYS // 2 - 7)
        taken = {name: _look(site, path.format(half=half, half_end=half_end)) for name, path in VIEWS}
    everything = [seconds for values in taken.values() for seconds in values]
    slowest = max(taken, key=lambda name: p95(taken[name]))
    return [
        _row(f"call history, {CALLS:,} calls on PostgreSQL, {len(VIEWS)} views", everything),
        _row(f"the slowest view: {slowest}", taken[slowest]),
    ]


def _row(what: str, taken: list[float]) -> Row:
    value = f"p95 {p95(taken) * 1000:.0f} ms (median {sorted(taken)[len(taken) // 2] * 1000:.0f} ms)"
    return Row(what, "souffleur", value, wanted=f"p95 <= {WANTED * 1000:.0f} ms", met=p95(taken) <= WANTED)


@contextmanager
def _filled() -> Iterator[Website]:
    with started() as postgres:
        url = postgres.database()
        with serving(url) as site:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("SELECT set_config('souffleur.subscriber', '*', true)"))
                connection.execute(text(FILL), {"subscriber": site.subscriber_id, "calls": CALLS, "days": DAYS})
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE call_record"))  # as the server does by itself, sooner or later
            engine.dispose()
            yield site


def _look(site: Website, path: str) -> list[float]:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    taken = []
    for number in range(ROUNDS + 2):
        seconds, status, _content = site.get(path, site.cookies[0], connection)
        if status != 200:
            raise Failed(f"{path}: {status}")
        if number >= 2:  # the first two read pages from the disk
            taken.append(seconds)
    return taken


def _days_ago(site: Website, days: int) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
