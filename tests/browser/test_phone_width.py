"""On a telephone a flow is read and tried out, not drawn."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.flows import SAY_AND_END, Flows
from tests.browser.visits import PHONE, Visits


def test_a_flow_is_read_and_tried_out_at_phone_width(visit: Visits, flows: Flows) -> None:
    page = visit("engineer", viewport=PHONE, has_touch=True, is_mobile=True)
    canvas = Canvas(page).open(flows.make("on the road", SAY_AND_END))
    expect(canvas.node("hello")).to_be_visible()
    expect(page.get_by_role("complementary", name="Nodes")).to_be_hidden()
    expect(canvas.properties).to_be_hidden()
    before = canvas.node("hello").bounding_box()
    canvas.node("hello").tap(position={"x": 30, "y": 8})
    page.keyboard.press("Delete")
    expect(canvas.node("hello")).to_be_visible()
    assert canvas.node("hello").bounding_box() == before
    phone = canvas.open_phone()
    phone.get_by_role("button", name="Start the call").click()
    expect(phone.get_by_text("Good morning.")).to_be_visible()
    expect(phone.get_by_text("The call is over")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert flows.draft("on the road")["nodes"] == SAY_AND_END["nodes"]
