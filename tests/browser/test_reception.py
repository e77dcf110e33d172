"""From an empty canvas to a reception: drawn, mended, tried out, published, edited, compared and rolled back."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.canvas import Canvas
from tests.browser.flows import Flows
from tests.browser.visits import Visits

MONDAY = "2026-11-23T10:00"  # the shop is open


def test_a_reception_from_an_empty_canvas(visit: Visits, flows: Flows) -> None:
    page = visit("engineer")
    page.goto("/flows/new")
    page.get_by_label("Name", exact=True).fill("front desk")
    page.get_by_label("An empty canvas").check()
    page.get_by_role("button", name="Make the flow").click()
    canvas = Canvas(page)
    expect(canvas.pane.get_by_text("the first one is where calls begin")).to_be_visible()
    draw(canvas)
    mend(canvas)
    try_both_branches(canvas)
    canvas.saved()
    [test] = flows.draft("front desk")["tests"]
    assert test["expect"]["path"] == ["hours", "choose", "shop", "bye"]
    publish(canvas)
    assert [version.comment for version in flows.versions("front desk")] == ["The shop answers by day"]
    edit_and_compare(canvas)
    roll_back(canvas)
    assert [version.version for version in flows.versions("front desk")] == [3, 2, 1]
    compare_published(canvas)


def draw(canvas: Canvas) -> None:
    """Opening hours, a menu of two choices, a phone or an announcement, the end. One exit is forgotten."""
    form = canvas.properties
    canvas.drag_in("Opening hours", "hours", 140, 60)
    form.get_by_label("Schedule").select_option("office")
    canvas.drag_in("Menu", "choose", 140, 300)
    form.get_by_role("textbox", name="Text: French").fill("Pour la boutique, tapez 1. Pour nos horaires, tapez 2.")
    form.get_by_role("textbox", name="Key 1").fill("1")
    form.get_by_role("textbox", name="Choices 1").fill("shop")
    form.get_by_role("group", name="Choices").get_by_role("button", name="Add").click()
    form.get_by_role("textbox", name="Choices 2").fill("opening hours")
    canvas.drag_in("Dial", "shop", 500, 60)
    form.get_by_role("combobox", name="Whom to ring 1").fill("101")
    canvas.drag_in("Announcement", "times", 500, 330)
    form.get_by_role("textbox", name="Text: French").fill("Nous ouvrons du lundi au samedi.")
    canvas.drag_in("Hang up", "bye", 500, 560)
    for way, target in {"open": "choose", "holiday": "times"}.items():
        canvas.connect("hours", way, target)
    canvas.connect("choose", "1", "shop")
    canvas.connect("choose", "2", "times")
    canvas.connect("choose", "too_many", "bye")
    canvas.connect("times", "next", "bye")
    canvas.choose("shop")
    for way in ("Answered", "Busy", "No answer", "Failed"):
        canvas.lead(way, "bye")


def mend(canvas: Canvas) -> None:
    """The forgotten exit is marked on its node and in the list, which leads to it; then nothing is wrong."""
    badge = canvas.node("hours").get_by_role("button", name="Problem")
    expect(badge).to_be_visible()
    canvas.dock.get_by_role("button", name="Problems").click()
    canvas.dock.get_by_role("button", name="Problem hours The exit “closed”").click()
    closed = canvas.properties.get_by_label("Closed", exact=True)
    expect(closed).to_be_focused()
    closed.select_option("times")
    expect(badge).to_be_hidden()
    expect(canvas.dock.get_by_text("Nothing is wrong with this flow.")).to_be_visible()
    canvas.dock.get_by_role("button", name="Close").click()


def try_both_branches(canvas: Canvas) -> None:
    """The phone: the caller presses 1 and is put through, which is kept as a test; then 2, and hears the hours."""
    phone = canvas.open_phone()
    phone.get_by_label("Date and time").fill(MONDAY)
    phone.get_by_role("button", name="Start the call").click()
    expect(phone.get_by_text("Pour la boutique, tapez 1.")).to_be_visible()
    canvas.expect_lit("hours", "choose")
    press(phone, "1")
    phone.get_by_role("region", name="101").get_by_role("button", name="Answer", exact=True).click()
    canvas.expect_lit("hours", "choose", "shop", "bye")
    phone.get_by_role("button", name="Save as test").click()
    phone.get_by_label("Name of the test").fill("a customer in the morning")
    phone.get_by_role("form", name="Save as test").get_by_role("button", name="Save as test").click()
    expect(canvas.dock.get_by_role("button", name="Tests (1)")).to_be_visible()
    phone.get_by_role("button", name="Call again", exact=True).click()
    press(phone, "2")
    expect(phone.get_by_text("Nous ouvrons du lundi au samedi.")).to_be_visible()
    canvas.expect_lit("hours", "choose", "times", "bye")


def publish(canvas: Canvas) -> None:
    """Say what changes for callers, and publish."""
    versions = canvas.open_versions()
    versions.get_by_label("What changes for callers?").fill("The shop answers by day")
    versions.get_by_role("form").get_by_role("button", name="Publish", exact=True).click()
    expect(versions.get_by_text("Version 1 is in service")).to_be_visible()
    expect(canvas.page.get_by_text("Version 1 takes calls")).to_be_visible()


def edit_and_compare(canvas: Canvas) -> None:
    """A changed node and a new one are drawn as such, told before and after, and published."""
    canvas.choose("shop")
    canvas.properties.get_by_label("Ring for").fill("40")
    canvas.choose("bye")
    canvas.kind("Count").click()
    canvas.call_it("asked")
    canvas.properties.get_by_label("Counter").fill("asked")
    canvas.lead("Next", "bye")
    canvas.choose("times")
    canvas.lead("Next", "asked")
    canvas.saved()
    canvas.drawer.get_by_text("What differs").click()
    expect(canvas.drawer).to_contain_text("“asked” was added")
    expect(canvas.drawer.get_by_role("region", name="shop")).to_contain_text("40")
    rewired = canvas.drawer.get_by_role("region", name="times")
    expect(rewired.get_by_role("deletion")).to_have_text("bye")
    expect(rewired.get_by_role("insertion")).to_have_text("asked")
    expect(canvas.node("shop").locator(".ed-box.is-changed")).to_be_visible()
    expect(canvas.node("asked").locator(".ed-difference")).to_have_text("Added")
    expect(canvas.removed_wire("times", "next")).to_be_attached()
    legend = "Added node.*1.*Changed node.*2.*New connection.*2.*Removed connection.*1"
    expect(canvas.legend).to_have_text(re.compile(legend))
    canvas.drawer.get_by_role("button", name="Publish the draft…").click()
    canvas.drawer.get_by_label("What changes for callers?").fill("Rings longer")
    canvas.drawer.get_by_role("form").get_by_role("button", name="Publish", exact=True).click()
    expect(canvas.page.get_by_text("Version 2 takes calls")).to_be_visible()


def roll_back(canvas: Canvas) -> None:
    """The first version is published again, as the third."""
    first = canvas.drawer.get_by_role("listitem").filter(has_text="The shop answers by day")
    first.get_by_role("button", name="Roll back to it…").click()
    first.get_by_label("Why?").fill("Too long")
    first.get_by_role("button", name="Roll back", exact=True).click()
    expect(canvas.drawer.get_by_text("Version 1 is in service again, as version 3.")).to_be_visible()
    expect(canvas.page.get_by_text("Version 3 takes calls")).to_be_visible()


def compare_published(canvas: Canvas) -> None:
    """Two published versions are drawn together: the node that went is a ghost, and nothing can be edited."""
    canvas.drawer.get_by_label("Before").select_option("2")
    canvas.drawer.get_by_label("After").select_option("3")
    expect(canvas.legend).to_contain_text("Version 2 → Version 3 (in service)")
    expect(canvas.legend).to_contain_text("only read here")
    ghost = canvas.removed("asked")
    expect(ghost.locator(".ed-difference")).to_have_text("Removed")
    expect(ghost.get_by_role("deletion").filter(has_text="asked")).to_be_visible()
    expect(canvas.removed_wire("//asked", "next")).to_be_attached()
    expect(canvas.kind("Count")).to_be_hidden()
    canvas.drawer.get_by_text("What differs").click()
    expect(canvas.legend).to_be_hidden()
    expect(canvas.node("asked")).to_be_visible()


def press(phone: Locator, key: str) -> None:
    """Press a key of the telephone."""
    phone.get_by_role("group", name="Keypad").get_by_role("button", name=key).click()
