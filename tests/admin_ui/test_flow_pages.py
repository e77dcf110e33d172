"""The pages of flows: the list, new ones, files, versions, and what is asked before something goes."""

from __future__ import annotations

import copy
import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from admin_ui.pages import flows as pages
from conf.database import scoped
from conf.editing import flows
from conf.editing.flow_files import import_flow
from tests.admin_ui.site import Browser, Site

EMPTY = "name: empty\nstart: end\nnodes:\n  end: {kind: hang_up}\n"


@pytest.fixture
def engineer(site: Site) -> Browser:
    return site.as_role("engineer")


def text(response: object) -> str:
    return re.sub(r"\s+", " ", response.get_data(as_text=True))  # type: ignore[attr-defined]


def words(response: object) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text(response))).split())


def test_the_list_says_where_each_flow_is_used(engineer: Browser) -> None:
    page = text(engineer.get("/flows"))
    assert all(name in page for name in ("discovery", "orders", "reception"))
    assert "Version 1" in page
    assert "the flow reception" in page
    assert "orders" not in text(engineer.get("/flows?q=discov")).split("<main")[1]
    assert "discovery" not in text(engineer.get("/flows?state=draft")).split("<main")[1]
    csv = engineer.get("/flows?format=csv")
    assert csv.mimetype == "text/csv"
    assert "reception" in csv.get_data(as_text=True)


def test_problems_and_tests_come_after_the_list(engineer: Browser, site: Site) -> None:
    with scoped(site.engine, site.subscriber_id()) as session:
        flows.create(session, site.subscriber_id(), {"name": "a", "start": "", "nodes": {}}, "x")
    found = text(engineer.get("/flows/states"))
    assert re.search(r'id="flow-state-0"[^>]*>.*?problem', found)
    assert "9 tests pass" in found


def test_a_flow_begins_with_a_template(engineer: Browser, site: Site) -> None:
    page = text(engineer.get("/flows/new"))
    assert "Opening hours and menu" in page
    made = engineer.post("/flows/new", data={"name": "front door", "template": "reception"})
    assert (made.status_code, made.headers["Location"]) == (303, "/flows/front%20door/edit")
    again = engineer.post("/flows/new", data={"name": "front door", "template": "survey"})
    assert again.status_code == 422
    page = text(again)
    assert "front door exists already" in page
    assert re.search(r'value="survey"\s+checked', page)  # nothing chosen is lost
    assert "must" in text(engineer.post("/flows/new", data={"name": "a/b"}))


def test_a_file_becomes_a_flow(engineer: Browser) -> None:
    def send(content: str) -> object:
        return engineer.post("/flows/import", data={"file": (io.BytesIO(content.encode()), "f.yaml")})

    assert send(EMPTY).status_code == 303  # type: ignore[attr-defined]
    assert "the flow needs another name" in text(send(EMPTY))
    assert (
        engineer.post("/flows/import", data={"text": EMPTY, "name": "other"}).headers["Location"] == "/flows/other/edit"
    )
    assert "line 2: name: is given twice" in text(send("name: a\nname: b"))
    assert "must be a name" in text(send(EMPTY.replace("empty", "a/b")))
    exported = engineer.get("/flows/other/export")
    assert import_flow(exported.get_data(as_text=True).replace("other", "empty")) == import_flow(EMPTY)


def test_what_differs_is_told_in_the_words_of_the_forms(site: Site) -> None:
    sid = site.subscriber_id()
    with scoped(site.engine, sid) as session:
        draft = flows.draft(session, sid, "reception")
        doc = copy.deepcopy(draft.doc)
        shop, choose = doc["nodes"]["shop"], doc["nodes"]["choose"]
        shop.pop("ring")
        shop["strategy"] = "in_turn"
        shop["exits"]["no_answer"] = "end"
        choose["exits"].pop("1")
        choose["tries"] = 5
        flows.save_draft(session, sid, "reception", doc, draft.revision, "x")
    page = "/flows/reception/compare?from=1&to=draft"
    said = words(site.as_role("engineer", language="en").get(page))
    assert "Ring for 25 25 (default)" in said
    assert "Order at once in turn" in said
    assert "Exit “No answer” nobody end" in said
    assert "Exit “1 · shop” shop leads nowhere" in said
    french = words(site.as_role("administrator", language="fr").get(page))
    assert "Sortie « Sans réponse »" in french
    assert "25 (par défaut)" in french


def test_everything_about_a_flow(engineer: Browser, site: Site) -> None:
    sid = site.subscriber_id()
    with scoped(site.engine, sid) as session:
        draft = flows.draft(session, sid, "orders")
        flows.save_draft(session, sid, "orders", {**draft.doc, "note": "new"}, draft.revision, "x")
    page = text(engineer.get("/flows/orders/about"))
    assert "Changed since version 1" in page
    assert "the flow reception" in page
    assert "Rename" not in page.split("<main")[1]  # it was published
    difference = words(engineer.get("/flows/orders/compare?from=1&to=draft"))
    assert "Note not set new" in difference
    assert engineer.get("/flows/orders/compare?from=7").status_code == 404
    refused = engineer.post("/flows/orders/remove")
    assert refused.status_code == 422
    assert "orders is used by the published flow reception" in text(refused)


def test_duplicate_rename_remove_and_bring_back(engineer: Browser) -> None:
    made = engineer.post("/flows/orders/duplicate", data={"name": "orders 2"})
    assert made.headers["Location"] == "/flows/orders%202/edit"
    assert "reception exists already" in text(engineer.post("/flows/orders/duplicate", data={"name": "reception"}))
    renamed = engineer.post("/flows/orders 2/rename", data={"name": "parcels"}, follow_redirects=True)
    assert "The flow is called parcels now." in text(renamed)
    assert "duplicate it as x" in text(engineer.post("/flows/orders/rename", data={"name": "x"}))
    removed = engineer.post("/flows/parcels/remove")
    kept = re.search(r'name="kept" value="([^"]+)"', removed.get_data(as_text=True))
    assert kept
    assert engineer.get("/flows/parcels/about").status_code == 404
    back = engineer.post("/flows/restore", data={"kept": kept.group(1)}, follow_redirects=True)
    assert "parcels is back as a draft." in text(back)
    assert "too long ago" in text(engineer.post("/flows/restore", data={"kept": "nonsense"}, follow_redirects=True))


def test_going_back_to_a_version(engineer: Browser, site: Site) -> None:
    sid = site.subscriber_id()
    with scoped(site.engine, sid) as session:
        draft = flows.draft(session, sid, "orders")
        saved = flows.save_draft(session, sid, "orders", {**draft.doc, "note": "new"}, draft.revision, "x")
        from admin_ui import flow_world

        flows.publish(session, sid, "orders", "second", "x", revision=saved.revision, checks=flow_world.checks(session))
    done = engineer.post("/flows/orders/rollback", data={"version": "1"}, follow_redirects=True)
    assert "New calls walk version 3, which is version 1 again." in text(done)
    assert engineer.post("/flows/orders/rollback", data={"version": "77"}).status_code == 404


def test_what_is_due_is_published_by_the_process(site: Site, engineer: Browser) -> None:
    sid, soon = site.subscriber_id(), datetime.now(UTC) - timedelta(minutes=1)
    from admin_ui import flow_world

    with scoped(site.engine, sid) as session:
        draft = flows.draft(session, sid, "orders")
        saved = flows.save_draft(session, sid, "orders", {**draft.doc, "note": "planned"}, draft.revision, "x")
        before = soon - timedelta(minutes=1)
        checks = flow_world.checks(session)
        flows.plan_publication(
            session, sid, "orders", soon, "", "x", revision=saved.revision, checks=checks, now=before
        )
    assert "Will be published on" in text(engineer.get("/flows/orders/about"))
    with site.app.app_context():
        pages.publish_due()
    with scoped(site.engine, sid) as session:
        assert flows.draft(session, sid, "orders").published == 2
    cancelled = engineer.post("/flows/orders/cancel-plan", follow_redirects=True)
    assert "Nothing is planned any more." in text(cancelled)


@pytest.mark.parametrize("role", ["agent", "fax", "operator"])
def test_others_see_no_flows(site: Site, role: str) -> None:
    who = site.as_role(role)
    for path in ("/flows", "/flows/new", "/flows/states", "/flows/reception/about", "/flows/reception/compare?from=1"):
        assert who.get(path).status_code == 403


def test_another_subscriber_s_flow_is_not_there(site: Site) -> None:
    who = site.as_role("engineer", slug="duval")
    for path in ("about", "compare?from=1", "export"):
        assert who.get(f"/flows/reception/{path}").status_code == 404
    for path in ("duplicate", "rename", "rollback", "cancel-plan", "remove"):
        assert who.post(f"/flows/reception/{path}", data={"name": "mine", "version": "1"}).status_code == 404
