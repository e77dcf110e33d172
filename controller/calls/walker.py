"""A call's walk, one command after the other: checkpoint, perform or recover, write down, hear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from conf.snapshot import Snapshot
from controller.calls.channel import Channel
from controller.calls.checkpoint import Checkpoint
from controller.calls.journal import Log
from controller.calls.lookups import Lookups
from controller.calls.offer import CHECKPOINT, INTENT
from controller.calls.tally import Tally
from controller.esl.fields import Headers
from controller.flow.commands import (
    CheckHours,
    CheckList,
    Command,
    Count,
    HangUp,
    HungUp,
    Request,
    Result,
)
from controller.flow.engine import Walk
from controller.flow.recorded import shown, shown_result, without_secrets

LOOKUPS = (CheckHours, CheckList, Count, Request)


class HandOver(Exception):
    """The call stands between two commands, and another controller is to go on with it."""


@dataclass
class Walker:
    """Drives the walks of one call: its flow, and whatever follows after a fallback or a transfer.

    `base` is added to a walk's index, so that no two commands of a call have one key. What was walked is in the tally.
    `leaving` asks before each command whether the call is to be handed over.
    """

    call: str
    channel: Channel
    lookups: Lookups
    subscriber: Snapshot | None
    log: Log
    mark: Callable[[int, dict[str, Any], Tally], Checkpoint | None]
    tally: Tally
    leaving: Callable[[], bool] = lambda: False
    intent: str = ""  # the request that an earlier controller sent while the database could not note it
    base: int = 0
    walk: Walk | None = None
    waiting: Command | None = None
    hung_up: bool = False  # by the flow itself
    next_walk: Callable[[Walk], Walk] | None = None

    def drive(self, walk: Walk, command: Command | None, kept: Headers | None = None) -> None:
        """Walk to the end. With `kept`, the variables of a call that another controller had, the first is recovered."""
        self._enter(walk)
        while command is not None and self.walk is not None:
            self.waiting = command
            try:
                result = self._recover(command, kept) if kept is not None else self._perform(command)
            except HungUp as gone:
                command = self.walk.hang_up(gone.cause)
                continue
            finally:
                kept = None
            self._note_result(command, result)
            command = self._next(result)

    def finish(self) -> None:
        """Write down where the walk ended."""
        if self.walk:
            self.tally.path += self.walk.path
            self.base += self.walk.index + 1
            self.walk = None

    def checkpoint(self) -> None:
        """Leave on the channel where the call is; returns when FreeSWITCH has it."""
        if self.walk is None or self.channel.hung_up:
            return
        sofar = replace(self.tally, path=[*self.tally.path, *self.walk.path])
        mark = self.mark(self.base, self.walk.checkpoint(), sofar)
        if mark is None:
            return
        if text := mark.dump():
            self.channel.checkpoint(CHECKPOINT, text)
        else:
            self.log.note("checkpoint_too_long", node=self.walk.here.node)

    def redirect(self, onto: Callable[[Walk], Walk]) -> None:
        """Leave the present walk for another one as soon as the command in progress has ended."""
        self.next_walk = onto
        self.channel.interrupt()

    def _enter(self, walk: Walk) -> None:
        self.finish()
        self.walk = walk

    def _next(self, result: Result) -> Command:
        assert self.walk
        if self.next_walk is None:
            return self.walk.hear(result)
        onto, self.next_walk = self.next_walk, None
        self.channel.interrupted = False
        self._enter(onto(self.walk))
        return self.walk.begin()

    def _perform(self, command: Command) -> Result:
        assert self.walk
        key = self._key()
        if self.leaving() and not self.channel.hung_up:
            self.checkpoint()
            raise HandOver
        self.channel.prepare(command)
        if isinstance(command, HangUp) and command.outcome:
            self.tally.outcome = command.outcome
        if command.waits or isinstance(command, Count):
            self.checkpoint()
        self._note(command)
        if isinstance(command, LOOKUPS):
            assert self.subscriber
            self.channel.be_sure()
            return self.lookups.perform(command, self.subscriber, self.call, key, self._intends)
        # A flow that goes on after the caller has left ends with a HangUp too.
        self.hung_up = isinstance(command, HangUp) and not self.channel.hung_up
        return self.channel.perform(command, key)

    def _recover(self, command: Command, kept: Headers) -> Result:
        """The command that another controller had sent: its result if FreeSWITCH kept one, else by its recovery."""
        if isinstance(command, Count | Request):
            assert self.subscriber
            self.checkpoint()
            self.channel.be_sure()
            marked = self.intent == self._key()
            return self.lookups.recover(command, self.subscriber, self.call, self._key(), marked, self._intends)
        if not isinstance(command, LOOKUPS) and (result := self.channel.kept(command, self._key(), kept)):
            return result
        return self._perform(command)

    def leave_for(self, walk: Walk, onto: Callable[[Walk], Walk], kept: Headers) -> Walk:
        """Leave a walk that waits, for one that was ordered while no controller had the call; note how it waited."""
        if walk.waiting and not isinstance(walk.waiting, LOOKUPS):
            self.channel.kept(walk.waiting, str(self.base + walk.index), kept)
        self.tally.path += walk.path
        self.base += walk.index + 1
        return onto(walk)

    def _intends(self, key: str) -> None:
        """Leave on the channel that a request is about to be sent."""
        if not self.channel.hung_up:
            self.channel.checkpoint(INTENT, key)
            self.channel.be_sure()  # in this order: whoever reads no mark may send it, and we do not

    def _key(self) -> str:
        return str(self._index)

    @property
    def _index(self) -> int:
        """Of the command in progress, in its call."""
        assert self.walk
        return self.base + self.walk.index

    def _note(self, command: Command) -> None:
        assert self.walk
        here, gone = self.walk.here, {"gone": True} if self.walk.gone else {}
        told = without_secrets(shown(command), self.walk.call)
        place = {"flow": here.flow, "version": here.version, "node": here.node}
        self.log.note("command", **place, index=self._index, **gone, **told)

    def _note_result(self, command: Command, result: Result) -> None:
        self.log.note("result", index=self._index, **shown_result(command, result))
