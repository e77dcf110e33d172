"""Pages come to rest: nothing is asked for again and again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visits import Visits


def test_the_list_of_flows_asks_once_for_each_table_how_the_flows_are(visit: Visits) -> None:
    page = visit("engineer")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/flows/states" in request.url else None)
    page.goto("/flows")
    expect(page.locator('tr[data-href="/flows/reception/edit"]')).not_to_contain_text("…")
    page.get_by_role("searchbox", name="Search here").fill("rec")
    expect(page.locator('tr[data-href="/flows/discovery/edit"]')).to_be_hidden()
    expect(page.locator('tr[data-href="/flows/reception/edit"]')).not_to_contain_text("…")
    page.wait_for_load_state("networkidle")
    assert len(asked) == 2
