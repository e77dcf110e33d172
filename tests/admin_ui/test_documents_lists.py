"""The entries of lists: pasted, searched, tried, removed, exported and read again."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest

from admin_ui.forms import entries
from tests.admin_ui.site import Site
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
