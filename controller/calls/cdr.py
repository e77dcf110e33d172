"""The record of a call that no controller lived to write, from FreeSWITCH's own account of it.

It is built as a controller builds it: the account is read like the call's last event, what the controllers had gathered
is in the checkpoint that the call carried, and what no controller saw FreeSWITCH tells. Pure.
"""

from __future__ import annotations

from typing import Any

from controller.calls.checkpoint import Checkpoint
from controller.calls.configuration import Configuration
from controller.calls.earlier import Earlier
from controller.calls.fax_facts import FAXING, SINCE, STARTED, attempt_of, received_fact, result_fact, told
from controller.calls.offer import DIALLED, DIALLING, TAKEN, read_offer
from controller.calls.ownership import Owner, read_owner
from controller.calls.record import Record
from controller.calls.spool import Fact
from controller.calls.ways import Ways
from controller.esl import cdr
from controller.esl.fax import fax_end
from controller.esl.fields import Ending, decimal, ending, variable
from controller.flow.commands import Dialled

NOBODY = Owner("", "")
NOT_TAKEN = "no controller took the call"
NOT_TAKEN_BACK = "no controller took the call back from the one that was lost"


def of_a_call(headers: dict[str, Any]) -> bool:
    """Whether a channel was offered to controllers: legs that we ring, and the far end of a trial call, never are."""
    return bool(variable(headers, DIALLED))


def record_of(headers: dict[str, Any], known: Configuration, at: float) -> Fact:
    """The row of a call that has ended; `at` (epoch seconds) is when, should the account not tell."""
    offer, ended = read_offer(headers), ending(headers)
    owner = read_owner(offer.owner)
    earlier = Earlier(offer, owner or NOBODY)
    record = Record(offer, controller=owner.controller if owner else "", source="switch")
    if earlier.saved and earlier.adopted:
        record.resume(earlier.saved)
        if known.reachable and known.subscriber(earlier.saved.subscriber) is None:
            record.subscriber = None  # gone meanwhile, with all that was its own
        _close_talk(record, earlier.saved, headers, ended)
    else:
        record.follow(Ways(known, offer).way(earlier))
    _blame(record, headers, ended)
    if variable(headers, STARTED):
        since = decimal(variable(headers, SINCE)) or ended.ended
        received = _received_into(headers, record.offer.uuid)
        record.tally.fax = told("in" if received else "out", fax_end(headers), ended.ended - since)
    return record.fact(ended, at)


def fax_facts_of(headers: dict[str, Any], record: Fact) -> list[Fact]:
    """What became of the fax of a call that no controller put on record; `record` is its row."""
    attempt, subscriber, ended = attempt_of(headers), record["subscriber"], ending(headers)
    if subscriber is None:
        return []
    at, began = record["ended_at"], bool(variable(headers, STARTED))
    seconds = at - (decimal(variable(headers, SINCE)) or at)
    end = fax_end(headers) if began else None
    if attempt:
        about = {"cause": ended.cause, "answered": bool(record["answered_at"])}
        return [result_fact(subscriber, attempt, at, end, seconds, **about)]
    uuid, file = headers.get("Unique-ID", ""), variable(headers, STARTED)
    if end is None or not _received_into(headers, uuid):
        return []
    key, caller, number = variable(headers, FAXING), record["caller"], record["number"]
    return [
        received_fact(
            subscriber, record["call"], key, end, file, caller=caller, number=number, at=at, seconds=seconds
        )
    ]


def _received_into(headers: dict[str, Any], uuid: str) -> bool:
    return variable(headers, STARTED).endswith(f"/{uuid}-{variable(headers, FAXING)}.tif")


def _close_talk(record: Record, saved: Checkpoint, headers: dict[str, Any], ended: Ending) -> None:
    """Somebody was talked to when the last controller was lost, or picked up when none lived."""
    tally = record.tally
    who, since = tally.connected or record.offer.connected or ("", 0.0)
    tally.connected = []
    if not since:
        rings = variable(headers, DIALLING) == str(saved.base + int(saved.walk.get("command", -1)))
        if not (rings and cdr.bridged(headers) and ended.answered):
            return
        who, since = cdr.bridged_to(headers), max(cdr.bridged(headers), ended.answered)
    until = max(cdr.left(headers), record.offer.parted)
    until = until if until >= since else ended.ended
    tally.dialled.append(Dialled("answered", str(who), "SUCCESS", 0.0, round(max(0.0, until - since), 3)))


def _blame(record: Record, headers: dict[str, Any], ended: Ending) -> None:
    """Who ended the call, and what went wrong: the dialplan ends a call that nobody takes."""
    tally, offer = record.tally, record.offer
    if ended.by == "caller":
        if not offer.owner and offer.waited:
            tally.problem = tally.problem or NOT_TAKEN
        return
    if tally.path and tally.path[-1].kind == "hang_up":
        just_talked = tally.dialled and tally.dialled[-1].outcome == "answered"
        record.ended_by = "called" if just_talked else "flow"
    elif not offer.owner:
        record.ended_by, tally.problem = "switch", tally.problem or NOT_TAKEN
    elif offer.lost and variable(headers, TAKEN) != "true":
        record.ended_by, tally.problem = "switch", tally.problem or NOT_TAKEN_BACK
