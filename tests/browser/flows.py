"""Flows and numbers as they lie in the database, past the pages."""

from __future__ import annotations

from typing import Any

from conf.database import scoped
from conf.editing import documents, flows
from conf.flow_checks import Checks
from conf.models import Document
from tests.browser.house import House

AUTHOR = "somebody@martin.example"
SAY_AND_END: Document = {
    "start": "hello",
    "nodes": {
        "hello": {"kind": "say", "text": {"en": "Good morning."}, "exits": {"next": "end"}, "at": [0, 0]},
        "end": {"kind": "hang_up", "at": [360, 0]},
    },
}
WAITING: Document = {
    "start": "hello",
    "nodes": {
        "hello": {"kind": "say", "text": {"en": "Hello."}, "exits": {"next": "choose"}, "at": [0, 0]},
        "choose": {
            "kind": "menu",
            "prompt": {"text": {"en": "Press one."}},
            "choices": {"1": "one"},
            "tries": 9,
            "first_digit_timeout": 60.0,
            "exits": {"1": "end", "too_many": "end"},
            "at": [360, 0],
        },
        "end": {"kind": "hang_up", "at": [760, 0]},
    },
}


class Flows:
    """A subscriber's flows."""

    def __init__(self, house: House, slug: str = "martin") -> None:
        self.house = house
        self.slug = slug
        self.sid = house.subscriber_id(slug)

    def make(self, name: str, doc: Document) -> str:
        """Make a draft; its name."""
        with scoped(self.house.engine, self.sid) as session:
            flows.create(session, self.sid, {**doc, "name": name}, AUTHOR)
        return name

    def draft(self, name: str) -> Document:
        """What an editor would open."""
        with scoped(self.house.engine, self.sid, read_only=True) as session:
            return flows.draft(session, self.sid, name).doc

    def node(self, flow: str, node: str) -> dict[str, Any]:
        """A node of a draft."""
        found: dict[str, Any] = self.draft(flow)["nodes"][node]
        return found

    def versions(self, name: str) -> list[flows.Version]:
        """What was published, the newest first."""
        with scoped(self.house.engine, self.sid, read_only=True) as session:
            return flows.versions(session, self.sid, name)

    def number(self, extension: str, flow: str) -> str:
        """Let a short number lead to a flow."""
        with scoped(self.house.engine, self.sid) as session:
            doc = {"extension": extension, "flow": flow}
            documents.save(session, self.sid, "extensions", None, doc, checks=Checks(), domain="pbx.localhost")
        return extension
