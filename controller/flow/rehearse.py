"""Rehearsals: a flow's own tests, played by the engine that runs calls, with a scripted caller and no phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from controller.flow.call import Call
from controller.flow.commands import Collect, Command, Dial, HangUp, HungUp, Play, Request, Result, Sound
from controller.flow.document import Flow
from controller.flow.engine import Step, Walk
from controller.flow.problem import N_, FlowError, Problem
from controller.flow.reading import problems_of
from controller.flow.script import FlowTest, Line, Unfit
from controller.flow.world import World

LONGEST = 2000  # commands of one rehearsal


@dataclass(frozen=True)
class Rehearsed:
    """How one test went: what was walked and said, and where that differs from what was expected."""

    name: str
    problems: tuple[Problem, ...]
    path: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything went as expected."""
        return not self.problems


def rehearse(doc: Mapping[str, Any], world: World) -> list[Rehearsed]:
    """Play every test of a flow document. What cannot be read is a problem of its test, never an exception."""
    tests, unreadable = read_tests(doc)
    try:
        flow = Flow.load(doc)
    except FlowError as broken:
        return [Rehearsed("", broken.problems)]
    if unreadable:
        return [Rehearsed("", tuple(unreadable))]
    return [Stage(flow, test, f"tests.{number}", world).play() for number, test in enumerate(tests)]


def read_tests(doc: Mapping[str, Any]) -> tuple[list[FlowTest], list[Problem]]:
    """Read the tests of a flow document, and what is wrong with them."""
    written = doc.get("tests", [])
    if not isinstance(written, list):
        return [], [Problem("", "tests", "list_type", N_("{field} must be a list."))]
    tests: list[FlowTest] = []
    problems: list[Problem] = []
    for number, test in enumerate(written):
        try:
            tests.append(FlowTest.model_validate(test))
        except ValidationError as wrong:
            problems.extend(problems_of(wrong, prefix=f"tests.{number}"))
    return tests, problems


class Stage:
    """One test being played."""

    def __init__(self, flow: Flow, test: FlowTest, field: str, world: World) -> None:
        self.flow, self.test, self.field, self.world = flow, test, field, world
        self.at = test.given.moment(ZoneInfo(world.time_zone))
        self.counters = dict(test.given.counters)
        self.lines = list(enumerate(test.script))
        self.said: list[str] = []
        self.problems: list[Problem] = []
        self.cause = ""
        self.walk = Walk(flow, Call(test.given.call(world.language, world.country, world.time_zone)), world.library)

    def play(self) -> Rehearsed:
        """Play the test to its end, and compare."""
        try:
            self._walk()
        except FlowError as broken:
            self._fail(broken.message, "flow_error", **broken.fields)
        for number, line in self.lines[:1] if not self.problems else ():
            message = N_("The call is over, or goes on without it: {line} was never needed.")
            self._fail(message, "line_left", f".script.{number}", line=str(line))
        path = tuple(self._name(step) for step in self.walk.path)
        if not self.problems:
            self.problems.extend(self._compare(path))
        variables = dict(self.walk.call.variables)
        return Rehearsed(self.test.name, tuple(self.problems), path, tuple(self.said), variables)

    def _walk(self) -> None:
        command: Command | None = self.walk.begin()
        for _ in range(LONGEST):
            if command is None:
                return
            self._listen(command)
            event = self._event(command)
            if event is None:
                return
            command = self.walk.hang_up(event.cause) if isinstance(event, HungUp) else self.walk.hear(event)
        self._fail(N_("The call went on for {limit} commands and did not end."), "too_long", limit=str(LONGEST))

    def _event(self, command: Command) -> Result | HungUp | None:
        """Say what the call hears next: the end, the world's answer, or the script's next line."""
        if isinstance(command, HangUp):
            self.cause = command.cause
            return HungUp(command.cause)
        line = self.lines[0][1] if self.lines else None
        if line and line.leaves(self.walk.here.node, isinstance(command, Play | Collect | Dial)):
            self.lines.pop(0)
            self.cause = self.cause or "NORMAL_CLEARING"
            return HungUp("NORMAL_CLEARING")
        answered = self.world.answer(command, self.at, self.counters)
        if answered is not None or line is None:
            return answered
        return self._act(command, line)

    def _act(self, command: Command, line: Line) -> Result | None:
        number, _ = self.lines.pop(0)
        assert isinstance(command, Collect | Dial | Request)
        try:
            return line.act(command)
        except Unfit as unfit:
            self._fail(unfit.message, "unfit_line", f".script.{number}", line=str(line), **unfit.fields)
            return None

    def _listen(self, command: Command) -> None:
        """Write down what the caller hears."""
        sounds: tuple[Sound, ...] = ()
        match command:
            case Play():
                sounds = command.sounds
            case Collect():
                sounds = command.prompt
        self.said.extend(filter(None, map(self.world.words, sounds)))

    def _compare(self, path: tuple[str, ...]) -> Iterator[Problem]:
        expect = self.test.expect
        if expect.path is not None and tuple(expect.path) != path:
            message = N_("The call went {path}, not {expected}.")
            yield self._problem(message, "path", ".expect.path", path=_arrows(path), expected=_arrows(expect.path))
        for text in expect.said:
            if not any(text in words for words in self.said):
                message = N_("“{text}” was not said; the caller heard: {said}")
                yield self._problem(message, "said", ".expect.said", text=text, said=" | ".join(self.said))
        for name, value in expect.variables.items():
            found = self.walk.call.variables.get(name, "")
            if found != value:
                message = N_("The variable “{name}” is “{found}”, not “{expected}”.")
                place = f".expect.variables.{name}"
                yield self._problem(message, "variable", place, name=name, found=found, expected=value)
        if expect.hung_up is not None and expect.hung_up not in (bool(self.cause), self.cause):
            message = N_("The call's end is “{found}”, not “{expected}”.")
            expected = str(expect.hung_up)
            yield self._problem(message, "hung_up", ".expect.hung_up", found=self.cause, expected=expected)

    def _name(self, step: Step) -> str:
        """Name a step: `node`, or `flow/node` in another flow."""
        return step.node if step.flow == self.flow.name else f"{step.flow}/{step.node}"

    def _fail(self, message: str, code: str, place: str = "", **fields: str) -> None:
        self.problems.append(self._problem(message, code, place, **fields))

    def _problem(self, message: str, code: str, place: str, **fields: str) -> Problem:
        where = self.walk.here.node if self.walk.path else ""
        return Problem(where, self.field + place, code, message, fields)


def _arrows(path: tuple[str, ...] | list[str]) -> str:
    return " → ".join(path)


