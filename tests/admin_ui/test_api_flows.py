"""Flows over the API: drafts, checks, versions, plans, files, trials."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from conf.database import operator
from conf.models import AuditEntry, CallEvent, CallRecord
from tests.admin_ui.site import Browser, Site

API = "/api/v1"
GOOD: dict[str, Any] = {"name": "new", "start": "end", "nodes": {"end": {"kind": "hang_up"}}}


@pytest.fixture
def engineer(site: Site) -> Browser:
    return site.as_role("engineer")


def body(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    return json.loads(response.get_data())


def save(who: Browser, name: str, doc: dict[str, Any], revision: str) -> TestResponse:
    return who.put(f"{API}/flows/{name}/draft", json=doc, headers={"If-Match": revision, "X-CSRFToken": who.csrf()})


def test_a_flow_is_made_edited_and_published(both_sites: Site) -> None:
    who = both_sites.as_role("engineer")
    made = who.post(f"{API}/flows", json={"name": "new"})
    assert body(made, 201)["draft"] == {"name": "new", "start": "", "nodes": {}}
    assert (made.headers["ETag"], made.headers["Location"]) == ('"r1"', f"{API}/flows/new")
    saved = save(who, "new", {**GOOD, "start": "gone"}, made.headers["ETag"])
    assert [(one["field"], one["code"], one["severity"]) for one in body(saved)["problems"]][:1] == [
        ("start", "unknown_node", "error")
    ]
    refused = who.post(f"{API}/flows/new/publish", json={"comment": "x", "revision": 2})
    assert body(refused, 422)["errors"][0]["field"] == "start"
    assert body(save(who, "new", GOOD, saved.headers["ETag"]))["problems"] == []
    done = who.post(f"{API}/flows/new/publish", json={"comment": "the first", "revision": 3})
    assert body(done) == {"version": 1, "planned": None}
    (version,) = body(who.get(f"{API}/flows/new/versions"))["items"]
    assert (version["version"], version["comment"], version["author"]) == (1, "the first", "engineer@martin.test")
    assert body(who.get(f"{API}/flows/new/versions/1"))["doc"] == GOOD
    with operator(both_sites.engine, read_only=True) as session:
        noted = session.scalars(
            select(AuditEntry.action).where(AuditEntry.kind == "flow").order_by(AuditEntry.id)
        ).all()
    assert noted == ["created", "published"]


def test_the_order_of_keys_is_kept(engineer: Browser) -> None:
    found = engineer.get(f"{API}/flows/reception")
    text = found.get_data(as_text=True)
    assert list(body(found)["draft"]) == ["name", "start", "nodes", "tests"]
    assert text.index('"opening"') < text.index('"filter"') < text.index('"choose"')
    assert list(body(found)["draft"]["nodes"]["opening"]["exits"]) == ["open", "closed", "holiday"]


def test_two_editors(engineer: Browser, site: Site) -> None:
    doc = body(engineer.get(f"{API}/flows/reception"))["draft"]
    other = site.as_role("administrator")
    assert save(engineer, "reception", {**doc, "note": "mine"}, '"r1"').status_code == 200
    stale = save(other, "reception", {**doc, "note": "yours"}, '"r1"')
    current = body(stale, 412)["current"]
    assert (current["revision"], current["draft"]["note"], current["saved_by"]) == (2, "mine", "engineer@martin.test")
    assert stale.headers["ETag"] == '"r2"'
    assert save(other, "reception", {**doc, "note": "yours"}, "*").status_code == 200
    assert save(other, "reception", doc, '"nonsense"').status_code == 412
    unmatched = other.put(f"{API}/flows/reception/draft", json=doc, headers={"X-CSRFToken": other.csrf()})
    assert unmatched.status_code == 428


def test_checking_saves_nothing_and_speaks_the_language(site: Site) -> None:
    who = site.as_role("engineer", language="fr")
    doc = body(who.get(f"{API}/flows/reception"))["draft"]
    doc["nodes"]["opening"]["schedule"] = "gone"
    (problem,) = body(who.post(f"{API}/flows/reception/check", json={"doc": doc}))["problems"]
    assert (problem["where"], problem["field"], problem["code"]) == ("opening", "schedule", "unknown_schedule")
    assert "gone" in problem["text"]
    assert "There is no" not in problem["text"]
    doc = body(who.get(f"{API}/flows/reception"))["draft"]
    del doc["nodes"]["filter"]["exits"]["not_listed"]
    problems = body(who.post(f"{API}/flows/reception/check", json={"doc": doc}))["problems"]
    assert problems[0]["field"] == "exits.not_listed"
    assert problems[0]["text"].replace("\u00a0", " ") == "La sortie « Hors liste » ne mène nulle part."
    assert body(who.get(f"{API}/flows/reception"))["revision"] == 1


def test_versions_are_compared_and_gone_back_to(engineer: Browser) -> None:
    doc = body(engineer.get(f"{API}/flows/discovery"))["draft"]
    changed = {**doc, "nodes": {**doc["nodes"], "bye": {**doc["nodes"]["bye"], "prompt": "closed"}}}
    assert save(engineer, "discovery", changed, '"r1"').status_code == 200
    found = body(engineer.get(f"{API}/flows/discovery/diff?from=1"))
    assert found["changed"] == {"bye": [["prompt", "thanks", "closed"]]}
    failing = engineer.post(f"{API}/flows/discovery/publish", json={"comment": "", "revision": 2})
    assert body(failing, 409)["errors"][0]["code"] == "said"
    despite = {"comment": "", "revision": 2, "despite_failing_tests": True}
    assert body(engineer.post(f"{API}/flows/discovery/publish", json=despite))["version"] == 2
    assert body(engineer.post(f"{API}/flows/discovery/rollback", json={"version": 1}))["version"] == 3
    assert body(engineer.get(f"{API}/flows/discovery/diff?from=1&to=3"))["changed"] == {}
    comments = [one["comment"] for one in body(engineer.get(f"{API}/flows/discovery/versions"))["items"]]
    assert comments[0] == "As in version 1"
    assert engineer.get(f"{API}/flows/discovery/diff?from=9&to=1").status_code == 404
    assert engineer.get(f"{API}/flows/discovery/diff?from=x").status_code == 422


def test_a_publication_is_planned_and_cancelled(engineer: Browser) -> None:
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    planned = body(engineer.post(f"{API}/flows/reception/publish", json={"comment": "", "revision": 1, "at": at}))
    assert (planned["version"], planned["planned"]["state"]) == (None, "waiting")
    assert body(engineer.get(f"{API}/flows/reception/planned"))["planned"]["at"] == planned["planned"]["at"]
    assert engineer.delete(f"{API}/flows/reception/planned").status_code == 204
    assert body(engineer.get(f"{API}/flows/reception/planned"))["planned"] is None
    assert engineer.delete(f"{API}/flows/reception/planned").status_code == 404
    past = engineer.post(f"{API}/flows/reception/publish", json={"revision": 1, "at": "2020-01-01T00:00:00Z"})
    assert body(past, 422)["errors"][0]["field"] == "at"


def test_files_templates_and_copies(engineer: Browser) -> None:
    exported = engineer.get(f"{API}/flows/reception/export")
    assert exported.mimetype == "text/yaml"
    assert "reception.yaml" in exported.headers["Content-Disposition"]
    read = engineer.post(f"{API}/flows/import", data=exported.get_data(), content_type="text/yaml")
    doc = body(engineer.get(f"{API}/flows/reception"))["draft"]
    assert body(read) == {"doc": doc, "problems": []}
    wrong = engineer.post(f"{API}/flows/import", data=b"name: a\nname: b\n", content_type="text/yaml")
    assert body(wrong)["problems"][0]["text"] == "line 2: is given twice, first in line 1"
    keys = [one["key"] for one in body(engineer.get(f"{API}/flow-templates"))["items"]]
    assert keys == ["opening_hours_menu", "reception", "night_service", "survey"]
    for key in keys:
        assert body(engineer.post(f"{API}/flows", json={"name": f"my {key}", "template": key}), 201)["problems"] == []
    unknown = engineer.post(f"{API}/flows", json={"name": "x", "template": "nothing"})
    assert body(unknown, 422)["errors"][0]["field"] == "template"
    copied = body(engineer.post(f"{API}/flows", json={"name": "reception 2", "copy_of": "reception"}), 201)
    assert copied["draft"] == {**doc, "name": "reception 2"}
    assert body(engineer.post(f"{API}/flows", json={"name": "reception"}), 422)["errors"][0]["code"] == "given_twice"
    renamed = body(engineer.post(f"{API}/flows/reception%202/rename", json={"name": "desk"}))
    assert renamed["name"] == renamed["draft"]["name"] == "desk"
    assert engineer.delete(f"{API}/flows/desk").status_code == 204
    assert engineer.get(f"{API}/flows/desk").status_code == 404
    assert body(engineer.delete(f"{API}/flows/reception"), 422)["errors"][0]["code"] == "in_use"


def test_the_palette_comes_from_the_nodes(site: Site) -> None:
    kinds = {one["kind"]: one for one in body(site.as_role("engineer").get(f"{API}/nodes"))["items"]}
    assert {"menu", "say", "dial", "subflow"} <= set(kinds)
    assert kinds["say"]["title"] == "Announcement"
    assert kinds["hours"]["schema"]["properties"]["schedule"]["widget"] == "schedule"
    french = {
        one["kind"]: one for one in body(site.as_role("administrator", language="fr").get(f"{API}/nodes"))["items"]
    }
    assert french["say"]["title"] == "Annonce"


def test_a_flow_is_tried_out(engineer: Browser) -> None:
    given = {"caller": "+33611111111", "at": "2026-11-23T09:00"}
    seen = body(engineer.post(f"{API}/flows/reception/simulate", json={"given": given}))
    assert (seen["waiting"]["for"], seen["waiting"]["node"], seen["ended"]) == ("keys", "choose", False)
    script = [{"press": "1"}, {"answer": "101"}]
    seen = body(engineer.post(f"{API}/flows/reception/simulate", json={"given": given, "script": script}))
    assert [step["node"] for step in seen["steps"]] == ["opening", "filter", "choose", "shop", "end"]
    listed = body(engineer.post(f"{API}/flows/reception/simulate", json={"given": {**given, "caller": "+33899000000"}}))
    assert listed["steps"][-1]["node"] == "refuse"  # the list came with its entries
    run = body(engineer.post(f"{API}/flows/reception/tests/run", json={}))
    assert [one["ok"] for one in run["tests"]] == [True] * 9
    assert run["coverage"]["nodes"]["choose"] > 0
    wrong = body(engineer.post(f"{API}/flows/reception/simulate", json={"script": [{"sing": True}]}))
    assert wrong["problem"]["field"].startswith("script")


def test_a_call_is_replayed_on_a_draft(site: Site, engineer: Browser) -> None:
    sid = site.subscriber_id()
    begun = datetime(2026, 11, 23, 8, tzinfo=UTC)
    told = [
        (
            "command",
            {
                "type": "check_hours",
                "flow": "reception",
                "version": 1,
                "node": "opening",
                "index": 0,
                "schedule": "office",
            },
        ),
        ("result", {"type": "hours", "index": 0, "state": "closed"}),
    ]
    with operator(site.engine) as session:
        session.add(
            CallRecord(
                subscriber_id=sid,
                call="c1",
                direction="inbound",
                caller="+33611111111",
                started_at=begun,
                flow="reception",
            )
        )
        for place, (kind, data) in enumerate(told):
            session.add(CallEvent(subscriber_id=sid, call="c1", sequence=place, at=begun, kind=kind, data=data))
    seen = body(engineer.post(f"{API}/flows/reception/replay", json={"call": "c1"}))
    assert seen["steps"][0] == {"flow": "reception", "version": 0, "node": "opening", "kind": "hours", "exit": "closed"}
    assert seen["stopped"]["index"] == 1
    assert seen["variables"]["caller"] == "+33611111111"
    assert engineer.post(f"{API}/flows/reception/replay", json={"call": "gone"}).status_code == 404
    foreign = site.as_role("engineer", slug="duval")
    assert foreign.post(f"{API}/flows/empfang/replay", json={"call": "c1"}).status_code == 404


PATHS = [
    ("GET", ""),
    ("DELETE", ""),
    ("PUT", "/draft"),
    ("POST", "/check"),
    ("POST", "/publish"),
    ("POST", "/rename"),
    ("GET", "/versions"),
    ("GET", "/versions/1"),
    ("GET", "/diff?from=1"),
    ("POST", "/rollback"),
    ("GET", "/planned"),
    ("DELETE", "/planned"),
    ("GET", "/export"),
    ("POST", "/simulate"),
    ("POST", "/tests/run"),
    ("POST", "/replay"),
]
BODIES: dict[str, Any] = {
    "/draft": {**GOOD, "name": "reception"},
    "/check": {"doc": GOOD},
    "/publish": {"revision": 1},
    "/rename": {"name": "mine"},
    "/rollback": {"version": 1},
    "/replay": {"call": "c1"},
}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_another_subscriber_s_flow_is_not_there(site: Site, method: str, path: str) -> None:
    who = site.as_role("administrator", slug="duval")
    headers = {"If-Match": "*", "X-CSRFToken": who.csrf()}
    options: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": BODIES.get(path, {})}
    response = who.open(f"{API}/flows/reception{path}", method=method, headers=headers, **options)
    assert response.status_code == 404
    for role in ("agent", "fax", "operator"):
        other = site.as_role(role)
        headers = {"If-Match": "*", "X-CSRFToken": other.csrf()}
        response = other.open(f"{API}/flows/reception{path}", method=method, headers=headers, **options)
        assert response.status_code == 403
