"""Pages of campaigns: one is made, filled, started and ended; a contact is told why it is not called."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from sqlalchemy import select

from admin_ui import campaign_words as words
from admin_ui.pages.campaign_import import guessed
from conf.campaigns import calling
from conf.campaigns.policies import Basis, Purpose
from conf.campaigns.retries import Outcome
from conf.database import scoped
from conf.models import CallRecord, Campaign, CampaignCall, CampaignContact, DoNotCall
from tests.admin_ui.site import Site

FORM: dict[str, Any] = {
    "name": "satisfaction",
    "flow": "reception",
    "number": "+33123456789",
    "purpose": "survey",
    "ground": "consent",
    "ground_since": "2026-09-01",
    "hours.mon.0.from": "9h30",
    "hours.mon.0.to": "12",
    "pace.at_once": "3",
    "pace.per_second": "0,5",
    "ring": "20",
    "most_calls": "4",
    "retries.busy.times": "2",
    "retries.busy.after": "10",
    "retries.busy.unit": "60",
}
TABLE = "Téléphone;Nom;dossier\n0612345678;Anne;A1\n12;Nobody;A2\n0612345678;Twice;A3\n+4930123456;Max;A4\n"


@pytest.fixture
def engineer(site: Site) -> Any:
    return site.as_role("engineer", slug="martin")


def made(browser: Any, **changes: str) -> None:
    answer = browser.post("/campaigns/new", data=FORM | changes)
    assert answer.status_code == 303, answer.text


def filled(browser: Any, table: str = TABLE) -> None:
    answer = browser.post("/campaigns/satisfaction/bring-in", data={"text": table, "step": "bring"})
    assert answer.status_code == 303, answer.text


def campaign(site: Site) -> SimpleNamespace:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        row = session.scalars(select(Campaign)).one()
        return SimpleNamespace(doc=row.doc, state=row.state)


def called(site: Site, outcome: str) -> str:
    """Place a call to the first contact, and end it."""
    now = datetime(2026, 11, 23, 9, 45, tzinfo=UTC)  # a Monday, within the hours of the form and of the law
    with scoped(site.engine, site.subscriber_id()) as session:
        row = session.scalars(select(Campaign)).one()
        for contact in session.scalars(select(CampaignContact)):
            contact.due_at = now
        taken = calling.take(session, row, "here", lambda: ("a-call", "a-channel"), now)
        calling.conclude(session, taken[0].call, outcome, "USER_BUSY", now + timedelta(minutes=1))
        return taken[0].number


def test_a_campaign_is_written_as_its_form_says(site: Site, engineer: Any) -> None:
    made(engineer)
    doc = campaign(site).doc
    assert doc["automatic"] is False
    assert doc["hours"] == {"mon": ["09:30-12:00"]}
    assert (doc["pace"], doc["ring"]) == ({"at_once": 3, "per_second": 0.5}, 20.0)
    assert doc["retries"] == {"busy": {"times": 2, "after": 600.0}}
    assert "most_calls" not in doc  # as usual
    page = engineer.get("/campaigns/satisfaction/edit").text
    assert 'name="pace.per_second" type="text" value="0.5"' in page
    changed = engineer.post("/campaigns/satisfaction/edit", data=FORM | {"ring": "30"})
    assert changed.status_code == 303
    assert campaign(site).doc["ring"] == 30.0


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"purpose": ""}, "purpose", "Please fill this in"),
        ({"flow": ""}, "flow", "Please fill this in"),
        ({"ring": "2"}, "ring", "at least 5"),
        ({"pace.at_once": "many"}, "pace.at_once", "must be a whole number"),
        ({"retries.busy.times": "99"}, "retries.busy.times", "at most 10"),
        ({"ground_since": ""}, "ground_since", "needs the day"),
        ({"opens": "2026-12-24", "ends": "2026-12-01"}, "ends", "before the first day"),
        ({"hours.mon.0.from": "soon"}, "hours.mon", "not a span of hours"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    engineer: Any, change: dict[str, str], place: str, said: str
) -> None:
    answer = engineer.post("/campaigns/new", data=FORM | change)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="satisfaction"' in answer.text
    assert re.search(r"aria-invalid|class=\"error\"", answer.text)
    for name, value in change.items():
        assert not value or f'value="{value}"' in answer.text, (place, name)


def test_a_table_is_looked_at_before_anything_is_kept(site: Site, engineer: Any) -> None:
    made(engineer)
    sent = {"file": (io.BytesIO(TABLE.encode("cp1252")), "contacts.csv")}
    answer = engineer.post("/campaigns/satisfaction/bring-in", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert '<option value="Téléphone" selected>' in answer.text
    assert re.search(r'value="dossier" checked', answer.text)
    assert "Row 3" in answer.text
    assert "<code>12</code>" in answer.text
    assert "nobody there is called" in answer.text  # Germany has no rules
    assert "Bring in 2 contacts" in answer.text
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert session.scalars(select(CampaignContact)).all() == []
    filled(engineer)
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        found = {row.number: (row.name, row.data) for row in session.scalars(select(CampaignContact))}
    assert found == {"+33612345678": ("Anne", {"dossier": "A1"}), "+4930123456": ("Max", {"dossier": "A4"})}


@pytest.mark.parametrize("table", ["", "name;name\n1;2\n"])
def test_a_table_that_cannot_be_read_says_so_and_stays(engineer: Any, table: str) -> None:
    made(engineer)
    answer = engineer.post("/campaigns/satisfaction/bring-in", data={"text": table, "step": "bring"})
    assert answer.status_code == 422
    assert "alert-danger" in answer.text
    assert table.replace("\n", "\r\n").strip() in answer.text.replace("\n", "\r\n")


def test_a_table_whose_number_nobody_can_tell_is_asked_for(engineer: Any) -> None:
    made(engineer)
    answer = engineer.post("/campaigns/satisfaction/bring-in", data={"text": "a;b\n0612345678;x\n", "step": "bring"})
    assert (answer.status_code, "Say which column" in answer.text) == (422, True)
    chosen = {"text": "a;b\n0612345678;x\n", "number": "a", "step": "bring"}
    assert engineer.post("/campaigns/satisfaction/bring-in", data=chosen).status_code == 303


def test_columns_are_known_by_their_names() -> None:
    assert guessed(["Nom complet", "N° de téléphone", "N°"]) == {"name": "Nom complet", "number": "N° de téléphone"}
    german = {"number": "Tel. privat", "name": "Name", "language": "Sprache"}
    assert guessed(["Name", "Tel. privat", "Sprache"]) == german
    assert guessed(["a", "b"]) == {}


def test_it_is_started_paused_and_ended(site: Site, engineer: Any) -> None:
    made(engineer)
    path = "/campaigns/satisfaction/state"
    nobody = engineer.post(path, data={"state": "running"}, follow_redirects=True)
    assert "bring in contacts first" in nobody.text
    filled(engineer)
    assert 'hx-trigger="every 3s"' not in engineer.get("/campaigns/satisfaction/progress").text
    started = engineer.post(path, data={"state": "running"}, follow_redirects=True)
    assert 'hx-trigger="every 3s"' in started.text
    assert campaign(site).state == "running"
    assert engineer.post(path, data={"state": "paused"}).status_code == 303
    ended = engineer.post(path, data={"state": "over"}, follow_redirects=True)
    assert "is over" in ended.text
    again = engineer.post(path, data={"state": "running"}, follow_redirects=True)
    assert "Nothing was changed" in again.text
    assert campaign(site).state == "over"
    assert engineer.post(path, data={"state": "gone"}).status_code == 400


def test_a_page_that_watches_is_loaded_anew_when_the_campaign_stops(engineer: Any) -> None:
    made(engineer)
    path = "/campaigns/satisfaction/progress?seen=running"
    assert engineer.get(path, headers={"HX-Request": "true"}).headers.get("HX-Refresh") == "true"
    assert "HX-Refresh" not in engineer.get(path).headers


def test_what_came_of_it_is_shown_and_exported(site: Site, engineer: Any) -> None:
    made(engineer)
    filled(engineer)
    engineer.post("/campaigns/satisfaction/state", data={"state": "running"})
    assert called(site, "refused") == "+33612345678"
    page = engineer.get("/campaigns/satisfaction/progress").text
    assert "Wants no more calls" in page
    only = engineer.get("/campaigns/satisfaction/progress?outcome=refused").text
    assert "06 12 34 56 78" in only
    assert "+49 30 123456" not in only
    lines = engineer.get("/campaigns/satisfaction/results?outcome=refused").text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("+33612345678,Anne,Is dealt with,Wants no more calls,,1,")
    assert "satisfaction" in engineer.get("/campaigns?state=running").text
    assert "satisfaction" not in engineer.get("/campaigns?state=draft").text
    barred = engineer.get("/campaigns/do-not-call").text
    assert "06 12 34 56 78" in barred
    assert "refused in satisfaction" in barred


def test_contacts_are_searched_and_paged(site: Site, engineer: Any) -> None:
    made(engineer)
    filled(engineer, "tel,name\n" + "".join(f"06123456{number:02},P{number}\n" for number in range(60)))
    first = engineer.get("/campaigns/satisfaction/progress").text
    assert "06 12 34 56 49" in first
    assert "06 12 34 56 50" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert "06 12 34 56 59" in engineer.get(following.group(1).replace("&amp;", "&")).text
    found = engineer.get("/campaigns/satisfaction/progress?q=06 12 34 56 57").text
    assert "06 12 34 56 57" in found
    assert "06 12 34 56 49" not in found
    assert "06 12 34 56 33" in engineer.get("/campaigns/satisfaction/progress?q=p33").text
    assert engineer.get("/campaigns/satisfaction/progress?cursor=nonsense").status_code == 404


def test_a_contact_is_told_every_reason(site: Site, engineer: Any) -> None:
    made(engineer, ends="2026-01-02")
    filled(engineer)
    engineer.post("/campaigns/do-not-call", data={"number": "06 12 34 56 78", "source": "letter"})
    page = engineer.get("/campaigns/satisfaction/contacts/+33612345678").text
    assert "on the do-not-call list" in page
    assert "The campaign ended on" in page
    assert "There is no moment to come" in page
    assert "As it stands" in engineer.get("/campaigns/satisfaction/progress").text
    assert engineer.get("/campaigns/satisfaction/contacts/+33600000000").status_code == 404


def test_numbers_are_put_on_the_list_and_taken_off(site: Site, engineer: Any) -> None:
    wrong = engineer.post("/campaigns/do-not-call", data={"number": "12", "source": "a letter"})
    assert (wrong.status_code, 'value="a letter"' in wrong.text) == (422, True)
    long = engineer.post("/campaigns/do-not-call", data={"number": "0612345678", "source": "x" * 65})
    assert long.status_code == 422
    assert engineer.post("/campaigns/do-not-call", data={"number": "06 12 34 56 78"}).status_code == 303
    assert "06 12 34 56 78" in engineer.get("/campaigns/do-not-call?q=0612").text
    assert "Nothing fits" in engineer.get("/campaigns/do-not-call?q=0799").text
    other = site.as_role("engineer", "duval")
    assert other.post("/campaigns/may-call-again", data={"number": "+33612345678"}).status_code == 404
    assert engineer.post("/campaigns/may-call-again", data={"number": "+33612345678"}).status_code == 303
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert session.scalars(select(DoNotCall)).all() == []
    assert engineer.post("/campaigns/may-call-again", data={"number": "+33612345678"}).status_code == 404


def test_a_campaign_may_have_the_name_of_a_page(engineer: Any) -> None:
    for name in ("do-not-call", "new", "a b & c?"):
        made(engineer, name=name)
    page = engineer.get("/campaigns").text
    for place in re.findall(r'<a href="(/campaigns/[^"]+/progress)"', page):
        assert engineer.get(unescape(place)).status_code == 200
    assert len(re.findall(r'<a href="/campaigns/[^"]+/progress"', page)) == 3


def test_two_people_change_one_campaign(site: Site, engineer: Any) -> None:
    made(engineer)
    base = re.search(r'name="base" value="([^"]+)"', engineer.get("/campaigns/satisfaction/edit").text)
    assert base
    assert engineer.post("/campaigns/satisfaction/edit", data=FORM | {"ring": "30"}).status_code == 303
    late = engineer.post("/campaigns/satisfaction/edit", data=FORM | {"most_calls": "2", "base": base.group(1)})
    assert late.status_code == 409
    assert "Somebody else saved this" in late.text
    assert campaign(site).doc["ring"] == 30.0


def test_the_newest_call_leads_to_its_page_only_when_it_has_one(site: Site, engineer: Any) -> None:
    made(engineer)
    filled(engineer)
    engineer.post("/campaigns/satisfaction/state", data={"state": "running"})
    called(site, "busy")
    assert '/calls/a-call"' not in engineer.get("/campaigns/satisfaction/progress").text
    with scoped(site.engine, site.subscriber_id()) as session:
        moment = session.scalars(select(CampaignCall.placed_at)).one()
        session.add(CallRecord(call="a-call", direction="outbound", called="+33612345678", started_at=moment))
    assert '/calls/a-call"' in engineer.get("/campaigns/satisfaction/progress").text
    assert '/calls/a-call"' in engineer.get("/campaigns/satisfaction/contacts/+33612345678").text


def test_a_large_table_is_taken_from_a_file_and_from_the_second_step(engineer: Any) -> None:
    made(engineer)
    table = "tel,name,note\n" + "".join(f"06123{number:05},P{number},{'x' * 400}\n" for number in range(2000))
    path, file = "/campaigns/satisfaction/bring-in", (io.BytesIO(table.encode()), "contacts.csv")
    seen = engineer.post(path, data={"file": file}, content_type="multipart/form-data")
    assert "Bring in 2000 contacts" in seen.text
    kept = re.search(r'<form [^>]*id="contacts-file"[^>]*>', seen.text)
    assert kept
    assert "multipart" not in kept.group()  # its fields would be bounded to half a megabyte
    assert engineer.post(path, data={"text": table, "step": "bring"}).status_code == 303


def test_every_outcome_has_a_word() -> None:
    assert set(words.OUTCOMES) == {*get_args(Outcome), "not_allowed"}
    assert set(words.PURPOSES) == set(get_args(Purpose))
    assert set(words.BASES) == set(get_args(Basis))


def test_a_contact_and_a_campaign_are_removed_and_found_before(site: Site, engineer: Any) -> None:
    made(engineer)
    filled(engineer)
    assert "/campaigns/satisfaction/progress" in engineer.get("/search?q=satisf").text
    where = "/campaigns/satisfaction/contacts/+33612345678"
    assert engineer.post(f"{where}/remove", data={"never_call": "yes"}).status_code == 303
    assert engineer.get(where).status_code == 404
    assert engineer.post(f"{where}/remove").status_code == 404
    assert "06 12 34 56 78" in engineer.get("/campaigns/do-not-call").text
    engineer.post("/campaigns/satisfaction/state", data={"state": "running"})
    engineer.post("/campaigns/satisfaction/remove")
    assert "pause it first" in engineer.get("/campaigns/satisfaction/progress").text
    engineer.post("/campaigns/satisfaction/state", data={"state": "paused"})
    assert engineer.post("/campaigns/satisfaction/remove").headers["Location"].endswith("/campaigns")
    assert engineer.get("/campaigns/satisfaction/progress").status_code == 404


def test_a_large_table_is_pasted(site: Site, engineer: Any) -> None:
    """More than forms may usually have."""
    made(engineer)
    table = "tel,note\n" + "".join(f"06123{number:05},{'x' * 150}\n" for number in range(5000))
    assert len(table) > 800_000
    assert engineer.post("/campaigns/satisfaction/bring-in", data={"text": table}).status_code == 200
