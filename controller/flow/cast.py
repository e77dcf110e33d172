"""The cast: everybody around a call that is tried out. The world answers what needs nobody, the script the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.flow import lists
from controller.flow.commands import (
    CheckHours,
    CheckList,
    Collect,
    Command,
    Dial,
    Dialled,
    Digits,
    HangUp,
    HungUp,
    Listed,
    Listen,
    Play,
    Recorded,
    RecordMessage,
    Replied,
    Request,
    Result,
    Utterance,
)
from controller.flow.engine import Step
from controller.flow.problem import N_, Problem
from controller.flow.script import Given, Line, Unfit
from controller.flow.world import World

NORMAL = "NORMAL_CLEARING"
Scripted = Collect | Listen | RecordMessage | Dial | Request
Asked = TypeVar("Asked", bound=Command)


class Cast:
    """Gives a stage its cues. `lines` are those of the script that are left, each with its place in it."""

    def __init__(self, given: Given, script: Sequence[Line], world: World) -> None:
        self.given = given
        self.world = world
        self.at = given.moment(ZoneInfo(world.time_zone))
        self.counters = dict(given.counters)
        self.lines = deque(enumerate(script))
        self.lasted: float | None = None  # seconds of the call; nobody waits where it is played by text
        self._known: dict[CheckHours | CheckList, Result | None] = {}  # the call stands still at one moment

    def problems(self, where: str = "given") -> list[Problem]:
        """List what is given and does not exist."""
        message = N_("There is no list “{name}”.")
        unknown = [name for name in self.given.lists if name not in self.world.lists]
        return [Problem("", f"{where}.lists.{name}", "unknown_list", message, {"name": name}) for name in unknown]

    def cue(self, command: Command, here: Step) -> Result | HungUp | None:
        """Say what the call hears next: the end, the world's answer, or the script's next line.

        Raises Unfit, with the line's place, when the script does something else; FlowError for a world that is broken.
        """
        if isinstance(command, HangUp):
            return HungUp(command.cause)
        heard = isinstance(command, Play | Collect | Listen | RecordMessage | Dial)
        if self.lines and self.lines[0][1].leaves(here.flow, here.node, heard):
            self.lines.popleft()
            return HungUp(NORMAL)
        answered = self.answer(command)
        if answered is not None or not self.lines:
            return answered
        assert isinstance(command, Scripted)
        place, line = self.lines.popleft()
        try:
            result = self.act(line, self.free(command))
        except Unfit as unfit:
            raise Unfit(unfit.message, place, line=str(line), **unfit.fields) from None
        if isinstance(result, Utterance):
            return replace(result, at=self.at.isoformat())
        return self._at_last(command, result) if isinstance(command, Dial) else result

    def free(self, command: Asked) -> Asked:
        """A dial with those phones only that are not busy; any other command as it is."""
        if not isinstance(command, Dial):
            return command
        targets = tuple(target for target in command.targets if target.number not in self.given.busy)
        return replace(command, targets=targets)

    def act(self, line: Line, command: Scripted) -> Digits | Utterance | Recorded | Dialled | Replied:
        """Do what a line of the script says. Raises Unfit when the command asks for something else."""
        return line.act(command)

    def answer(self, command: Command) -> Result | None:
        """What the world answers, which needs nobody; None where a person is waited for."""
        match command:
            case CheckList() if command.list in self.given.lists:
                return self._listed(command)
            case CheckHours() | CheckList():
                if command not in self._known:
                    self._known[command] = self.world.answer(command, self.at, self.counters)
                return self._known[command]
            case Dial():
                return None if self.free(command).targets else Dialled("busy")
        return self.world.answer(command, self.at, self.counters)

    def _at_last(self, command: Dial, result: Result) -> Result:
        """What comes of ringing in turn when nobody answers is what comes of the last one, as on a switch."""
        last_is_busy = command.strategy == "in_turn" and command.targets[-1].number in self.given.busy
        if isinstance(result, Dialled) and result.outcome != "answered" and last_is_busy:
            return replace(result, outcome="busy")
        return result

    def _listed(self, command: CheckList) -> Listed:
        if not self.given.lists[command.list]:
            return Listed(False)
        found = lists.load(self.world.find("list", self.world.lists, command.list))
        action, argument = next(iter(found.action.items()), ("", ""))
        return Listed(True, command.number or "anonymous", action, argument)
