"""FreeSWITCH's list of channels, as a sweep reads it. It is late by up to half a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from controller.esl import api
from controller.esl.inbound import Inbound

LOOP = "souffleur"  # the context that every call of ours lives in


@dataclass(frozen=True)
class Row:
    """A channel that is offered to controllers. `application` is the last one that began, which may have ended."""

    uuid: str
    application: str
    legs: tuple[str, ...]  # that ring or talk with it
    created: float  # epoch seconds


def offered(connection: Inbound) -> list[Row]:
    """The channels in the loop of the dialplan."""
    return read(orjson.loads(connection.bgapi(api.show_channels())))


def read(listing: Mapping[str, Any]) -> list[Row]:
    """Read the list; there are no `rows` in it when there is no channel."""
    rows: list[Mapping[str, Any]] = list(listing.get("rows", ()))
    legs, theirs = _legs(rows), _legs_of_others(rows)
    return [
        Row(row["uuid"], row.get("application", ""), legs.get(row["uuid"], ()), _epoch(row.get("created_epoch", "")))
        for row in rows
        if row.get("context") == LOOP and row["uuid"] not in theirs
    ]


def _legs(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        call = row.get("call_uuid", "")
        if call and call != row["uuid"]:
            found[call] = (*found.get(call, ()), row["uuid"])
    return found


def _legs_of_others(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {row["uuid"] for row in rows if row.get("call_uuid", "") not in ("", row["uuid"])}


def _epoch(text: object) -> float:
    return float(str(text)) if str(text).isdecimal() else 0.0
