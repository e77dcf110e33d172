"""A subscriber whose calls the prompter listens to, and the page's side of its feed: for tests of live calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from controller.calls.attendants.stage import Follower
from tests.calls.listening_node import _write
from tests.calls.live import Live
from tests.calls.speech_stand_in import Stream

SLUG = "souffle"
NUMBER, ROBOT = "+33987200001", "+33987200002"
ANNE, BERT = "anne@souffle.example", "bert@souffle.example"
PASSWORDS = {"201": "anne-phone-201", "202": "bert-phone-202"}
RULES: list[dict[str, Any]] = [
    {"name": "refund", "title": {"en": "Refund"}, "text": {"en": "They said: {{said}}"}, "category": "money",
     "priority": 80, "cooldown": 0, "when": {"said": {"by": "customer", "phrases": {"en": ["want a refund"]}}}},
    {"name": "told twice", "title": {"en": "Once"}, "text": {"en": "Once a call"}, "once": True,
     "when": {"said": {"by": "customer", "phrases": {"en": ["tell me once"]}}}},
    {"name": "number", "title": {"en": "Number {{said}}"}, "text": {"en": "{{said}}"}, "cooldown": 0,
     "links": [{"title": {"en": "look"}, "url": "https://crm.example/?q={{said}}"}],
     "when": {"said": {"by": "customer", "regex": ["card [0-9 ]+"]}}},
    {"name": "rude", "title": {"en": "Rude"}, "text": {"en": "Listen in"}, "audience": "supervisor",
     "when": {"said": {"by": "agent", "phrases": {"en": ["shut up"]}}}},
    {"name": "message", "title": {"en": "Message"}, "text": {"en": "{{said}}"},
     "when": {"said": {"by": "customer", "phrases": {"en": ["message after the tone"]}}}},
    {"name": "held long", "title": {"en": "On hold"}, "text": {"en": "Take it back"},
     "when": {"event": {"kind": "hold"}}},
]  # fmt: skip
CHECKLISTS: list[dict[str, Any]] = [
    {"name": "manners", "title": {"en": "Manners"}, "steps": [
        {"name": "greet", "title": {"en": "Greet"}, "phrases": {"en": ["good morning"]}},
        {"name": "thank", "title": {"en": "Thank"}, "by": "agent", "phrases": {"en": ["thank you"]}}]},
]  # fmt: skip


def make(folder: Path, slug: str = SLUG, number: str = NUMBER, **policy: Any) -> Path:
    """Write a subscriber: its number rings 201; everything is listened to unless the policy says something else."""
    house = folder / slug
    (house / "flows").mkdir(parents=True, exist_ok=True)
    (house / "prompter").mkdir(exist_ok=True)
    plain: dict[str, Any] = {"time_zone": "Europe/Paris", "country": "FR", "emergency": ["15"], "language": "en"}
    policy = {"every": True, "directions": ["inbound", "outbound", "internal"]} | policy
    _write(house / "subscriber.yaml", {"name": "Prompted", "slug": slug} | plain | {"prompter": policy})
    names = {"201": "anne", "202": "bert"}
    _write(house / "users.yaml", [
        {"login": f"{names[extension]}@{slug}.example", "name": names[extension].title(), "role": "agent",
         "extension": extension, "sip_password": password, "outbound_number": number}
        for extension, password in PASSWORDS.items()
    ])  # fmt: skip
    _write(house / "numbers.yaml", [{"number": number, "flow": "ring"}])
    _write(house / "prompter" / "rules.yaml", RULES)
    _write(house / "prompter" / "checklists.yaml", CHECKLISTS)
    exits = {"answered": "end", "busy": "end", "no_answer": "end", "failed": "end"}
    ring = {"kind": "dial", "to": ["201"], "ring": 30, "exits": exits}
    nodes = {"ring": ring, "end": {"kind": "hang_up"}}
    _write(house / "flows" / "ring.yaml", {"name": "ring", "start": "ring", "nodes": nodes})
    return house


class Page:
    """What a page shows: the newest document of each key."""

    def __init__(self, live: Live, user: str = ANNE, slug: str = SLUG) -> None:
        assert live.controller
        self.live = live
        subscriber = live.controller.configuration.by_slug(slug)
        assert subscriber
        self._stages = live.controller.desk.stages
        self.follower: Follower = self._stages.follow(subscriber.subscriber_id, user)
        self.documents: list[dict[str, Any]] = []

    def close(self) -> None:
        self._stages.leave(self.follower)

    def read(self) -> list[dict[str, Any]]:
        while (document := self.follower.next(0)) is not None:
            self.documents.append(document)
        return self.documents

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The newest of each key of a kind."""
        key = {"call": "call", "said": "key", "card": "card", "withdrawn": "card", "checklist": "checklist"}[kind]
        return list({one[key]: one for one in self.read() if one["type"] == kind}.values())

    def until(self, kind: str, within: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """Wait for a document of which all this is true."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.of(kind) if all(one[k] == v for k, v in wanted.items())), None)

        document: dict[str, Any] = self.live.until(found, within)
        return document


CUSTOMER, AGENT = 0, 1


def says(stream: Stream, side: int, text: str, start: float = 1.0, final: bool = True) -> None:
    """Somebody says something, with the times of the words."""
    words, at = [], start
    for word in text.split():
        words.append({"word": word, "start": at, "end": at + 0.3, "certainty": 1.0})
        at += 0.35
    stream.tells("partial", side=side, text=text, at=at)
    if final:
        stream.tells("final", side=side, text=text, start=start, end=at, words=words, certainty=1.0)


