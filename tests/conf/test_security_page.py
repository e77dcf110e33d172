"""docs/security.md names a test for what it claims: each is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text("utf-8")


def test_every_test_that_is_named_is_there() -> None:
    file, named = "", 0
    for path, name in re.findall(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`", PAGE):
        file = path or file
        text = (ROOT / file).read_text("utf-8")
        assert not name or f"def {name}(" in text, (file, name)
        named += bool(name)
    assert named > 40


def test_every_place_that_is_linked_is_there() -> None:
    for target, place in re.findall(r"\]\(([\w./-]*)(#[\w-]+)?\)", PAGE):
        text = (ROOT / "docs" / target).read_text("utf-8") if target else PAGE
        headings = re.findall(r"(?m)^#+ (.+)$", text)
        places = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
        assert not place or place[1:] in places, (target, place)
