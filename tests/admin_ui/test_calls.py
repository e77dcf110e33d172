"""The history of calls: filtered, paged, explained, exported, and nobody else's."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conf.database import scoped
from conf.models import CallEvent, CallRecord
from tests.admin_ui.site import Site

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # noon in Paris


def record(site: Site, call: str, slug: str = "martin", **values: Any) -> None:
    """Write a call's record, as a controller would."""
    given = {"direction": "inbound", "caller": "+33611111111", "called": "+33123456789", "started_at": NOON}
    given |= {"disposition": "answered", "flow": "reception", "flow_version": 1} | values
    with scoped(site.engine, site.subscriber_id(slug)) as session:
        session.add(CallRecord(call=call, **given))


def events(site: Site, call: str, *told: tuple[str, dict[str, Any]]) -> None:
    """Write a call's journal."""
    with scoped(site.engine, site.subscriber_id()) as session:
        for number, (kind, data) in enumerate(told):
            at = NOON + timedelta(seconds=number)
            session.add(CallEvent(call=call, sequence=number, at=at, kind=kind, data=data))


def listed(site: Site, query: str = "", slug: str = "martin") -> list[str]:
    """The calls that a page shows."""
    page = site.as_role("engineer", slug).get(f"/calls?{query}").get_data(as_text=True)
    return list(dict.fromkeys(re.findall(r'href="/calls/([a-z0-9-]+)"', page)))


def test_the_newest_call_comes_first(both_sites: Site) -> None:
    record(both_sites, "old", started_at=NOON - timedelta(hours=1))
    record(both_sites, "new")
    assert listed(both_sites) == ["new", "old"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("disposition=busy", ["busy"]),
        ("direction=outbound", ["out"]),
        ("flow=night", ["night"]),
        ("problem=1", ["broken"]),
        ("q=06+99", ["mobile"]),
        ("q=%2B33699", ["mobile"]),
        ("q=0033699", ["mobile"]),
        ("since=2026-11-24", ["late"]),
        ("until=2026-11-22", ["early"]),
        ("q=%25", []),
        ("disposition=nonsense&q=0612345678", []),
    ],
)
def test_filters_find_what_they_say(both_sites: Site, query: str, found: list[str]) -> None:
    record(both_sites, "plain")
    record(both_sites, "busy", disposition="busy")
    record(both_sites, "out", direction="outbound")
    record(both_sites, "night", flow="night")
    record(both_sites, "broken", problem="The flow has no node x.")
    record(both_sites, "mobile", caller="+33699887766")
    record(both_sites, "late", started_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # the 24th in Paris
    record(both_sites, "early", started_at=datetime(2026, 11, 22, 22, 30, tzinfo=UTC))
    assert listed(both_sites, query) == found


def test_pages_follow_one_another_without_gap_or_repetition(both_sites: Site) -> None:
    for number in range(120):
        record(both_sites, f"call-{number:03}", started_at=NOON - timedelta(seconds=number // 3))
    browser = both_sites.as_role("engineer")
    seen: list[str] = []
    address = "/calls"
    while address:
        page = browser.get(address).get_data(as_text=True)
        seen += dict.fromkeys(re.findall(r'href="/calls/(call-\d+)"', page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/calls" + following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == 120
    assert len(set(seen)) == 120


def test_another_subscriber_s_call_is_not_there(both_sites: Site) -> None:
    record(both_sites, "mine")
    other = both_sites.as_role("administrator", "duval")
    assert listed(both_sites, slug="duval") == []
    assert other.get("/calls/mine").status_code == 404
    assert other.get("/api/v1/calls/mine").status_code == 404
    assert other.get("/api/v1/calls/mine/events").status_code == 404
    assert both_sites.as_role("operator").get("/calls").status_code == 403


def test_a_call_is_explained_in_the_reader_s_language(site: Site) -> None:
    record(
        site,
        "told",
        path=[
            {"flow": "reception", "version": 1, "node": "filter", "kind": "check_list", "exit": "not_listed"},
            {"flow": "reception", "version": 1, "node": "choose", "kind": "menu", "exit": "1"},
            {"flow": "gone", "version": 7, "node": "ask", "kind": "menu", "exit": "no_input"},
        ],
    )
    place = {"flow": "reception", "version": 1, "node": "choose"}
    events(
        site,
        "told",
        ("offered", {"from": "+33611111111", "to": "+33123456789", "flow": "reception"}),
        ("command", {**place, "type": "collect", "prompt": [{"type": "phrase", "text": "Bonjour", "language": "fr"}]}),
        ("result", {"type": "digits", "digits": "1"}),
        ("ended", {"cause": "NORMAL_CLEARING", "by": "caller"}),
    )
    page = site.as_role("engineer", language="fr").get("/calls/told").get_data(as_text=True)
    assert "06 11 11 11 11 appelle 01 23 45 67 89" in page
    assert "Demande «\u00a0Bonjour\u00a0»" in page
    assert "a tapé 1" in page
    assert "raccroché normalement, par l&#39;appelant" in page
    assert "reception v1" in page
    way = page.split('class="path"')[1]
    assert [title in way for title in ("Hors liste", "1 · shop", "Aucune saisie")] == [True] * 3
    assert "not_listed" not in page


def test_what_a_caller_wrote_stays_text(site: Site) -> None:
    record(site, "evil", caller_name="<script>alert(1)</script>", problem='"><img src=x onerror=alert(1)>')
    browser = site.as_role("engineer")
    for address in ("/calls", "/calls/evil", "/overview"):
        page = browser.get(address).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_export_has_every_call_and_no_formula(site: Site) -> None:
    for number in range(70):
        record(site, f"call-{number}", caller_name="=cmd()")
    answer = site.as_role("engineer").get("/calls?format=csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert len(rows) == 71
    assert {row[4] for row in rows[1:]} == {"'=cmd()"}


def test_the_overview_counts_the_day(site: Site) -> None:
    now = datetime.now(UTC)
    record(site, "one", started_at=now)
    record(site, "two", started_at=now, disposition="abandoned")
    record(site, "yesterday", started_at=now - timedelta(days=2))
    page = site.as_role("engineer").get("/overview").get_data(as_text=True)
    figures = dict(re.findall(r"<span>([^<]+)</span><b>([^<]+)</b>", page))
    assert figures["Calls today"] == "2"
    assert figures["Call given up by the caller"] == "1"
    assert figures["Calls now"] == "–"


def test_the_api_lists_calls_in_pages(both_sites: Site) -> None:
    for number in range(5):
        record(both_sites, f"call-{number}", started_at=NOON + timedelta(seconds=number))
    browser = both_sites.as_role("engineer")
    first = browser.get("/api/v1/calls?limit=2").get_json()
    assert [item["call"] for item in first["items"]] == ["call-4", "call-3"]
    second = browser.get(f"/api/v1/calls?limit=2&cursor={first['next']}").get_json()
    assert [item["call"] for item in second["items"]] == ["call-2", "call-1"]
    assert browser.get("/api/v1/calls?cursor=nonsense").status_code == 422
    assert browser.get("/api/v1/calls?since=2026-11-23T11:00:03Z").get_json()["next"] is None
