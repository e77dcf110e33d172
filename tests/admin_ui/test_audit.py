"""The pages of the audit log: each sees their own, filtered, page by page, as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

from conf import audit
from conf.database import operator, scoped
from tests.admin_ui.site import Site

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def names(page: str) -> list[str]:
    """What the entries of a page are about."""
    return re.findall(r"<b>([^<]*)</b> <span class=", page)


def wrote(site: Site, slug: str, count: int, name: str = "list") -> None:
    """Entries of a subscriber."""
    with scoped(site.engine, site.subscriber_id(slug)) as session:
        for number in range(count):
            at = NOON + timedelta(minutes=number)
            changes = [("treatment", "block", "allow"), ("sip_password", "old-one", "new-one")]
            audit.record(session, "anna@x.test", "192.0.2.7", "changed", "list", f"{name}{number}", changes, at=at)


def test_each_subscriber_reads_its_own(both_sites: Site) -> None:
    site = both_sites
    wrote(site, "martin", 2, "ours")
    wrote(site, "duval", 1, "theirs")
    with operator(site.engine) as session:
        audit.record(session, "operator@x", "", "created", "trunk", "operators")
    page = site.as_role("administrator").get("/audit").get_data(as_text=True)
    assert names(page) == ["ours1", "ours0"]
    assert names(site.as_role("administrator", "duval").get("/audit").get_data(as_text=True)) == ["theirs0"]
    assert names(site.as_role("operator").get("/operator/audit").get_data(as_text=True)) == ["operators"]
    for text in ("block", "allow", "***", "192.0.2.7", "anna@x.test"):
        assert text in page
    assert "old-one" not in page


def test_it_is_read_page_after_page(both_sites: Site) -> None:
    site = both_sites
    wrote(site, "martin", 120)
    who, address, found = site.as_role("administrator"), "/audit?kind=list", []
    while address:
        page = who.get(address).get_data(as_text=True)
        found.append(names(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/audit" + following.group(1).replace("&amp;", "&") if following else ""
    assert [len(one) for one in found] == [50, 50, 20]
    assert sum(found, []) == [f"list{number}" for number in reversed(range(120))]


def test_it_is_filtered_by_day_person_and_kind(site: Site) -> None:
    wrote(site, "martin", 3)
    who = site.as_role("administrator")
    for query, count in (
        ("since=2026-03-02&until=2026-03-02", 3), ("since=2026-03-03", 0), ("until=2026-03-01", 0), ("kind=list", 3),
        ("kind=flow", 0), ("action=changed", 3), ("action=removed", 0), ("actor=anna@x.test", 3), ("actor=anna", 0),
        ("q=LIST2", 1), ("q=192.0.2.7", 3), ("since=nonsense&until=9999-99-99", 3), ("until=9999-12-31", 3),
    ):  # fmt: skip
        assert len(names(who.get(f"/audit?{query}").get_data(as_text=True))) == count, query


def test_it_is_a_file_for_a_spreadsheet(site: Site) -> None:
    wrote(site, "martin", 3)
    answer = site.as_role("administrator", language="fr").get("/audit?format=csv&q=list1")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][:2] == ["2026-03-02T12:01:00+00:00", "anna@x.test"]
    assert "treatment: block → allow" in rows[1][-1]
    assert "old-one" not in rows[1][-1]


def test_only_administrators_read_it(site: Site) -> None:
    for role in ("engineer", "agent", "fax", "operator"):
        assert site.as_role(role).get("/audit").status_code == 403
    for role in ("administrator", "engineer", "agent", "fax"):
        assert site.as_role(role).get("/operator/audit").status_code == 403
