"""The subscriber's documents over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from admin_ui.api.document_examples import EXAMPLES
from conf.editing.kinds import KINDS
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import Program
from tests.admin_ui.test_documents_pages import audit, read
from tests.admin_ui.test_documents_sounds import rate_of, sound

OTHER: dict[str, dict[str, Any]] = {
    "numbers": {"number": "+33123456782"},
    "users": {"login": "zoe@petit.example"},
    "extensions": {"extension": "1003"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_made_renamed_and_removed(both_sites: Site, kind: str) -> None:
    program, doc = Program(both_sites), EXAMPLES[kind]
    made = program.ask("POST", f"/api/v1/{kind}", json=doc)
    assert made.status_code == 201, made.json
    url = made.headers["Location"]
    found = program.ask("GET", url)
    assert json.dumps(found.json) == json.dumps(doc)  # as it was written
    assert program.ask("GET", url, headers={"If-None-Match": found.headers["ETag"]}).status_code == 304
    changed = {**doc, **OTHER.get(kind, {"name": "another"})}
    assert program.ask("PUT", url, json=changed).status_code == 428
    assert program.ask("PUT", url, json=changed, headers={"If-Match": '"old"'}).status_code == 412
    saved = program.ask("PUT", url, json=changed, headers={"If-Match": found.headers["ETag"]})
    assert saved.status_code == 200, saved.json
    name = changed[KINDS[kind].key]
    listed = program.ask("GET", f"/api/v1/{kind}?limit=200").json["items"]
    assert listed[-1] == changed
    assert program.ask("DELETE", f"/api/v1/{kind}/{name}").status_code == 204
    assert program.ask("GET", f"/api/v1/{kind}/{name}").status_code == 404
    actions = [action for action, word, _name in audit(both_sites) if word == KINDS[kind].word]
    assert actions == ["created", "changed", "removed"]


def test_pages_of_a_list_have_everything_once(site: Site) -> None:
    program, found, url = Program(site), [], "/api/v1/prompts?limit=4"
    while url:
        answer = program.ask("GET", url)
        found += [doc["name"] for doc in answer.json["items"]]
        cursor = answer.json["next"]
        url = f"/api/v1/prompts?limit=4&cursor={cursor}" if cursor else ""
    assert found == ["welcome", "closed", "holiday", "sorry", "nobody", "thanks"]


def test_the_telephone_s_password_is_told_once(site: Site) -> None:
    program = Program(site)
    made = program.ask("POST", "/api/v1/users", json=EXAMPLES["users"])
    assert made.json["telephone"]["username"] == "103"
    password = made.json["telephone"]["password"]
    assert "telephone" not in program.ask("GET", made.headers["Location"]).json
    again = program.ask("POST", "/api/v1/users/zoe@martin.example/sip-password")
    assert (again.status_code, len(again.json["password"])) == (200, 20)
    assert again.json["password"] != password
    assert program.ask("POST", "/api/v1/users/nobody@martin.example/sip-password").status_code == 404


def test_problems_name_their_fields_in_the_caller_s_language(site: Site) -> None:
    doc = {"number": "0123", "mode": "smoke", "colour": "red"}
    answer = Program(site).ask("POST", "/api/v1/numbers", json=doc, headers={"Accept-Language": "fr"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {"number", "mode", "colour"}
    taken = Program(site).ask("POST", "/api/v1/numbers", json={"number": "+493012345678"})
    assert [error["code"] for error in taken.json["errors"]] == ["number_taken"]


def test_a_list_is_tried(site: Site) -> None:
    program = Program(site, "lists:read")
    found = program.ask("POST", "/api/v1/lists/unwanted/test", json={"number": "0899 12 34 56"}).json
    assert (found["number"], found["listed"], found["entry"]) == ("+33899123456", True, "+33899*")
    assert not program.ask("POST", "/api/v1/lists/unwanted/test", json={"number": "0123456789"}).json["listed"]
    assert program.ask("POST", "/api/v1/lists/nothing/test", json={"number": "1"}).status_code == 404


def test_the_plan_of_short_numbers(site: Site) -> None:
    plan = Program(site, "extensions:read").ask("GET", "/api/v1/extensions/plan").json
    first = plan["ranges"][0]
    assert (first["first"], first["last"], first["next_free"]) == ("100", "199", "103")
    assert [short["number"] for short in first["used"]] == ["101", "102", "199"]


def test_a_sound_is_put_and_heard(both_sites: Site) -> None:
    program = Program(both_sites, "prompts:write")
    answer = program.ask("PUT", "/api/v1/prompts/jingle/sound", data=sound(), content_type="audio/wav")
    assert answer.json == {"name": "jingle", "file": "sounds/jingle.wav"}
    assert rate_of(program.ask("GET", "/api/v1/prompts/jingle/audio").data)[0] == 8000
    wrong = program.ask("PUT", "/api/v1/prompts/jingle/sound", data=b"MZ", content_type="audio/wav")
    assert [error["field"] for error in wrong.json["errors"]] == ["file"]


def test_the_settings_of_the_organisation(site: Site) -> None:
    program = Program(site)
    found = program.ask("GET", "/api/v1/subscriber")
    changed = {**found.json, "name": "Pâtisserie Martin"}
    saved = program.ask("PUT", "/api/v1/subscriber", json=changed, headers={"If-Match": found.headers["ETag"]})
    assert saved.status_code == 200
    assert read(site, "subscriber", "martin")["name"] == "Pâtisserie Martin"
    other = {**changed, "slug": "duval"}
    refused = program.ask("PUT", "/api/v1/subscriber", json=other, headers={"If-Match": saved.headers["ETag"]})
    assert refused.status_code == 422


@pytest.mark.parametrize("kind", KINDS)
def test_scopes_and_subscribers_are_apart(site: Site, kind: str) -> None:
    reader = Program(site, f"{kind}:read")
    assert reader.ask("GET", f"/api/v1/{kind}").status_code == 200
    assert reader.ask("POST", f"/api/v1/{kind}", json=EXAMPLES[kind]).status_code == 403
    other = Program(site, "flows:read")
    assert other.ask("GET", f"/api/v1/{kind}").status_code == 403
    stranger = Program(site, slug="duval")
    names = {doc[KINDS[kind].key] for doc in reader.ask("GET", f"/api/v1/{kind}").json["items"]}
    theirs = {doc[KINDS[kind].key] for doc in stranger.ask("GET", f"/api/v1/{kind}").json["items"]}
    for name in names - theirs:
        assert stranger.ask("GET", f"/api/v1/{kind}/{name}").status_code == 404
        assert stranger.ask("DELETE", f"/api/v1/{kind}/{name}").status_code == 404
