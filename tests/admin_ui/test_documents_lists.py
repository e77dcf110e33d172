"""The entries of lists: pasted, searched, tried, removed, exported and read again."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session

from admin_ui.forms import entries
from conf.database import scoped
from conf.editing import documents
from conf.models import Document
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_documents_pages import audit, read


def test_wrong_lines_are_told_and_stay(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    text = "0612345678;24.12.2026;noisy\n\nnot a number\n+33899*\nru\n/(/\nanonyme\n0612345678"
    answer = browser.post("/lists/import/unwanted", data={"text": text})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert re.findall(r"Line (\d+)</b> <code>(.*?)</code>", page) == [("3", "not a number"), ("6", "/(/")]
    assert "2 entries were added. 3 were there already." in page
    assert "not a number\n/(/</textarea>" in page
    assert read(both_sites, "lists", "unwanted")["entries"][3:] == [
        {"number": "0612345678", "until": "2026-12-24", "note": "noisy"},
        {"country": "RU"},
    ]
    assert audit(both_sites) == [("changed", "list", "unwanted")]


def test_what_is_exported_is_imported_again(site: Site) -> None:
    browser = site.as_role("engineer")
    before = read(site, "lists", "unwanted")["entries"]
    text = browser.get("/lists/export/unwanted").get_data(as_text=True)
    assert entries.pasted(text, ()).entries == before
    file = (io.BytesIO(text.encode()), "unwanted.csv")
    browser.post("/lists/import/unwanted", data={"file": file}, content_type="multipart/form-data")
    assert read(site, "lists", "unwanted")["entries"] == before


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0899 12 34 56", "is on the list, by the entry +33899* (premium numbers that ring once)"),
        ("anonymous", "is on the list, by the entry anonymous"),
        ("+44 7700 900123", r"by the entry ^\+447"),
        ("01 23 45 67 89", "is not on the list: the call goes on"),
    ],
)
def test_a_number_is_tried(site: Site, number: str, said: str) -> None:
    page = site.as_role("engineer").get("/lists/test/unwanted", query_string={"number": number}).get_data(as_text=True)
    assert said in unescape(page)


def test_an_expired_entry_is_marked_and_does_not_count(site: Site) -> None:
    browser = site.as_role("engineer")
    browser.post("/lists/entry/unwanted", data={"kind": "number", "value": "0611111111", "until": "2001-01-01"})
    page = browser.get("/lists/edit/unwanted?what=expired").get_data(as_text=True)
    assert page.count('<tr class="expired">') == 1
    tried = browser.get("/lists/test/unwanted?number=0611111111").get_data(as_text=True)
    assert "is not on the list" in tried


def test_an_entry_is_changed_in_its_place_and_removed(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    page = browser.get("/lists/edit/unwanted").get_data(as_text=True)
    ids = re.findall(r'name="selected" value="(\d+)"', page)
    sent = {"id": ids[0], "kind": "number", "value": "+33898*", "note": "other ones"}
    assert browser.post("/lists/entry/unwanted", data=sent).status_code == 303
    found = read(both_sites, "lists", "unwanted")["entries"]
    assert found[0] == {"number": "+33898*", "note": "other ones"}
    page = browser.get("/lists/edit/unwanted").get_data(as_text=True)
    ids = re.findall(r'name="selected" value="(\d+)"', page)
    browser.post("/lists/entries/remove/unwanted", data={"selected": ids[:2]})
    assert read(both_sites, "lists", "unwanted")["entries"] == [found[2]]


def test_a_wrong_entry_keeps_what_was_typed(site: Site) -> None:
    browser = site.as_role("engineer")
    sent = {"kind": "regex", "value": "(", "note": "mine"}
    answer = browser.post("/lists/entry/unwanted", data=sent)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert 'value="mine"' in page
    assert "is not a regular expression" in page


def test_entries_are_found(site: Site) -> None:
    browser = site.as_role("engineer")
    many = "\n".join(f"+336000{number:05}" for number in range(120))
    browser.post("/lists/import/unwanted", data={"text": many})
    page = browser.get("/lists/edit/unwanted?page=3").get_data(as_text=True)
    assert page.count('name="selected"') == 23
    assert "Page 3 of 3" in page
    assert browser.get("/lists/edit/unwanted?q=06 00 00 01 19").get_data(as_text=True).count('name="selected"') == 1
    assert browser.get("/lists/edit/unwanted?q=ring once").get_data(as_text=True).count('name="selected"') == 1


def test_entries_of_another_subscriber_are_out_of_reach(site: Site) -> None:
    stranger = site.as_role("engineer", slug="duval")
    assert stranger.get("/lists/export/unwanted").status_code == 404
    assert stranger.get("/lists/test/unwanted?number=1").status_code == 404
    assert stranger.post("/lists/import/unwanted", data={"text": "0612345678"}).status_code == 404
    assert stranger.post("/lists/entry/unwanted", data={"kind": "number", "value": "1234"}).status_code == 404
    assert stranger.post("/lists/entries/remove/unwanted", data={"selected": ["1"]}).status_code == 404
    assert len(read(site, "lists", "unwanted")["entries"]) == 3


def shown(browser: Browser) -> list[str]:
    """The ids of the entries on the page of `unwanted`."""
    page = browser.get("/lists/edit/unwanted").get_data(as_text=True)
    return re.findall(r'name="selected" value="(\d+)"', page)


def documents_of(browser: Browser) -> list[Document]:
    """The entries of `unwanted`, over the API."""
    found: list[Document] = browser.get("/api/v1/lists/unwanted").get_json()["entries"]
    return found


def test_entries_are_removed_one_after_the_other(both_sites: Site) -> None:
    """Where one went before, the others stand elsewhere than they did."""
    browser = both_sites.as_role("engineer")
    left = documents_of(browser)
    for _ in range(2):
        chosen = shown(browser)[0]
        assert browser.post("/lists/entries/remove/unwanted", data={"selected": chosen}).status_code == 303
        left = left[1:]
        assert documents_of(browser) == left
    (chosen, *_others) = shown(browser)
    changed = browser.post("/lists/entry/unwanted", data={"id": chosen, "kind": "number", "value": "+33899*"})
    assert changed.status_code == 303
    assert documents_of(browser) == [{"number": "+33899*"}, *left[1:]]


def test_who_is_faster_is_not_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another administrator adds an entry while this one's is checked, again and again."""
    browser, real, added = site.as_role("engineer"), documents.look_ahead, []

    def look(session: Session, sid: int, kind: str, name: str, doc: Document, **options: Any) -> documents.Ahead:
        found = real(session, sid, kind, name, doc, **options)
        if session.info["read_only"]:
            added.append({"number": f"+3389900000{len(added)}"})
            with scoped(site.engine, sid) as other:
                there = documents.read(other, sid, kind, name)
                documents.save(other, sid, kind, name, {**there, "entries": [*there["entries"], added[-1]]}, domain="x")
        return found

    before = documents_of(browser)
    monkeypatch.setattr(documents, "look_ahead", look)
    browser.post("/lists/entry/unwanted", data={"kind": "number", "value": "+33612345678"})
    assert len(added) == 3
    assert documents_of(browser) == [*before, *added, {"number": "+33612345678"}]


def test_trying_a_number_waits_for_nobody(site: Site) -> None:
    browser = site.as_role("engineer")
    browser.get("/lists")
    with site.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")  # begins, and SQLite lets nobody else write
        answer = browser.post("/api/v1/lists/unwanted/test", json={"number": "0899123456"})
        assert (answer.status_code, answer.get_json()["listed"]) == (200, True)
