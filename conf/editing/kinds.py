"""The kinds of documents: how each is called, checked and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from conf import documents
from conf.models import Extension, Number, NumberList, OutboundRule, Prompt, Schedule, Subscriber, Trunk, User


@dataclass(frozen=True)
class Kind:
    """`word` is its name in a Change, `key` the field of a document that names it, `column` the row's."""

    word: str
    model: type[BaseModel]
    row: type[Any]
    key: str
    column: str


SUBSCRIBER = "subscriber"
KINDS = {
    "users": Kind("user", documents.User, User, "login", "login"),
    "extensions": Kind("extension", documents.Extension, Extension, "extension", "number"),
    "numbers": Kind("number", documents.Number, Number, "number", "number"),
    "schedules": Kind("schedule", documents.Schedule, Schedule, "name", "name"),
    "lists": Kind("list", documents.List, NumberList, "name", "name"),
    "prompts": Kind("prompt", documents.Prompt, Prompt, "name", "name"),
}
OPERATORS = {
    "trunks": Kind("trunk", documents.Trunk, Trunk, "name", "name"),
    "outbound": Kind("outbound", documents.OutboundRule, OutboundRule, "name", "name"),
}
ALL = {**KINDS, **OPERATORS, SUBSCRIBER: Kind(SUBSCRIBER, documents.Subscriber, Subscriber, "slug", "slug")}
