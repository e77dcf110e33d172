"""The agent's desk in a browser: a card comes while the call runs, is marked; a step is ticked, the call written up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from conf.call_history import find
from conf.database import scoped
from conf.models import CallRecord
from conf.prompter import shown
from tests.browser.stage import StagedHouse, call, card, checklist, said
from tests.browser.test_access import look
from tests.browser.visits import PHONE, Visits


@pytest.fixture(scope="module")
def staged(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagedHouse]:
    """A web UI whose calls the test tells."""
    house = StagedHouse(tmp_path_factory.mktemp("desk"))
    try:
        yield house.open()
    finally:
        house.close()


@pytest.fixture
def visits(chromium: Browser, staged: StagedHouse) -> Iterator[Visits]:
    """Visits to it."""
    visits = Visits(chromium, staged)
    yield visits
    visits.close()
    assert not visits.complaints, "\n".join(visits.complaints)


def keep(staged: StagedHouse, user: str, name: str, *cards: int) -> None:
    """The controller's writer keeps cards that were shown, and the record of the call."""
    mine = staged.subscriber_id()
    now = datetime.now(UTC)
    with scoped(staged.engine, mine) as session:
        for number in cards:
            shown.put(session, mine, shown.Hint(name, number, "refund", "x", "agent", user, now, 1.0, {}))
        session.add(CallRecord(call=name, direction="inbound", caller="+33612345678", started_at=now))


def marks(staged: StagedHouse, name: str) -> dict[int, tuple[str, bool]]:
    mine = staged.subscriber_id()
    with scoped(staged.engine, mine, read_only=True) as session:
        return {row.card: (row.mark, row.pinned) for row in shown.of_call(session, mine, name)}


def at_desk(visits: Visits, name: str, **manner: object) -> tuple[Page, str]:
    """The desk of a new agent, and their login."""
    page = visits("agent", name=name, **manner)
    page.goto("/desk")
    return page, f"{name}@martin.example"


def test_a_card_comes_is_used_and_the_call_is_written_up(visits: Visits, staged: StagedHouse) -> None:
    page, user = at_desk(visits, "nora")
    expect(page.get_by_role("heading", name="No call now")).to_be_visible()
    staged.tell(user, call(name="a"), said("customer-0", "I want my mon", 4, final=False, name="a"))
    expect(page.get_by_text("Nadia Petit · 06 12 34 56 78")).to_be_visible()
    expect(page.locator(".partial")).to_have_text(re.compile("I want my mon"))
    keep(staged, user, "a", 1, 2)
    staged.tell(user, card(1, "Refund", "customer-0", "my money back", first=2, name="a"), checklist(0, name="a"))
    staged.tell(user, said("customer-0", "I want my money back", 4, name="a"))
    hint = page.get_by_role("article").filter(has_text="Refund")
    expect(hint).to_contain_text("The customer said “my money back”.")
    expect(page.locator("mark")).to_have_text("my money back")
    expect(page.locator(".partial")).to_have_count(0)
    hint.get_by_role("button", name="Used").click()
    expect(hint.get_by_role("button", name="Used")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("checkbox", name="Read back").click()
    staged.tell(user, checklist(2, name="a"), call("held", name="a"))
    expect(page.get_by_role("checkbox", name="Read back")).to_be_checked()
    expect(page.get_by_text("On hold", exact=True)).to_be_visible()
    assert look(page) == []
    staged.tell(user, call("over", name="a"))
    notes = page.get_by_label("Notes")
    expect(notes).to_have_value(re.compile(r"Duration.*Order: 100 %.*Cards used: Refund", re.DOTALL))
    notes.fill("She gets her money on Friday.")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("She gets her money on Friday.")
    page.get_by_label("What came of it").select_option("resolved")
    page.get_by_role("button", name="Save the wrap-up").click()
    expect(page.get_by_role("heading", name="No call now")).to_be_visible()
    assert ["tick", "a", user, "order", "step-1"] in staged.done()
    assert marks(staged, "a")[1] == ("used", False)
    board = visits("engineer")
    board.goto("/calls/a")
    expect(board.get_by_text("She gets her money on Friday.")).to_be_visible()
    expect(board.get_by_text("Resolved")).to_be_visible()
    with scoped(staged.engine, staged.subscriber_id(), read_only=True) as session:
        assert find(session, staged.subscriber_id(), "a")


def test_keys_act_on_cards_and_never_while_somebody_types(visits: Visits, staged: StagedHouse) -> None:
    page, user = at_desk(visits, "pauline")
    keep(staged, user, "b", 1, 2, 3, 4)
    old = [{**card(number, f"Card {number}", name="b"), "shown_at": 1.0} for number in (1, 2, 3, 4)]
    staged.tell(user, call(name="b"), *old)
    stack = page.locator("[data-part=cards] article")
    expect(stack).to_have_count(3)
    expect(stack.first).to_contain_text("Card 4")
    page.get_by_role("searchbox", name="Search the cards").fill("udw")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    page.get_by_role("searchbox", name="Search the cards").fill("remboursement")
    expect(page.locator("#search-found article").first).to_be_visible()
    page.get_by_role("searchbox", name="Search the cards").blur()
    page.keyboard.press("2")
    page.keyboard.press("p")
    page.keyboard.press("1")
    page.keyboard.press("d")
    expect(stack).to_have_count(3)  # an earlier one takes the place
    expect(stack.first).to_contain_text("Card 3")
    expect(stack.first.get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(stack.first).to_contain_text("Card 3")
    expect(page.get_by_text("Earlier cards")).to_be_visible()
    assert marks(staged, "b")[3] == ("", True)
    assert marks(staged, "b")[4] == ("dismissed", False)


def test_nothing_jumps_while_somebody_reads_and_the_next_call_comes_by_itself(
    visits: Visits, staged: StagedHouse
) -> None:
    page, user = at_desk(visits, "lise")
    staged.tell(
        user, call(name="c"), *(said(f"customer-{n}", f"sentence {n} " * 12, n * 3.0, name="c") for n in range(30))
    )
    expect(page.get_by_text("sentence 29").first).to_be_in_viewport()
    scroll = page.locator("[data-part=said]")
    scroll.evaluate("it => { it.scrollTop = 40 }")
    staged.tell(user, said("agent-99", "the newest words", 200, name="c"))
    expect(page.get_by_role("button", name="New words")).to_be_visible()
    assert scroll.evaluate("it => it.scrollTop") == 40
    page.get_by_role("button", name="New words").click()
    expect(page.get_by_text("the newest words")).to_be_in_viewport()
    staged.tell(user, call("over", name="c"))
    page.get_by_label("Notes").fill("Not saved yet.")
    page.get_by_label("Notes").blur()
    staged.tell(user, call(name="d", caller="+33687654321", caller_name=""))
    expect(page.get_by_text("06 87 65 43 21").first).to_be_visible()
    expect(page.get_by_label("Notes")).to_be_hidden()
    page.get_by_role("button", name="Wrap-up to finish").click()
    expect(page.get_by_label("Notes")).to_have_value("Not saved yet.")


def test_at_phone_width_the_parts_are_tabs(visits: Visits, staged: StagedHouse) -> None:
    page, user = at_desk(visits, "marc", viewport=PHONE, has_touch=True, is_mobile=True)
    staged.tell(
        user, call(name="e"), said("customer-0", "I want my money back", 4, name="e"), card(1, "Refund", name="e")
    )
    expect(page.get_by_role("article").filter(has_text="Refund")).to_be_visible()
    expect(page.locator("mark, [data-part=lines]").first).to_be_hidden()
    page.get_by_role("tab", name="Transcript").tap()
    expect(page.get_by_text("I want my money back")).to_be_visible()
    page.get_by_role("tab", name="Caller").tap()
    expect(
        page.get_by_text("This number has not called before.", exact=False).or_(page.get_by_text("earlier call"))
    ).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
