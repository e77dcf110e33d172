"""A flow of three nodes, drawn without a mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.canvas import Canvas
from tests.browser.flows import Flows
from tests.browser.visits import Visits

MOST_TABS = 80


def test_a_flow_is_drawn_by_keyboard_only(visit: Visits, flows: Flows) -> None:
    page = visit()
    canvas = Canvas(page).open(flows.make("by keyboard", {"start": "", "nodes": {}}))
    tab_to(page, page.get_by_label("Find a node"))
    page.keyboard.type("announ")
    page.keyboard.press("Enter")
    tab_to(page, canvas.properties.get_by_role("textbox", name="Text: French"))
    page.keyboard.type("Bonjour.")
    add(page, "ask for digits")
    tab_to(page, canvas.properties.get_by_label("Variable", exact=True))
    page.keyboard.type("code")
    add(page, "hang")
    expect(canvas.node("Hang up")).to_be_visible()
    page.keyboard.press("Control+s")
    canvas.saved()
    drawn = flows.draft("by keyboard")
    assert drawn["start"] == "Announcement"
    assert {name: node["kind"] for name, node in drawn["nodes"].items()} == {
        "Announcement": "say",
        "Ask for digits": "collect",
        "Hang up": "hang_up",
    }
    assert drawn["nodes"]["Announcement"]["exits"] == {"next": "Ask for digits"}
    assert "Hang up" in drawn["nodes"]["Ask for digits"]["exits"].values()


def add(page: Page, words: str) -> None:
    """Find a kind by words and add it after the chosen node."""
    tab_to(page, page.get_by_label("Find a node"), back=True)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def tab_to(page: Page, wanted: Locator, back: bool = False) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {wanted}")
