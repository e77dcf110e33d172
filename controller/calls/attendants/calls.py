"""A call as the attendant is told of it, and as the page is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from conf.snapshot import Snapshot
from controller.calls.routing import user_of
from speech.hints import Card, Standing, Why

SLOT = "Slot-"


class Place(NamedTuple):
    """Where a call is in its flow, and the language that its caller hears."""

    flow: str = ""
    node: str = ""
    language: str = ""


@dataclass(frozen=True)
class About:
    """What does not change while a controller has a call. `user` is the login of who placed it from a phone."""

    subscriber: Snapshot
    call: str
    uuid: str
    epoch: int
    direction: str
    number: str
    caller: str
    caller_name: str
    called: str
    user: str
    by_phone: bool  # the channel is a user's phone, which placed the call
    place: Callable[[], Place] = Place

    @property
    def left(self) -> str:
        """Who is at the channel: its agent where a user calls out, else the customer."""
        return "agent" if self.by_phone and self.direction == "outbound" else "customer"

    def talker(self, who: str, left: str) -> str:
        """The login of our user in a talk with `who`, an extension or a number; "" when it is nobody of ours."""
        if left == "agent":
            users = self.subscriber.users
            ours = next((one for one in users if self.user in (one.get("login"), one.get("extension"))), {})
            return str(ours.get("login", ""))
        return str((user_of(self.subscriber, extension(who)) or {}).get("login", ""))

    def name(self, login: str) -> str:
        """A user's name."""
        user = next((user for user in self.subscriber.users if user.get("login") == login), {})
        return str(user.get("name") or login)


def extension(who: str) -> str:
    """What FreeSWITCH calls a phone of ours, as people know it: 201 of 201%domain."""
    return who.partition("%")[0]


def handed_over(carried: Iterable[tuple[str, str]]) -> dict[str, Any] | None:
    """What a robot tells who is rung; None where it tells nothing."""
    told = dict(carried)
    if not told:
        return None
    slots = {name.removeprefix(SLOT).replace("-", "_"): text for name, text in told.items() if name.startswith(SLOT)}
    turns = [{"by": "customer", "text": text.strip()} for text in told.get("Turns", "").split("|") if text.strip()]
    return {"summary": told.get("Summary", ""), "slots": slots, "turns": turns}


def why_document(why: Why) -> dict[str, Any]:
    """Why a card was shown."""
    seen = why.seen and {
        "side": why.seen.side,
        "key": utterance_key(why.seen.side, why.seen.utterance),
        "first": why.seen.first,
        "last": why.seen.last,
        "words": list(why.seen.words),
        "start": round(why.seen.start, 2),
        "end": round(why.seen.end, 2),
    }
    head = {"kind": why.kind, "fitted": why.fitted, "seconds": round(why.seconds, 2), "rate": round(why.rate, 1)}
    return head | {"seen": seen}


def card_document(call: str, card: Card, etag: str, shown_at: float, why: Mapping[str, Any]) -> dict[str, Any]:
    """A card as the page shows it."""
    return {
        "type": "card",
        "call": call,
        "card": card.id,
        "rule": card.rule,
        "etag": etag,
        "title": card.title,
        "text": card.text,
        "links": [list(link) for link in card.links],
        "category": card.category,
        "priority": card.priority,
        "audience": card.audience,
        "at": round(card.at, 2),
        "shown_at": shown_at,
        "why": dict(why),
    }


def checklist_document(call: str, standing: Standing) -> dict[str, Any]:
    """A checklist as the page shows it."""
    return {
        "type": "checklist",
        "call": call,
        "checklist": standing.checklist,
        "title": standing.title,
        "adherence": round(standing.adherence, 4),
        "steps": [
            {
                "name": step.name,
                "title": step.title,
                "optional": step.optional,
                "at": None if step.at is None else round(step.at, 2),
                "in_order": step.in_order,
            }
            for step in standing.steps
        ],
    }


def utterance_key(side: str, number: int) -> str:
    """The key of an utterance within its call."""
    return f"{side}-{number}"
