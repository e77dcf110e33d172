"""A trial call: FreeSWITCH (or its stand-in) calls a flow of ours as a caller would, and presses keys on time."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import gevent

from controller.calls.journal import Entry, Follower, Journal
from controller.esl import api, applications
from controller.esl.applications import Leg
from controller.esl.errors import EslError
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
KEYS = re.compile(r"[0-9*#A-D]{1,32}")
THINKING = 0.6  # seconds from the start of a question to the key
LONGEST = 3600.0  # seconds that a trial is followed


@dataclass(frozen=True)
class Trial:
    """Who calls whom, with which keys. `press` holds one group of keys for each question, in order."""

    caller: str
    dialled: str
    subscriber: str
    press: tuple[str, ...] = ()
    hang_up_after: float | None = None

    @property
    def context(self) -> str:
        """A short number is dialled from a phone of the subscriber, anything else comes from outside."""
        return "internal" if self.subscriber else "public"


def place(connection: Inbound, journal: Journal, trial: Trial) -> str:
    """Start a trial call; returns its call id at once. Its story is in the journal."""
    call, uuid = str(uuid4()), str(uuid4())
    follower = journal.follow(lambda entry: entry.call == call)
    command = api.originate(_leg(trial, call, uuid), applications.park(), ring=60.0)
    gevent.spawn(_originate, connection, journal, command, call)
    gevent.spawn(_play_caller, connection, journal, follower, uuid, trial)
    return call


def _leg(trial: Trial, call: str, uuid: str) -> Leg:
    """The caller's side of a loopback channel: FreeSWITCH gives its variables to the side that is offered."""
    told = {"souffleur_call": call, "souffleur_origin": "test", "loopback_bowout": "false"}
    if trial.subscriber:
        told["souffleur_subscriber"] = trial.subscriber
    return Leg.loopback(trial.dialled, trial.context, uuid=uuid, variables=told, caller_number=trial.caller)


def _originate(connection: Inbound, journal: Journal, command: Any, call: str) -> None:
    try:
        connection.bgapi(command, timeout=120.0)
    except EslError as error:
        journal.note(call, 0, None, "not_placed", {"reason": str(error)})


def _play_caller(connection: Inbound, journal: Journal, follower: Follower, uuid: str, trial: Trial) -> None:
    keys = list(trial.press)
    leaving = gevent.spawn_later(trial.hang_up_after, _leave, connection, uuid) if trial.hang_up_after else None
    try:
        while entry := follower.next(LONGEST):
            if entry.kind in ("ended", "not_placed"):
                return
            if keys and _asks(entry):
                gevent.spawn_later(THINKING, _press, connection, uuid, keys.pop(0))
    finally:
        journal.leave(follower)
        if leaving:
            leaving.kill()
        _leave(connection, uuid)


def _asks(entry: Entry) -> bool:
    return entry.kind == "command" and entry.data.get("type") == "collect"


def _press(connection: Inbound, uuid: str, keys: str) -> None:
    _quietly(connection, api.uuid_send_dtmf(uuid, keys))


def _leave(connection: Inbound, uuid: str) -> None:
    _quietly(connection, api.uuid_kill(uuid))


def _quietly(connection: Inbound, command: Any) -> None:
    try:
        connection.bgapi(command)
    except EslError as error:
        log.debug("trial call: %s", error)


def read_trial(document: dict[str, Any]) -> Trial:
    """Read a trial from JSON; ValueError names the field that is wrong and why."""
    caller, dialled = str(document.get("from", "")), str(document.get("to", ""))
    for name, number in (("from", caller), ("to", dialled)):
        if not NUMBER.fullmatch(number):
            raise ValueError(f"{name}: {number!r} is not a number: digits, * and #, perhaps a + before them")
    press = document.get("press", [])
    if not isinstance(press, list) or not all(isinstance(keys, str) and KEYS.fullmatch(keys) for keys in press):
        raise ValueError("press: a list of keys is expected, such as 2# (0 to 9, * and #)")
    seconds = document.get("hang_up_after")
    if seconds is not None and not (isinstance(seconds, int | float) and 0 < seconds <= LONGEST):
        raise ValueError(f"hang_up_after: seconds are expected, more than 0 and at most {LONGEST:.0f}")
    return Trial(caller, dialled, str(document.get("subscriber", "")), tuple(press), seconds)
