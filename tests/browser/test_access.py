"""The main pages break no rule of WCAG 2, levels A and AA, in light and in dark; axe-core looks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.house import ROOT
from tests.browser.visits import Visits

AXE = ROOT / "admin_ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "light": {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},  # the rest is the same
}
ROUTING = (
    "/overview",
    "/live",
    "/flows",
    "/flows/new",
    "/flows/reception/about",
    "/numbers",
    "/numbers/edit/+33123456789",
    "/schedules",
    "/schedules/edit/office",
    "/lists",
    "/lists/edit/unwanted",
    "/prompts",
    "/prompts/edit/welcome",
    "/prompter",
    "/prompter/rules/delivery",
    "/prompter/checklists/edit/order",
)
PEOPLE_AND_ACCOUNT = (
    "/users",
    "/users/edit/claire@martin.example",
    "/extensions",
    "/calls",
    "/audit",
    "/tokens",
    "/tokens/new",
    "/webhooks/new",
    "/settings",
    "/me",
)
OPERATORS = ("/operator", "/subscribers", "/trunks", "/outbound", "/blocked", "/operator/audit")


def test_a_stranger_s_pages_are_open_to_everybody(visit: Visits) -> None:
    page = visit.stranger()
    assert faults(page, ("/login", "/login/forgotten")) == {}


@pytest.mark.parametrize("addresses", [ROUTING, PEOPLE_AND_ACCOUNT], ids=["routing", "people and account"])
def test_a_subscriber_s_pages_are_open_to_everybody(visit: Visits, addresses: tuple[str, ...]) -> None:
    page = visit("administrator")
    assert faults(page, addresses) == {}


def test_the_description_of_the_api_is_shown(visit: Visits) -> None:
    page = visit("engineer")
    page.goto("/api/v1/docs")  # Swagger UI's own colours are not held against the rules
    expect(page.locator(".opblock").first).to_be_visible()


def test_an_operator_s_pages_are_open_to_everybody(visit: Visits) -> None:
    page = visit("operator")
    assert faults(page, OPERATORS) == {}


def test_the_constructor_is_open_to_everybody(visit: Visits) -> None:
    canvas = Canvas(visit("engineer")).open("reception")
    found = {"canvas": look(canvas.page)}
    canvas.choose("choose")
    found["properties"] = look(canvas.page)
    canvas.open_phone().get_by_role("button", name="Start the call").click()
    expect(canvas.drawer.get_by_role("region", name="Simulated call")).to_be_visible()
    found["phone"] = look(canvas.page)
    canvas.open_versions()
    found["versions"] = look(canvas.page)
    canvas.dock.get_by_role("button", name="Tests").click()
    expect(canvas.dock.get_by_text("a customer in the morning").first).to_be_visible()
    found["tests"] = look(canvas.page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def faults(page: Page, addresses: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with each page, light or dark."""
    found = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, address
        found[address] = look(page)
    return {address: wrong for address, wrong in found.items() if wrong}


def look(page: Page) -> list[str]:
    """What axe finds on a page as it is, light and dark."""
    page.evaluate(AXE.read_text())
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        found += [
            f"{scheme}: {told(one)}" for one in page.evaluate("rules => axe.run(rules)", RULES[scheme])["violations"]
        ]
    return found


def told(violation: dict[str, Any]) -> str:
    """A fault in a line: the rule, where, why."""
    nodes = violation["nodes"]
    why = " ".join(str(nodes[0].get("failureSummary", "")).split())
    return f"{violation['id']} at {nodes[0]['target']} ({len(nodes)} times): {why}"
