"""The editor is given only some families of texts: every text of its scripts is in one of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.admin_ui.site import Site

EDITOR = Path(__file__).parents[2] / "admin_ui" / "editor"
TEXT = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')


@pytest.mark.parametrize("language", ["fr", "de"])
def test_the_editor_has_the_words_it_shows(site: Site, language: str) -> None:
    scripts = [file for file in EDITOR.rglob("*.ts*") if ".test." not in file.name and "testing" not in file.parts]
    wanted = {json.loads(f'"{text}"') for file in scripts for text in TEXT.findall(file.read_text())}
    page = site.as_role("engineer", language=language).get("/flows/reception/edit").get_data(as_text=True)
    given = json.loads(re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.S)[1])
    assert len(wanted) > 300
    assert {text for text in wanted if text not in json.dumps(given, ensure_ascii=False)} == set()
