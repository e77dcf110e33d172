"""A call lights up its node while it is up: on the board of live calls, and on the canvas it was placed from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.house import House
from tests.browser.visits import Visits

CALLER = "+33611111111"


@pytest.fixture
def quiet(house: House) -> Iterator[None]:
    """No call of this test is left over."""
    yield
    for call in house.control.ask("GET", "/v1/calls")["calls"]:
        house.control.ask("POST", f"/v1/calls/{call['call']}/hang_up", None)


@pytest.mark.usefixtures("quiet")
def test_a_live_call_shows_where_it_is_and_is_ended(visit: Visits, house: House) -> None:
    page = visit("administrator")
    page.goto("/live")
    expect(page.get_by_text("No call is up now.")).to_be_visible()
    call = house.call(CALLER, "1001", hang_up_after=None)
    row = page.locator(f'tr[data-call="{call}"]')
    expect(row).to_contain_text("discovery")
    expect(row.locator("[data-node]")).to_have_text("choose")
    row.get_by_role("button", name="Hang up").click()
    page.get_by_role("dialog").get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("The call was ended.")).to_be_visible()
    expect(row).to_be_hidden()


@pytest.mark.usefixtures("quiet")
def test_a_trial_call_lights_up_its_node_on_the_canvas(visit: Visits, house: House) -> None:
    board = visit("engineer")
    board.goto("/live")
    canvas = Canvas(visit("engineer")).open("discovery")
    phone = canvas.open_phone()
    phone.get_by_role("tab", name="Real call").click()
    phone.get_by_label("Number called").fill("1001")
    phone.get_by_role("button", name="Call now").click()
    expect(canvas.node("choose").locator(".ed-box.is-current")).to_be_visible()
    expect(canvas.node("hello").locator(".ed-box.is-walked")).to_be_visible()
    expect(board.get_by_role("row").filter(has_text="discovery")).to_contain_text("choose")
