"""A robot is drawn, and spoken to on the phone beside the canvas: a value that is corrected, and keys at last."""

from __future__ import annotations

from pathlib import Path

import yaml
from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.flows import Flows
from tests.browser.visits import Visits

SAMPLE = Path(__file__).parents[2] / "conf" / "samples" / "lemoine" / "flows" / "cakes.yaml"


def test_a_robot_is_spoken_to(visit: Visits, flows: Flows) -> None:
    doc = yaml.safe_load(SAMPLE.read_text())
    doc["nodes"]["colleague"]["to"] = ["101"]
    canvas = Canvas(visit()).open(flows.make("cakes", doc))
    phone = canvas.open_phone()
    phone.get_by_label("Who calls").fill("+33611111111")
    phone.get_by_role("button", name="Start the call").click()
    for words in ("je voudrais commander un gâteau", "demain", "non, dans trois jours"):
        phone.get_by_label("What the caller says").fill(words)
        phone.get_by_role("button", name="Say it").click()
        expect(phone.get_by_text(words.replace(",", ""), exact=False).last).to_be_visible()
    phone.get_by_label("What the caller says").fill("oui")
    phone.get_by_label("What the caller says").press("Enter")
    phone.get_by_role("button", name="Nobody listens").click()
    expect(phone.get_by_text("Tapez le nombre de personnes", exact=False)).to_be_visible()
    for key in "12#":
        phone.get_by_role("group", name="Keypad").get_by_role("button", name=key).click()
    canvas.expect_lit("robot", "wish", "day", "guests", "name")
