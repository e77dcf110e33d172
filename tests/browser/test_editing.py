"""Nothing that was drawn is lost: undo, copies between flows, unsaved edits, and two people at one draft."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.flows import SAY_AND_END, Flows
from tests.browser.visits import Visits


def test_undo_and_redo_go_through_what_was_done(visit: Visits, flows: Flows) -> None:
    canvas = Canvas(visit()).open(flows.make("undone", SAY_AND_END))
    canvas.choose("hello")
    canvas.page.keyboard.press("Escape")
    canvas.node("hello").click(position={"x": 60, "y": 10})
    canvas.page.keyboard.press("Delete")
    expect(canvas.node("hello")).to_be_hidden()
    canvas.page.keyboard.press("Control+z")
    expect(canvas.node("hello")).to_be_visible()
    expect(canvas.wire("hello", "next")).to_be_attached()
    canvas.page.keyboard.press("Control+y")
    expect(canvas.node("hello")).to_be_hidden()
    canvas.page.get_by_role("button", name="Undo (Ctrl Z)").click()
    expect(canvas.node("hello")).to_be_visible()
    canvas.save()
    assert flows.draft("undone")["nodes"] == SAY_AND_END["nodes"]


def test_nodes_are_copied_into_another_flow(visit: Visits, flows: Flows) -> None:
    page = visit("engineer", permissions=["clipboard-read", "clipboard-write"])
    source = Canvas(page).open(flows.make("copied from", SAY_AND_END))
    source.node("hello").click(position={"x": 60, "y": 10})
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    target = Canvas(page).open(flows.make("copied to", {"start": "", "nodes": {}}))
    target.pane.click(position={"x": 200, "y": 400})
    page.keyboard.press("Control+v")
    expect(target.node("hello")).to_be_visible()
    expect(target.wire("hello", "next")).to_be_attached()
    target.save()
    copied = flows.node("copied to", "hello")
    assert copied["text"] == {"en": "Good morning."}
    assert copied["exits"] == {"next": "end"}


def test_unsaved_edits_are_offered_after_a_reload(visit: Visits, flows: Flows) -> None:
    visit.expects(503)
    page = visit()
    canvas = Canvas(page).open(flows.make("kept", SAY_AND_END))
    page.route("**/draft", lambda route: route.fulfill(status=503, json={"title": "away"}))
    page.on("dialog", lambda dialog: dialog.accept())
    canvas.choose("hello").get_by_label("Note").fill("written while the line was down")
    expect(page.locator(".ed-save")).to_contain_text("Not saved")
    page.unroute("**/draft")
    page.reload()
    offer = page.get_by_role("status").filter(has_text="kept edits")
    expect(offer).to_be_visible()
    assert "note" not in flows.node("kept", "hello")
    offer.get_by_role("button", name="Restore them").click()
    canvas.save()
    assert flows.node("kept", "hello")["note"] == "written while the line was down"


def test_two_editors_of_one_draft_lose_nothing(visit: Visits, flows: Flows) -> None:
    visit.expects(412)
    flows.make("shared", SAY_AND_END)
    first = Canvas(visit(name="Anne First")).open("shared")
    second = Canvas(visit(name="Ben Second")).open("shared")
    first.choose("hello").get_by_label("Note").fill("from the first")
    first.save()
    second.choose("end").get_by_label("Note").fill("from the second")
    conflict = second.page.get_by_role("alertdialog", name="Two people edit this flow")
    expect(conflict).to_contain_text("anne.first@martin.example")
    expect(conflict).to_contain_text("Different: hello, end")
    assert flows.node("shared", "hello")["note"] == "from the first"
    conflict.get_by_role("button", name="Take theirs").click()
    expect(conflict).to_be_hidden()
    second.choose("hello")
    expect(second.properties.get_by_label("Note")).to_have_value("from the first")
    second.choose("end").get_by_label("Note").fill("from the second, again")
    second.save()
    assert flows.node("shared", "hello")["note"] == "from the first"
    assert flows.node("shared", "end")["note"] == "from the second, again"


def test_keeping_one_s_own_is_said_to_the_other(visit: Visits, flows: Flows) -> None:
    visit.expects(412)
    flows.make("kept mine", SAY_AND_END)
    first, second = Canvas(visit()).open("kept mine"), Canvas(visit()).open("kept mine")
    first.choose("hello").get_by_label("Note").fill("first")
    first.save()
    second.choose("hello").get_by_label("Note").fill("second")
    second.page.get_by_role("button", name="Keep mine").click()
    second.saved()
    assert flows.node("kept mine", "hello")["note"] == "second"
    first.choose("end").get_by_label("Note").fill("once more")
    expect(first.page.get_by_role("alertdialog")).to_contain_text("Different: hello, end")
