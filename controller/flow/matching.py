"""Whether a recorded result answers what is asked now: other words are no difference, other phones or keys are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from controller.flow import codec, recorded
from controller.flow.commands import (
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Dial,
    Dialled,
    Digits,
    HungUp,
    Listen,
    Request,
    Result,
    Utterance,
)
from controller.flow.understanding.words import UNKNOWN, heard_as


def answers(asked: Command, shown: Mapping[str, Any], told: Mapping[str, Any], result: Result | HungUp | None) -> bool:
    """Whether what came of a recorded command says what would come of another one.

    `shown` is the one asked now as the journal tells it, `told` the recorded one.
    """
    if told.get("type") != codec.tag(type(asked)):
        return False
    match asked, result:
        case Collect(), Digits():
            return _keyed(asked, result) and bool(told.get("secret")) == asked.secret
        case Listen(), Utterance():
            return _said(asked, shown, told, result)
        case Dial(), _:
            return _rang(asked, shown, told, result)
        case ((CheckHours() | CheckList() | Count()), _):
            return shown == told
        case Request(), _:  # earlier versions told of an address with its values
            return told in (shown, recorded.shown(replace(asked, template="")))
    return True


def _said(asked: Listen, shown: Mapping[str, Any], told: Mapping[str, Any], heard: Utterance) -> bool:
    """Whether the caller would be understood in the same way: by other phrases, if they hold every word said."""
    if heard.ended == "keys":
        pressed = Digits(heard.digits, "timeout" if heard.digits else "terminator")
        return asked.max_digits > 0 and _keyed(asked, pressed)
    if heard.ended != "speech" or told.get("phrases", []) == shown.get("phrases", []):
        return heard.ended != "speech" or told.get("language", "") == asked.language
    said_then = UNKNOWN not in heard.text and heard_as(heard.text, asked.phrases) == heard.text
    return said_then and told.get("language", "") == asked.language


def _keyed(asked: Collect | Listen, digits: Digits) -> bool:
    """Whether the caller's keys would be collected in the same way."""
    keys = digits.digits
    if any(key in asked.terminators for key in keys) or len(keys) > asked.max_digits:
        return False
    if digits.ended == "terminator" and not keys:
        return bool(asked.terminators)
    return digits.ended != "length" or len(keys) == asked.max_digits


def _rang(asked: Dial, shown: Mapping[str, Any], told: Mapping[str, Any], result: Result | HungUp | None) -> bool:
    """Whether the same phones ring in the same way, and long enough for what came of it."""
    now, then = shown["targets"], told.get("targets", [])
    if asked.strategy != told.get("strategy", "at_once"):
        return False
    if asked.strategy == "at_once":
        now, then = sorted(map(str, now)), sorted(map(str, then))
    if now != then or not isinstance(result, Dialled):
        return bool(now == then)
    longer = asked.ring - told.get("ring", Dial(()).ring)
    match result.outcome:
        case "answered":
            return bool(longer >= 0 or result.rang <= asked.ring)
        case "no_answer":
            return bool(longer <= 0)
    return True
