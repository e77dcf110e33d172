"""The stage: one call walks a flow before it is published; whoever stands around it is played by a `cue`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from controller.flow.commands import Command, HungUp, Result
from controller.flow.engine import Step, Walk
from controller.flow.events import Event, asked, heard
from controller.flow.problem import N_, FlowError
from controller.flow.world import World

LONGEST = 2000  # commands of one call
MOST_SAID = 200_000  # characters that one call may hear

Cue: TypeAlias = Callable[[Command, Step], Result | HungUp | None]
"""What comes of a command in a node; None: a person is waited for. A HangUp is answered by HungUp."""


class Endless(FlowError):
    """A call that does not end by itself."""


class Stage:
    """One call being played. `events` is what happened, `waiting` the command that a person must answer."""

    def __init__(self, walk: Walk, world: World, cue: Cue) -> None:
        self.walk = walk
        self.world = world
        self.cue = cue
        self.events: list[Event] = []
        self.waiting: Command | None = None
        self.cause = ""
        self.commands = 0
        self._said = 0

    @property
    def said(self) -> tuple[str, ...]:
        """Everything the caller heard, in words."""
        return tuple(filter(None, (sound.words for event in self.events for sound in event.sounds)))

    def play(self) -> None:
        """Play until the call ends or a person is waited for. Raises FlowError, and whatever the cue raises."""
        command: Command | None = self.walk.begin()
        for _ in range(LONGEST):
            if command is None:
                return
            self.waiting = command
            self.commands += 1
            self._note(asked(command, self.world))
            event = self._cued(command)
            if event is None:
                return
            self.waiting = None
            command = self._hear(command, event)
        raise Endless(N_("The call went on for {limit} commands and did not end."), limit=str(LONGEST))

    def _cued(self, command: Command) -> Result | HungUp | None:
        try:
            return self.cue(command, self.walk.here)
        except FlowError as broken:  # a schedule or a list that is not there, or not readable
            broken.node = broken.node or self.walk.here.node
            raise

    def _hear(self, command: Command, event: Result | HungUp) -> Command | None:
        if not isinstance(event, HungUp):
            self._note(heard(command, event))
            return self.walk.hear(event)
        if not self.walk.gone:
            self._note(heard(command, event))
        self.cause = self.cause or event.cause
        return self.walk.hang_up(event.cause)

    def _note(self, events: Iterable[Event]) -> None:
        here, step = self.walk.here, len(self.walk.path) - 1
        for event in events:
            self.events.append(replace(event, flow=here.flow, node=here.node, step=step))
            self._said += sum(len(sound.text) for sound in event.sounds)
        if self._said > MOST_SAID:
            raise Endless(N_("The call said more than {limit} characters and did not end."), limit=str(MOST_SAID))
