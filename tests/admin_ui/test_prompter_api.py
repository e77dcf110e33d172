"""The prompter's rules over the API: written, moved, out and in as files, held against past calls, nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from admin_ui.api import prompter_replay
from admin_ui.worker import worker
from conf.database import operator, scoped
from conf.models import AuditEntry, Subscriber, Transcript
from conf.prompter import shown, transcripts
from conf.prompter.shown import Hint
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_api_parts import Program

NOW = datetime.now(UTC)
RULES, CHECKLISTS, REPLAY = "/api/v1/prompter/rules", "/api/v1/prompter/checklists", "/api/v1/prompter/replay"
RULE: dict[str, Any] = {
    "name": "invoice",
    "title": {"fr": "Facture", "en": "Invoice"},
    "when": {"said": {"by": "customer", "phrases": {"fr": ["ma facture"]}}},
}
STEP = {"name": "greeting", "title": {"fr": "Saluer"}, "phrases": {"fr": ["bonjour"]}}
CHECKLIST = {"name": "recap", "title": {"fr": "Commande"}, "steps": [STEP]}


@pytest.fixture
def engineer(both_sites: Site) -> Browser:
    return both_sites.as_role("engineer", slug="martin", language="fr")


def say(text: str, start: float = 1.0) -> dict[str, Any]:
    """An utterance of half a second a word."""
    words = [[word, start + index / 2, start + index / 2 + 0.4] for index, word in enumerate(text.split())]
    return {"text": text, "start": start, "end": words[-1][2], "words": words}


def keep(site: Site, call: str, *said: dict[str, Any], slug: str = "martin", days: int = 0) -> None:
    owner = site.subscriber_id(slug)
    with scoped(site.engine, owner) as session:
        at = NOW - timedelta(days=days)
        transcripts.put(session, owner, call, "customer", 1, said, started_at=at, language="fr")


def names(browser: Browser, path: str = RULES) -> list[str]:
    return [doc["name"] for doc in browser.get(f"{path}?limit=200").json["items"]]


@pytest.mark.parametrize(("path", "doc"), [(RULES, RULE), (CHECKLISTS, CHECKLIST)])
def test_one_is_made_read_changed_moved_and_removed(engineer: Browser, path: str, doc: dict[str, Any]) -> None:
    before = names(engineer, path)
    made = engineer.post(path, json=doc)
    assert (made.status_code, made.json, made.headers["Location"]) == (201, doc, f"{path}/{doc['name']}")
    assert names(engineer, path) == [*before, doc["name"]]
    assert engineer.post(path, json=doc).json["errors"][0]["code"] == "given_twice"
    one = f"{path}/{doc['name']}"
    assert engineer.get(one).headers["ETag"] == made.headers["ETag"]
    moved = engineer.post(f"{one}/move", json={"place": 0})
    assert (moved.status_code, names(engineer, path)) == (200, [doc["name"], *before])
    renamed = engineer.put(one, json=doc | {"name": "other"}, headers={"If-Match": made.headers["ETag"]})
    assert (renamed.status_code, names(engineer, path)) == (200, ["other", *before])
    assert engineer.delete(f"{path}/other").status_code == 204
    assert engineer.delete(f"{path}/other").status_code == 404
    assert names(engineer, path) == before


def test_a_change_is_in_the_log_and_reaches_the_controllers(both_sites: Site, engineer: Browser) -> None:
    mine = both_sites.subscriber_id()

    def seen() -> tuple[int, list[tuple[str, str, str]]]:
        with operator(both_sites.engine, read_only=True) as session:
            wanted = select(AuditEntry.action, AuditEntry.kind, AuditEntry.name).order_by(AuditEntry.id)
            rows = [(str(action), str(kind), str(name)) for action, kind, name in session.execute(wanted)]
            return session.get_one(Subscriber, mine).version, [row for row in rows if row[2] == "invoice"]

    version, _nothing = seen()
    engineer.post(RULES, json=RULE)
    engineer.put(f"{RULES}/invoice", json=RULE | {"priority": 80}, headers={"If-Match": "*"})
    engineer.delete(f"{RULES}/invoice")
    later, entries = seen()
    assert later > version
    assert entries == [(action, "rule", "invoice") for action in ("created", "changed", "removed")]


def test_two_people_change_one_rule(engineer: Browser) -> None:
    headers = {"If-Match": engineer.post(RULES, json=RULE).headers["ETag"]}
    first = engineer.put(f"{RULES}/invoice", json=RULE | {"priority": 80}, headers=headers)
    second = engineer.put(f"{RULES}/invoice", json=RULE | {"priority": 10}, headers=headers)
    assert (first.status_code, second.status_code, second.json["current"]["priority"]) == (200, 412, 80)
    assert engineer.put(f"{RULES}/invoice", json=RULE).status_code == 428


def test_what_is_wrong_is_named_in_french(engineer: Browser) -> None:
    wrong = RULE | {"when": {"said": {"phrases": {"fr": ["ma *facture"]}}}}
    answer = engineer.post(RULES, json=wrong)
    (error,) = answer.json["errors"]
    assert (answer.status_code, error["code"]) == (422, "not_a_beginning")
    assert error["field"] == "when.said.phrases.fr[0]"
    assert "mot" in error["reason"]
    assert "may have" not in error["reason"]


def test_a_rule_that_is_not_saved_is_held_against_past_calls(both_sites: Site, engineer: Browser) -> None:
    keep(both_sites, "heard", say("bonjour je ne comprends pas ma facture de mars"), say("et ma facture", 90.0))
    keep(both_sites, "quiet", say("bonjour"))
    keep(both_sites, "old", say("ma facture"), days=20)
    keep(both_sites, "of-another", say("ma facture"), slug="duval")
    since = (NOW - timedelta(days=7)).isoformat()
    found = engineer.post(REPLAY, json={"rule": RULE | {"active": False}, "since": since}).json
    assert {name: found[name] for name in ("calls", "hit_calls", "fired", "complete", "sealed")} == {
        "calls": 2,
        "hit_calls": 1,
        "fired": 2,
        "complete": True,
        "sealed": 0,
    }
    first, second = found["hits"]
    assert (first["call"], first["title"], first["by"]) == ("heard", "Facture", "customer")
    assert (first["before"], first["said"], first["after"]) == ("bonjour je ne comprends pas", "ma facture", "de mars")
    assert (second["before"], second["said"], second["at"] > 90) == ("et", "ma facture", True)
    assert names(engineer).count("invoice") == 0
    assert engineer.post(REPLAY, json={"rule": RULE, "most": 2}).json["calls"] == 2


def test_a_saved_rule_is_replayed_by_its_name(both_sites: Site, engineer: Browser) -> None:
    keep(both_sites, "long", say("allô"), say("oui", 60.0))
    engineer.post(RULES, json=RULE | {"when": {"silence": {"longer": 20}}})
    (hit,) = engineer.post(REPLAY, json={"name": "invoice"}).json["hits"]
    assert (hit["before"], hit["said"], hit["by"], hit["at"] > 20) == ("allô", "", "customer", True)
    assert engineer.post(REPLAY, json={"name": "nothing"}).status_code == 404


def test_a_replay_of_nothing_or_of_a_wrong_rule_is_refused(engineer: Browser) -> None:
    for body in ({}, {"rule": RULE, "name": "refund"}):
        answer = engineer.post(REPLAY, json=body)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "rule")
    answer = engineer.post(REPLAY, json={"rule": RULE | {"when": {}}})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "when")
    assert engineer.post(REPLAY, json={"rule": RULE, "most": 1001}).status_code == 422


def test_a_replay_ends_in_its_time(both_sites: Site, engineer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(both_sites, "heard", say("ma facture"))
    monkeypatch.setattr(prompter_replay, "LONGEST", -1.0)
    found = engineer.post(REPLAY, json={"rule": RULE}).json
    assert (found["calls"], found["complete"]) == (0, False)


def test_a_token_that_may_not_read_calls_may_not_replay(site: Site) -> None:
    program = Program(site, "prompter:write")
    assert program.ask("GET", RULES).status_code == 200
    refused = program.ask("POST", REPLAY, json={"rule": RULE})
    assert (refused.status_code, "calls:read" in refused.json["detail"]) == (403, True)
    assert Program(site, "prompter:read", "calls:read").ask("POST", REPLAY, json={"rule": RULE}).status_code == 200
    assert Program(site, "calls:read").ask("POST", REPLAY, json={"rule": RULE}).status_code == 403
    assert Program(site, "prompter:read").ask("POST", RULES, json=RULE).status_code == 403


@pytest.mark.parametrize("role", ["agent", "fax", "operator"])
def test_who_does_not_configure_has_no_rules(site: Site, role: str) -> None:
    browser = site.as_role(role)
    assert browser.get(RULES).status_code == 403
    assert browser.post(REPLAY, json={"rule": RULE}).status_code == 403


@pytest.mark.parametrize("kind", ["rules", "checklists"])
def test_a_file_goes_out_and_comes_in_without_a_loss(both_sites: Site, engineer: Browser, kind: str) -> None:
    sent = engineer.get(f"/api/v1/prompter/files/{kind}")
    assert (sent.mimetype, sent.headers["Content-Disposition"]) == ("text/yaml", f"attachment; filename={kind}.yaml")
    path = f"/api/v1/prompter/files/{kind}"
    assert engineer.post(path, data=sent.data, content_type="text/yaml").json == {"items": []}
    other = both_sites.as_role("engineer", slug="duval")
    mine = names(engineer, f"/api/v1/prompter/{kind}")
    seen = other.post(f"{path}?check=true", data=sent.data, content_type="text/yaml").json["items"]
    assert [one["name"] for one in seen] == mine
    assert names(other, f"/api/v1/prompter/{kind}") == []
    assert other.post(path, data=sent.data, content_type="text/yaml").json["items"] == seen
    assert other.get(path).data == sent.data


def test_a_broken_file_names_line_and_field(engineer: Browser) -> None:
    before = names(engineer)
    text = (
        "- name: good\n  title: {fr: Bon}\n  when: {silence: {longer: 5}}\n"
        "- name: bad\n  title: {fr: Mauvais}\n  priority: 101\n  when: {silence: {longer: 5}}\n"
    )
    answer = engineer.post("/api/v1/prompter/files/rules", data=text, content_type="text/yaml")
    (error,) = answer.json["errors"]
    assert (answer.status_code, error["field"].endswith("priority")) == (422, True)
    assert error["reason"].startswith("ligne 6 : ")
    assert names(engineer) == before
    unheard = "name: bad\ntitle: {fr: Mauvais}\nwhen: {said: {regex: ['[z-é]']}}\n"
    wrong = engineer.post("/api/v1/prompter/files/rules", data=unheard, content_type="text/yaml")
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "bad.when.said.regex[0]")
    for content in (b"\xff\xfe", b"- [", b"nothing", b""):
        broken = engineer.post("/api/v1/prompter/files/rules", data=content, content_type="text/yaml")
        assert broken.status_code == 422, content


def test_marks_tell_how_right_a_rule_is(both_sites: Site, engineer: Browser) -> None:
    engineer.post(RULES, json=RULE)
    mine = both_sites.subscriber_id()
    with scoped(both_sites.engine, mine) as session:
        for card, mark in enumerate(("used", "used", "used", "wrong", "")):
            at = NOW - timedelta(days=1)
            hint = Hint("a", card, "invoice", "e", "agent", "claire", at, 1.0, {"kind": "said"})
            shown.put(session, mine, hint)
            shown.mark(session, mine, "a", card, mark, "claire", NOW)
    (found,) = [one for one in engineer.get("/api/v1/prompter/marks").json["items"] if one["rule"] == "invoice"]
    assert found == {"rule": "invoice", "shown": 5, "used": 3, "wrong": 1, "dismissed": 0, "precision": 0.75}
    others = [one for one in engineer.get("/api/v1/prompter/marks").json["items"] if one["rule"] != "invoice"]
    assert {(one["shown"], one["precision"]) for one in others} == {(0, None)}


def test_what_is_past_its_time_is_forgotten_by_the_clock(both_sites: Site) -> None:
    keep(both_sites, "old", say("bonjour"), days=91)
    keep(both_sites, "new", say("bonjour"))
    (task,) = [one for one in worker(both_sites.app).tasks if one.name == "forgetting transcripts and hints"]
    assert task.every == 3600.0
    with both_sites.app.app_context():
        task.work()
    with operator(both_sites.engine, read_only=True) as session:
        assert session.scalars(select(func.count(Transcript.id))).one() == 1
