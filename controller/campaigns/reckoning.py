"""What became of the calls that are open: their records tell; where there is none, FreeSWITCH, then the time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from conf.campaigns import calling
from conf.campaigns.retries import outcome_of
from conf.database import operator, scoped
from conf.models import CallRecord, CampaignCall
from controller.calls.threads import Threads

UNHEARD = timedelta(minutes=3)  # after which a call that FreeSWITCH does not have, and nobody recorded, is given up
BRIEF = 4.0  # seconds; whoever leaves sooner learnt nothing
SAID = ("reached", "refused", "machine", "message_left", "wrong_number")  # outcomes that a flow may name


@dataclass(frozen=True)
class Open:
    """A call that is not concluded; `record` when it is over and on record."""

    subscriber: int
    call: str
    channel: str
    placed_at: datetime
    mine: bool
    orphan: bool  # its controller is gone
    outcome: str
    cause: str


def reckon(
    engine: Engine,
    pool: Threads,
    controller: str,
    alive: Collection[str],
    is_live: Callable[[str], bool],
    now: datetime,
) -> None:
    """Conclude what is over. `alive` are the controllers that live; `is_live` asks FreeSWITCH for a channel."""
    for one in pool.apply(_open, (engine, controller, alive)):
        if one.outcome:
            pool.apply(_conclude, (engine, one, one.outcome, now))
        elif (one.mine or one.orphan) and now - one.placed_at > UNHEARD and not is_live(one.channel):
            pool.apply(_conclude, (engine, one, "unknown", now))


def outcome_of_record(record: CallRecord) -> str:
    """The outcome of a call that is on record.

    Where the flow names none of `SAID`, a machine that picked up is one, whoever hung up: nobody was reached.
    """
    if record.answered_at is None:
        return outcome_of(record.cause)
    if record.outcome in SAID:
        return record.outcome
    if _by_machine(record):
        return "machine"
    lasted = (record.ended_at or record.answered_at) - record.answered_at
    if record.hung_up_by == "caller" and lasted.total_seconds() < BRIEF:
        return "dropped"
    return "reached"


def _by_machine(record: CallRecord) -> bool:
    exits = [step.get("exit") for step in record.path if step.get("kind") == "who_answers"]
    return exits[-1:] == ["machine"]


def _open(engine: Engine, controller: str, alive: Collection[str]) -> Sequence[Open]:
    with operator(engine, read_only=True) as session:
        wanted = (
            select(CampaignCall, CallRecord)
            .outerjoin(CallRecord, CallRecord.call == CampaignCall.call)
            .where(CampaignCall.state != "ended")
        )
        return [
            Open(
                subscriber=row.subscriber_id,
                call=row.call,
                channel=row.channel,
                placed_at=row.placed_at.astimezone(UTC),
                mine=row.controller == controller,
                orphan=row.controller not in alive,
                outcome=outcome_of_record(record) if record is not None else "",
                cause=record.cause if record is not None else "",
            )
            for row, record in session.execute(wanted)
        ]


def _conclude(engine: Engine, one: Open, outcome: str, now: datetime) -> None:
    with scoped(engine, one.subscriber) as session:
        calling.conclude(session, one.call, outcome, one.cause, now)
