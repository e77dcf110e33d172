"""Campaigns over the API: a table of contacts becomes calls that may be placed, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from admin_ui.api import campaign_contacts
from conf.campaigns import editing
from conf.database import scoped
from conf.models import CampaignContact
from tests.admin_ui.site import Site

DOC: dict[str, Any] = {
    "name": "satisfaction",
    "flow": "reception",
    "number": "+33123456789",
    "purpose": "survey",
    "automatic": False,
    "ground": "consent",
    "ground_since": "2026-09-01",
}
TABLE = "tel;nom;dossier\n0612345678;Anne;A1\n12;Nobody;A2\n0612345678;Twice;A3\n0687654321;Luc;A4\n"


@pytest.fixture
def engineer(both_sites: Site) -> Any:
    return both_sites.as_role("engineer", slug="martin", language="fr")


def test_a_campaign_is_made_filled_started_and_paused(engineer: Any) -> None:
    made = engineer.post("/api/v1/campaigns", json=DOC)
    assert (made.status_code, made.json["state"], made.headers["Location"]) == (
        201,
        "draft",
        "/api/v1/campaigns/satisfaction",
    )
    nobody = engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "running"})
    assert (nobody.status_code, nobody.json["errors"][0]["code"]) == (422, "no_contacts")
    body = {"text": TABLE, "number": "tel", "name": "nom", "others": ["dossier"]}
    seen = engineer.post("/api/v1/campaigns/satisfaction/contacts", json=body | {"only_check": True}).json
    assert (seen["rows"], seen["contacts"], seen["added"], seen["duplicates"]) == (4, 2, 0, 1)
    wrong = [(one["row"], one["column"], one["code"]) for one in seen["problems"] if one["severity"] == "error"]
    assert wrong == [(3, "tel", "not_a_number"), (4, "tel", "duplicate")]
    assert "téléphone" in seen["problems"][1]["reason"]
    assert engineer.post("/api/v1/campaigns/satisfaction/contacts", json=body).json["added"] == 2
    again = engineer.post("/api/v1/campaigns/satisfaction/contacts", json=body).json
    assert (again["added"], again["duplicates"]) == (0, 3)
    started = engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "running"}).json
    assert (started["state"], bool(started["started_at"])) == ("running", True)
    counted = engineer.get("/api/v1/campaigns/satisfaction/progress").json
    assert (counted["contacts"], counted["waiting"], counted["done"]) == (2, 2, 0)
    assert engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "paused"}).json["state"] == "paused"
    assert engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "over"}).json["state"] == "over"
    late = engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "running"})
    assert late.json["errors"][0]["code"] == "wrong_state"


def test_why_a_contact_may_not_be_called_is_said(engineer: Any) -> None:
    engineer.post("/api/v1/campaigns", json=DOC | {"ends": "2026-01-02"})
    engineer.post("/api/v1/campaigns/satisfaction/contacts", json={"text": "tel\n0612345678\n", "number": "tel"})
    engineer.post("/api/v1/do-not-call", json={"number": "+33612345678", "source": "courrier"})
    path = "/api/v1/campaigns/satisfaction/contacts/+33612345678/may-call"
    verdict = engineer.get(path).json
    assert (verdict["allowed"], verdict["again_at"]) == (False, None)
    assert {"over", "do_not_call"} <= {one["code"] for one in verdict["reasons"]}
    assert any("liste d'opposition" in one["reason"].replace("’", "'") for one in verdict["reasons"])
    assert engineer.delete("/api/v1/do-not-call/+33612345678").status_code == 204
    assert "do_not_call" not in {one["code"] for one in engineer.get(path).json["reasons"]}
    assert engineer.get(path.replace("5678", "0000")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [({"flow": "nowhere"}, "flow"), ({"number": "+33999999999"}, "number"), ({"pace": {"at_once": 0}}, "pace.at_once")],
)
def test_what_is_wrong_is_named(engineer: Any, change: dict[str, Any], field: str) -> None:
    answer = engineer.post("/api/v1/campaigns", json=DOC | change)
    assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, [field])


def test_two_people_change_one_campaign(engineer: Any) -> None:
    made = engineer.post("/api/v1/campaigns", json=DOC)
    headers = {"If-Match": made.headers["ETag"]}
    first = engineer.put("/api/v1/campaigns/satisfaction", json=DOC | {"ring": 20.0}, headers=headers)
    second = engineer.put("/api/v1/campaigns/satisfaction", json=DOC | {"ring": 15.0}, headers=headers)
    assert (first.status_code, second.status_code, second.json["current"]["ring"]) == (200, 412, 20.0)


def test_another_subscriber_learns_nothing(both_sites: Site, engineer: Any) -> None:
    engineer.post("/api/v1/campaigns", json=DOC)
    engineer.post("/api/v1/do-not-call", json={"number": "+33612345678"})
    other = both_sites.as_role("administrator", slug="duval")
    assert other.get("/api/v1/campaigns").json["items"] == []
    assert other.get("/api/v1/do-not-call").json["items"] == []
    assert other.get("/api/v1/campaigns/satisfaction").status_code == 404
    assert other.delete("/api/v1/do-not-call/+33612345678").status_code == 404


def test_a_table_that_cannot_be_read_names_its_field(engineer: Any) -> None:
    engineer.post("/api/v1/campaigns", json=DOC)
    answer = engineer.post("/api/v1/campaigns/satisfaction/contacts", json={"text": "tel\n", "number": "phone"})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "no_column")


def test_a_campaign_and_a_contact_are_removed(engineer: Any) -> None:
    engineer.post("/api/v1/campaigns", json=DOC)
    contacts = {"text": "tel\n0612345678\n0687654321\n", "number": "tel"}
    engineer.post("/api/v1/campaigns/satisfaction/contacts", json=contacts)
    one = "/api/v1/campaigns/satisfaction/contacts/+33612345678"
    assert engineer.delete(f"{one}?never_call=true").status_code == 204
    assert engineer.delete(one).status_code == 404
    left = engineer.get("/api/v1/campaigns/satisfaction/contacts").json["items"]
    assert [contact["number"] for contact in left] == ["+33687654321"]
    assert [row["number"] for row in engineer.get("/api/v1/do-not-call").json["items"]] == ["+33612345678"]
    engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "running"})
    running = engineer.delete("/api/v1/campaigns/satisfaction")
    assert (running.status_code, running.json["errors"][0]["code"]) == (422, "running")
    assert "suspendez" in running.json["errors"][0]["reason"]
    engineer.post("/api/v1/campaigns/satisfaction/state", json={"state": "paused"})
    assert engineer.delete("/api/v1/campaigns/satisfaction").status_code == 204
    assert engineer.get("/api/v1/campaigns/satisfaction").status_code == 404
    assert len(engineer.get("/api/v1/do-not-call").json["items"]) == 1


def test_who_was_held_up_is_judged_anew_on_demand_and_by_a_change(engineer: Any, both_sites: Site) -> None:
    engineer.post("/api/v1/campaigns", json=DOC)
    engineer.post("/api/v1/campaigns/satisfaction/contacts", json={"text": "tel\n0612345678\n", "number": "tel"})
    held_up(both_sites)
    assert engineer.post("/api/v1/campaigns/satisfaction/look-again").json == {"contacts": 1}
    assert engineer.post("/api/v1/campaigns/satisfaction/look-again").json == {"contacts": 0}
    held_up(both_sites)
    changes = {"If-Match": engineer.get("/api/v1/campaigns/satisfaction").headers["ETag"]}
    assert engineer.put("/api/v1/campaigns/satisfaction", json=DOC | {"ends": "2030-01-01"}, headers=changes).json
    assert engineer.get("/api/v1/campaigns/satisfaction/progress").json["waiting"] == 1


def test_grounds_are_named_in_the_words_of_the_reader(engineer: Any) -> None:
    engineer.post("/api/v1/campaigns", json=DOC | {"ground": "contract"})
    engineer.post("/api/v1/campaigns/satisfaction/contacts", json={"text": "tel\n0612345678\n", "number": "tel"})
    told = engineer.get("/api/v1/campaigns/satisfaction/contacts/+33612345678/may-call").json["reasons"]
    (reason,) = [one["reason"] for one in told if one["code"] == "no_ground"]
    assert "Consentement" in reason
    assert "Contrat" in reason
    assert "legitimate" not in reason


def test_a_table_is_brought_in_part_by_part_and_again_where_it_was_cut_off(
    engineer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_contacts, "PART", 2)
    engineer.post("/api/v1/campaigns", json=DOC)
    table = "tel\n" + "".join(f"061234567{number}\n" for number in range(7))
    body = {"text": table, "number": "tel"}
    whole, cut = editing.bring_in, []

    def fails(*arguments: Any) -> int:
        cut.append(1)
        if len(cut) == 3:
            raise OSError("the process is gone")
        return whole(*arguments)

    monkeypatch.setattr(editing, "bring_in", fails)
    assert engineer.post("/api/v1/campaigns/satisfaction/contacts", json=body).status_code == 500
    assert engineer.get("/api/v1/campaigns/satisfaction/progress").json["contacts"] == 4
    again = engineer.post("/api/v1/campaigns/satisfaction/contacts", json=body).json
    assert (again["added"], again["duplicates"]) == (3, 4)


def held_up(site: Site) -> None:
    """Nobody of the campaign may be called."""
    with scoped(site.engine, site.subscriber_id()) as session:
        for row in session.scalars(select(CampaignContact)):
            row.state, row.outcome, row.reason = "done", "not_allowed", "wrong_number_shown"
