"""A node file that is dropped beside the others is in the palette, with its form, its exits and the simulator's ear."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.flows import SAY_AND_END, Flows
from tests.browser.visits import Visits


def test_a_new_kind_of_node_needs_no_front_end(visit: Visits, flows: Flows) -> None:
    canvas = Canvas(visit()).open(flows.make("with a bell", SAY_AND_END))
    canvas.drag_in("Ring the bell", "bell", 420, 480)
    form = canvas.properties
    expect(form.get_by_role("heading", name="Ring the bell")).to_be_visible()
    expect(form.get_by_text("Between once and nine times.")).to_be_visible()
    form.get_by_label("How often").fill("12")
    expect(canvas.node("bell").get_by_role("button", name="Problem")).to_be_visible()
    form.get_by_label("How often").fill("3")
    canvas.connect("bell", "rung", "end")
    canvas.choose("hello")
    canvas.lead("Next", "bell")
    canvas.save()
    bell = flows.node("with a bell", "bell")
    assert (bell["kind"], bell["times"], bell["exits"]) == ("ring_bell", 3, {"rung": "end"})
    phone = canvas.open_phone()
    phone.get_by_role("button", name="Start the call").click()
    canvas.expect_lit("hello", "bell", "end")
