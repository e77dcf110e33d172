"""The pages of documents: what is saved, what is refused, what another person did meanwhile, what comes back."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from conf.database import operator, scoped
from conf.editing import documents
from conf.models import AuditEntry
from tests.admin_ui.site import Browser, Site

PAGES = {
    "numbers": "+33123456789",
    "users": "claire@martin.example",
    "extensions": "1000",
    "schedules": "office",
    "lists": "unwanted",
    "prompts": "welcome",
}


class Inputs(HTMLParser):
    """What a browser would send of the form `document`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._inside = self._template = False
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "form":
            self._inside = about.get("id") == "document"
        self._template = self._template or tag in ("template", "noscript")
        if not self._inside or self._template:
            return
        name = about.get("name") or ""
        is_sent = about.get("type") != "checkbox" or "checked" in about
        if tag == "input" and name and is_sent and about.get("type") != "file":
            self.sent.setdefault(name, []).append(about.get("value") or "")
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((about.get("value") or "", "selected" in about))
        elif tag == "textarea":
            self._area, self.sent[name] = name, [""]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("template", "noscript"):
            self._template = False
        elif tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self.sent[self._select], self._select = chosen, ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._inside:
            self.sent[self._area][0] += data.removeprefix("\n") if not self.sent[self._area][0] else data


def inputs(page: str) -> dict[str, list[str]]:
    parser = Inputs()
    parser.feed(page)
    return parser.sent


def form(browser: Browser, path: str) -> dict[str, list[str]]:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return inputs(answer.get_data(as_text=True))


def read(site: Site, kind: str, name: str, slug: str = "martin") -> dict[str, Any]:
    sid = site.subscriber_id(slug)
    with scoped(site.engine, sid, read_only=True) as session:
        return documents.read(session, sid, kind, name)


def audit(site: Site) -> list[tuple[str, str, str]]:
    with operator(site.engine, read_only=True) as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.kind, entry.name) for entry in found]


@pytest.mark.parametrize("kind", PAGES)
def test_saving_what_is_shown_leaves_every_byte(both_sites: Site, kind: str) -> None:
    browser, name = both_sites.as_role("administrator"), PAGES[kind]
    before = json.dumps(read(both_sites, kind, name))
    answer = browser.post(f"/{kind}/edit/{name}", data=form(browser, f"/{kind}/edit/{name}"))
    assert answer.status_code == 303
    assert json.dumps(read(both_sites, kind, name)) == before
    assert audit(both_sites) == []


def test_a_change_is_saved_told_and_noted(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    sent = form(browser, "/numbers/edit/+33123456789") | {"flow": ["orders"]}
    answer = browser.post("/numbers/edit/+33123456789", data=sent, follow_redirects=True)
    assert "Saved. Callers follow the flow “orders”." in unescape(answer.get_data(as_text=True))
    assert read(both_sites, "numbers", "+33123456789")["flow"] == "orders"
    assert audit(both_sites) == [("changed", "number", "+33123456789")]


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(site: Site) -> None:
    browser = site.as_role("administrator", language="fr")
    sent = form(browser, "/users/new") | {"login": ["pas une adresse"], "name": ["Zoé"], "extension": ["101"]}
    answer = browser.post("/users/new", data=sent)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert inputs(page)["login"] == ["pas une adresse"]
    assert inputs(page)["name"] == ["Zoé"]
    wrong = re.search(r'data-field="login">.*?class="error"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert wrong
    assert "«\xa0pas une adresse\xa0» n'est pas une adresse" in wrong.group(1)


def test_a_number_of_another_subscriber_is_not_available(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    sent = form(browser, "/numbers/new") | {"number": ["+493012345678"]}
    answer = browser.post("/numbers/new", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "+493012345678 is not available." in page
    assert "duval" not in page


@pytest.mark.parametrize("kind", PAGES)
def test_documents_of_another_subscriber_do_not_exist(site: Site, kind: str) -> None:
    browser, name = site.as_role("administrator", slug="duval"), PAGES[kind]
    if kind in ("schedules", "prompts", "extensions"):  # duval has one of the same name
        page = browser.get(f"/{kind}/edit/{name}").get_data(as_text=True)
        assert "Boulangerie" not in page
        return
    assert browser.get(f"/{kind}/edit/{name}").status_code == 404
    assert browser.post(f"/{kind}/edit/{name}", data={"name": "x"}).status_code == 404
    assert browser.post(f"/{kind}/remove/{name}").status_code == 404
    assert f"edit/{name}" not in browser.get(f"/{kind}").get_data(as_text=True)


@pytest.mark.parametrize("role", ["agent", "fax", "operator"])
def test_other_roles_edit_nothing(site: Site, role: str) -> None:
    browser = site.as_role(role)
    for kind in PAGES:
        assert browser.get(f"/{kind}").status_code == 403
        assert browser.post(f"/{kind}/new", data={}).status_code == 403
        assert browser.post(f"/{kind}/restore", data={}).status_code == 403
    assert browser.get("/settings").status_code == 403
    assert browser.get("/settings/export").status_code == 403


def test_two_people_edit_the_same_number(both_sites: Site) -> None:
    mine, theirs = both_sites.as_role("engineer"), both_sites.as_role("administrator")
    path = "/numbers/edit/+33123456789"
    sent = form(mine, path) | {"fallback": ["101"], "mode": ["both"]}
    theirs.post(path, data=form(theirs, path) | {"flow": ["orders"], "mode": ["fax"]})
    answer = mine.post(path, data=sent)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert read(both_sites, "numbers", "+33123456789")["mode"] == "fax"
    assert "<del>reception</del>" in page
    assert "You typed: both." in page
    again = inputs(page)
    assert (again["fallback"], again["mode"], again["flow"]) == (["101"], ["both"], ["orders"])
    assert mine.post(path, data=again).status_code == 303
    assert read(both_sites, "numbers", "+33123456789") == {
        "number": "+33123456789",
        "flow": "orders",
        "mode": "both",
        "fallback": "101",
    }


def undo_of(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_what_was_removed_comes_back(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    before = json.dumps(read(both_sites, "numbers", "+33123456780"))
    page = browser.post("/numbers/remove/+33123456780").get_data(as_text=True)
    assert "/numbers/edit/+33123456780" not in page
    answer = browser.post("/numbers/restore", data={"kept": undo_of(page)}, follow_redirects=True)
    assert "/numbers/edit/+33123456780" in answer.get_data(as_text=True)
    assert json.dumps(read(both_sites, "numbers", "+33123456780")) == before
    assert [action for action, _kind, _name in audit(both_sites)] == ["removed", "created"]


def test_another_subscriber_cannot_bring_it_to_themselves(site: Site) -> None:
    page = site.as_role("engineer").post("/numbers/remove/+33123456780").get_data(as_text=True)
    stranger = site.as_role("engineer", slug="duval")
    stranger.post("/numbers/restore", data={"kept": undo_of(page)})
    assert "+33123456780" not in stranger.get("/numbers").get_data(as_text=True)


def test_what_is_used_is_not_removed_and_says_where(site: Site) -> None:
    browser = site.as_role("engineer")
    page = browser.get("/schedules/edit/office").get_data(as_text=True)
    assert "the flow reception" in page
    assert "/schedules/remove/office" not in page
    answer = browser.post("/schedules/remove/office")
    assert answer.status_code == 422
    assert "reception" in answer.get_data(as_text=True)
    assert read(site, "schedules", "office")


def test_a_new_name_is_carried_into_what_uses_the_old_one(site: Site) -> None:
    browser = site.as_role("administrator")
    sent = form(browser, "/users/edit/paul@martin.example") | {"extension": ["103"]}
    answer = browser.post("/users/edit/paul@martin.example", data=sent)
    if answer.status_code == 422:  # a published flow rings it: that never changes
        assert "what is published never changes" in answer.get_data(as_text=True)
        assert read(site, "users", "paul@martin.example")["extension"] == "102"
        return
    assert read(site, "users", "claire@martin.example")["forward"]["busy"] == {"to": "103"}


def test_a_copy_has_another_name(site: Site) -> None:
    browser = site.as_role("engineer")
    sent = form(browser, "/lists/new?like=unwanted") | {"name": ["unwanted too"]}
    assert sent["like"] == ["unwanted"]
    assert browser.post("/lists/new", data=sent).status_code == 303
    assert read(site, "lists", "unwanted too") == {**read(site, "lists", "unwanted"), "name": "unwanted too"}


def test_a_preview_writes_nothing(site: Site) -> None:
    browser = site.as_role("engineer")
    sent = form(browser, "/schedules/edit/office")
    sent = {key: value for key, value in sent.items() if not key.startswith("hours.")}
    page = browser.post("/schedules/preview?name=office", data=sent).get_data(as_text=True)
    assert "does not open" in page or "opens" in page
    assert read(site, "schedules", "office")["hours"]
    assert browser.post("/schedules/preview?name=office", data={"hours.mon.0.from": "x"}).status_code == 200


def test_a_list_is_a_file_too(site: Site) -> None:
    browser = site.as_role("engineer")
    answer = browser.get("/numbers?format=csv&mode=fax")
    rows = answer.get_data(as_text=True).splitlines()
    assert answer.mimetype == "text/csv"
    assert len(rows) == 2
    assert rows[1].startswith("+33123456780,")


def test_the_telephone_is_told_once(both_sites: Site) -> None:
    browser = both_sites.as_role("administrator")
    sent = form(browser, "/users/new") | {"login": ["zoe@martin.example"], "name": ["Zoé"], "extension": ["103"]}
    page = browser.post("/users/new", data=sent).get_data(as_text=True)
    secrets = re.findall(r'class="secret">([^<]+)<', page)
    assert secrets[0] == "103"
    assert len(secrets[1]) == 20
    assert secrets[1] not in browser.get("/users/edit/zoe@martin.example").get_data(as_text=True)
    again = browser.post("/users/sip-password/zoe@martin.example").get_data(as_text=True)
    assert secrets[1] not in again
    assert ("changed", "telephone", "zoe@martin.example") in audit(both_sites)
    assert browser.post("/users/sip-password/nobody@martin.example").status_code == 404


def test_nobody_removes_themselves(site: Site) -> None:
    browser = site.as_role("administrator")
    browser.post("/users/remove/administrator@martin.test")
    assert read(site, "users", "administrator@martin.test")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("103", "103 is free."),
        ("101", "101 is given already: Claire Martin. The next free one is 103."),
        ("112", "112 is an emergency number."),
        ("10", "10 and 1000 begin alike"),
        ("1", "2 to 8 digits"),
    ],
)
def test_a_conflict_is_said_before_saving(site: Site, number: str, said: str) -> None:
    page = site.as_role("administrator").get(f"/extensions/check?number={number}").get_data(as_text=True)
    assert said in " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


def test_the_plan_shows_what_stands_behind_each_number(site: Site) -> None:
    page = unescape(site.as_role("administrator").get("/extensions").get_data(as_text=True))
    assert 'title="101: Claire Martin"' in page
    assert 'title="112: emergency number"' in page
    assert "next free: 103" in page
    assert "3 used, 65 free of 100, 31 begin like another number" in page
    assert 'class="alike" title="151: begins like 15"' in page


def test_settings_are_saved(site: Site) -> None:
    browser = site.as_role("administrator")
    sent = form(browser, "/settings") | {"emergency": ["15, 17 18;112 115"]}
    assert browser.post("/settings", data=sent).status_code == 303
    assert read(site, "subscriber", "martin")["emergency"] == ["15", "17", "18", "112", "115"]
    answer = browser.post("/settings", data=form(browser, "/settings") | {"emergency": ["101"]})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "text", "found"),
    [
        ("administrator", "claire", {"/users/edit/claire@martin.example"}),
        ("administrator", "01 23 45 67 89", {"/numbers/edit/+33123456789", "/calls?q=%2B33123456789"}),
        ("administrator", "recep", {"/flows/reception/edit"}),
        ("fax", "claire", set()),
        ("agent", "reception", set()),
        ("operator", "martin", set()),
        ("administrator", "anna", set()),  # of another subscriber
    ],
)
def test_the_palette_finds_what_one_may_see(site: Site, role: str, text: str, found: set[str]) -> None:
    page = site.as_role(role).get("/search", query_string={"q": text}).get_data(as_text=True)
    assert set(re.findall(r'href="([^"]+)"', page)) >= found
    assert found or not re.search(r"/(users|flows|numbers)/", page)
