"""The operator's part of the API: trunks, outbound rules, controllers; and nothing of it for subscribers."""

from __future__ import annotations

from typing import Any

import pytest

from admin_ui.live import NoCalls
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import Program

TRUNK = {"name": "second", "host": "sip2.carrier.example", "allow": ["203.0.113.0/24"]}
RULE = {"name": "france", "match": "+33*", "trunks": ["carrier"]}


@pytest.mark.parametrize(("path", "doc"), [("trunks", TRUNK), ("outbound-rules", RULE)])
def test_a_document_is_made_changed_and_removed(both_sites: Site, path: str, doc: dict[str, Any]) -> None:
    program = Program(both_sites, slug="")
    made = program.ask("POST", f"/api/v1/{path}", json=doc)
    assert made.status_code == 201
    url = made.headers["Location"]
    found = program.ask("GET", url)
    assert found.json == doc
    assert list(found.json) == list(doc)  # as it was written
    assert program.ask("GET", url, headers={"If-None-Match": found.headers["ETag"]}).status_code == 304
    changed = {**doc, "name": "other"}
    assert program.ask("PUT", url, json=changed).status_code == 428
    assert program.ask("PUT", url, json=changed, headers={"If-Match": '"old"'}).status_code == 412
    saved = program.ask("PUT", url, json=changed, headers={"If-Match": found.headers["ETag"]})
    assert (saved.status_code, saved.json) == (200, changed)
    stale = program.ask("PUT", f"/api/v1/{path}/other", json=doc, headers={"If-Match": found.headers["ETag"]})
    assert (stale.status_code, stale.json["current"]) == (412, changed)
    assert stale.headers["ETag"] == saved.headers["ETag"]
    assert program.ask("DELETE", f"/api/v1/{path}/other").status_code == 204
    assert program.ask("GET", f"/api/v1/{path}/other").status_code == 404
    actions = [entry["action"] for entry in program.ask("GET", "/api/v1/audit").json["items"]]
    assert actions[:3] == ["removed", "changed", "created"]


def test_rules_are_put_in_order(both_sites: Site) -> None:
    program = Program(both_sites, slug="")
    for name in ("abroad", "france"):
        assert program.ask("POST", "/api/v1/outbound-rules", json={**RULE, "name": name}).status_code == 201
    before = [rule["name"] for rule in program.ask("GET", "/api/v1/outbound-rules").json["items"]]
    assert before[-2:] == ["abroad", "france"]
    url = "/api/v1/outbound-rules/france/place"
    found = program.ask("GET", url)
    assert found.json == {"place": len(before), "order": before}
    match = {"If-Match": found.headers["ETag"]}
    assert program.ask("PUT", url, json={"place": 1}).status_code == 428
    moved = program.ask("PUT", url, json={"place": 1}, headers=match)
    order = ["france", *before[:-1]]
    assert (moved.status_code, moved.json) == (200, {"place": 1, "order": order})
    assert [rule["name"] for rule in program.ask("GET", "/api/v1/outbound-rules").json["items"]] == order
    stale = program.ask("PUT", url, json={"place": 2}, headers=match)
    assert (stale.status_code, stale.json["current"]) == (412, moved.json)
    assert stale.headers["ETag"] == moved.headers["ETag"]
    last = program.ask("PUT", url, json={"place": 99}, headers={"If-Match": "*"})
    assert last.json == {"place": len(before), "order": before}
    entries = program.ask("GET", "/api/v1/audit").json["items"][:2]
    assert [(entry["action"], entry["name"]) for entry in entries] == [("moved", "france")] * 2
    assert entries[1]["changes"] == [["place", len(before), 1]]
    wrong = program.ask("PUT", url, json={"place": 0}, headers={"If-Match": "*"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "place")
    gone = "/api/v1/outbound-rules/nobody/place"
    assert program.ask("GET", gone).status_code == 404
    assert program.ask("PUT", gone, json={"place": 1}, headers={"If-Match": "*"}).status_code == 404


def test_a_trunk_in_use_stays(site: Site) -> None:
    refused = Program(site, slug="").ask("DELETE", "/api/v1/trunks/carrier")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["code"]


def test_a_trunk_s_password_is_never_told(site: Site) -> None:
    program = Program(site, slug="")
    doc = {**TRUNK, "username": "u", "password": "very-secret", "register": True}
    answer = program.ask("POST", "/api/v1/trunks", json=doc)
    assert answer.json["password"] == "***"
    assert "very-secret" not in program.ask("GET", "/api/v1/trunks").get_data(as_text=True)
    assert "very-secret" not in program.ask("GET", "/api/v1/audit").get_data(as_text=True)


def test_what_is_wrong_with_a_document_is_said_by_field(site: Site) -> None:
    answer = Program(site, slug="").ask("POST", "/api/v1/trunks", json={"name": "x", "channels": "many"})
    assert {error["field"] for error in answer.json["errors"]} == {"host", "channels"}


@pytest.mark.parametrize("path", ["trunks", "outbound-rules", "controllers"])
def test_a_subscriber_sees_nothing_of_it(site: Site, path: str) -> None:
    assert Program(site).ask("GET", f"/api/v1/{path}").status_code == 403
    assert site.as_role("administrator").get(f"/api/v1/{path}").status_code == 403


class Room(NoCalls):
    """One controller that answers, one that does not."""

    def board(self, subscriber: str) -> dict[str, Any]:
        assert subscriber == ""
        switch = {"state": "up", "since": 5.0, "version": "1.11", "uptime": 9, "sessions": 2, "max_sessions": 10}
        lyon = {"id": "lyon", "url": "http://lyon", "alive": True, "answers": True, "calls": 2, "switch": switch}
        calls = [{"call": "c1", "from": "+33611111111", "subscriber": "martin"}]
        return {"at": 10.0, "controllers": [lyon, {"id": "paris", "answers": False}], "calls": calls}


def test_the_controllers_without_any_call(site: Site) -> None:
    program = Program(site, slug="")
    assert program.ask("GET", "/api/v1/controllers").status_code == 503
    site.app.extensions["calls"] = Room()
    answer = program.ask("GET", "/api/v1/controllers")
    assert [one["switch"]["state"] for one in answer.json["items"]] == ["up", "unknown"]
    assert "+336" not in answer.get_data(as_text=True)
