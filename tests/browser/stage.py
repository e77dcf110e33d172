"""A web UI whose calls are told by the test, as a controller would tell them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.browser.house import House


class StagedHouse(House):
    """An installation without a controller: `tell` says what the prompter hears."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.script = folder / "script.jsonl"
        self.script.touch()

    def open(self) -> StagedHouse:
        """Start the web UI."""
        self.prepare(("martin",))
        self._begin("web", "tests.browser.staged", str(self.script))
        self._until(lambda: self.get("/login") == 200, "the web UI")
        return self

    def tell(self, user: str, *documents: dict[str, Any]) -> None:
        """The prompter tells something of a call of a user."""
        with self.script.open("a") as script:
            script.writelines(json.dumps({"user": user, "told": told}) + "\n" for told in documents)

    def done(self) -> list[list[str]]:
        """What the desk asked for."""
        done = self.script.with_suffix(".done")
        return [json.loads(line) for line in done.read_text().splitlines()] if done.exists() else []


def call(state: str = "talking", name: str = "call-1", **more: Any) -> dict[str, Any]:
    """A call."""
    known = {"uuid": "u", "user": "", "direction": "inbound", "flow": "reception", "node": "desk", "degraded": ""}
    who = {"caller": "+33612345678", "caller_name": "Nadia Petit", "called": "+33123456789", "queue": "orders"}
    begun = {"started_at": round(time.time()) - 60, "languages": {"customer": "en", "agent": "en"}}
    return {"type": "call", "call": name, "state": state, **known, **who, **begun, "handed_over": None, **more}


def said(key: str, text: str, start: float, final: bool = True, name: str = "call-1") -> dict[str, Any]:
    """An utterance."""
    times = {"start": start, "end": start + 2.0}
    return {"type": "said", "call": name, "key": key, "side": key.split("-")[0], "text": text, "final": final, **times}


def card(
    number: int, title: str, key: str = "", words: str = "", first: int = 0, name: str = "call-1"
) -> dict[str, Any]:
    """A card, shown for words of an utterance, or for a silence."""
    heard = words.split()
    place = {"side": key.split("-")[0], "key": key, "first": first, "last": first + len(heard) - 1, "words": heard}
    seen = {**place, "start": 1.0, "end": 2.0} if key else None
    why = {
        "kind": "said" if key else "silence",
        "fitted": words,
        "seconds": 0.0 if key else 8.0,
        "rate": 0.0,
        "seen": seen,
    }
    shown = {"rule": "refund", "etag": "x", "title": title, "text": "Within 7 days, with the receipt.", "links": []}
    rest = {"category": "complaints", "priority": 70, "audience": "agent", "at": 5.0, "shown_at": time.time()}
    return {"type": "card", "call": name, "card": number, **shown, **rest, "why": why}


def checklist(done: int, name: str = "call-1") -> dict[str, Any]:
    """A checklist of three steps, of which the first are done."""
    titles = (
        {"en": "Greet", "fr": "Saluer"},
        {"en": "Read back", "fr": "Récapituler"},
        {"en": "Anything else", "fr": "Autre chose"},
    )
    steps = [
        {
            "name": f"step-{place}",
            "title": title,
            "optional": place == 2,
            "at": 3.0 if place < done else None,
            "in_order": True,
        }
        for place, title in enumerate(titles)
    ]
    title = {"en": "Order", "fr": "Commande"}
    return {
        "type": "checklist",
        "call": name,
        "checklist": "order",
        "title": title,
        "adherence": done / 2,
        "steps": steps,
    }
