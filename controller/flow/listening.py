"""Listening: what every node that hears words shares. It counts, where a robot has begun, how long and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from controller.flow import ask
from controller.flow.call import Call
from controller.flow.commands import Listen, Utterance
from controller.flow.fields import Lax, wrong
from controller.flow.problem import N_
from controller.flow.understanding.words import known_words, spoken
from controller.flow.values import LONGEST

LIMITS = "robot_limits"  # seconds, turns and unanswered questions, as the node “robot” wrote them
LAST_TURNS = "last_turns"  # what the caller said last, for whoever takes the call over
SINCE, TURNS, UNANSWERED = "robot_since", "robot_turns", "robot_unanswered"


def _has_words(phrase: str) -> str:
    if not known_words(phrase):
        raise wrong("no_words", N_("{field} has no word that could be said."))
    return phrase


def _texts(value: object) -> object:
    """Let a file write one phrase where a list is meant."""
    return [value] if isinstance(value, str) else value


Said = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_has_words)]
Phrases = Annotated[tuple[Said, ...], Lax, Field(min_length=1, max_length=50), BeforeValidator(_texts)]


def hear(call: Call, command: Listen, question: bool = True) -> ask.Asking[Utterance]:
    """Listen in the call's language, and count the turn; silence counts where it leaves a `question` unanswered.

    Phrases are written as a recogniser knows them.
    """
    phrases = tuple(dict.fromkeys(filter(None, map(spoken, command.phrases))))
    heard = yield from ask.listening(replace(command, language=call.value("language"), phrases=phrases))
    if LIMITS in call.variables:
        _count(call, heard, question)
    if known := " ".join(known_words(heard.text)):
        before = call.value(LAST_TURNS)
        call.save(LAST_TURNS, (f"{before} | {known}" if before else known)[-LONGEST:])
    return heard




def exhausted(call: Call) -> bool:
    """Whether a limit of the robot is reached: it asks nothing more."""
    limits = call.value(LIMITS).split()
    if len(limits) != 3:
        return False
    spent = (_seconds(call), _number(call.value(TURNS)), _number(call.value(UNANSWERED)))
    return any(most and value >= most for value, most in zip(spent, map(_number, limits), strict=True))


def _count(call: Call, heard: Utterance, question: bool) -> None:
    answered = heard.ended in ("speech", "keys") or not question
    call.save(TURNS, str(_number(call.value(TURNS)) + 1))
    call.save(UNANSWERED, "0" if answered else str(_number(call.value(UNANSWERED)) + 1))
    if heard.at:
        began = call.value(SINCE).partition(" ")[0] or heard.at
        call.save(SINCE, f"{began} {heard.at}")


def _seconds(call: Call) -> int:
    """How long the robot has been talking: from the end of the first answer to that of the last."""
    try:
        began, last = map(datetime.fromisoformat, call.value(SINCE).split(" "))
        return int((last - began).total_seconds())
    except (ValueError, TypeError):
        return 0


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
