"""Rehearsals: a flow's own tests, played by the engine that runs calls, with a scripted caller and no phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from controller.flow.call import Call
from controller.flow.cast import Cast
from controller.flow.document import Flow
from controller.flow.engine import Step, Walk
from controller.flow.problem import N_, FlowError, Problem
from controller.flow.reading import MESSAGES, problems_of
from controller.flow.script import FlowTest, Given, Unfit
from controller.flow.stage import Endless, Stage
from controller.flow.world import World

MOST_TESTS = 200  # of one flow
MOST_COMMANDS = 20_000  # of all of them together


@dataclass(frozen=True)
class Rehearsed:
    """How one test went: what was walked and said, and where that differs from what was expected."""

    name: str
    problems: tuple[Problem, ...]
    path: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything went as expected."""
        return not self.problems


def rehearse(doc: Mapping[str, Any], world: World) -> list[Rehearsed]:
    """Play every test of a flow document. What cannot be read is a problem of its test, never an exception."""
    try:
        flow = Flow.load(doc)
    except FlowError as broken:
        return [Rehearsed("", broken.problems)]
    tests, unreadable = read_tests(doc)
    if unreadable:
        return [Rehearsed("", tuple(unreadable))]
    return list(_in_turn([Rehearsal(flow, test, f"tests.{number}", world) for number, test in enumerate(tests)]))


def _in_turn(rehearsals: Sequence[Rehearsal]) -> Iterator[Rehearsed]:
    """Play one after the other, as long as all together are not too long."""
    commands = 0
    for rehearsal in rehearsals:
        if commands > MOST_COMMANDS:
            message = N_("The tests of this flow went on for {limit} commands together; this one was not played.")
            rehearsal.problems.append(Problem("", rehearsal.field, "too_long", message, {"limit": str(MOST_COMMANDS)}))
        yield rehearsal.play()
        commands += rehearsal.stage.commands


def read_tests(doc: Mapping[str, Any]) -> tuple[list[FlowTest], list[Problem]]:
    """Read the tests of a flow document, and what is wrong with them."""
    written = doc.get("tests", [])
    if not isinstance(written, list):
        return [], [Problem("", "tests", "list_type", N_("{field} must be a list."))]
    if len(written) > MOST_TESTS:
        return [], [Problem("", "tests", "too_long", MESSAGES["too_long"], {"max_length": str(MOST_TESTS)})]
    tests: list[FlowTest] = []
    problems: list[Problem] = []
    for number, test in enumerate(written):
        try:
            tests.append(FlowTest.model_validate(test))
        except ValidationError as wrong:
            problems.extend(problems_of(wrong, prefix=f"tests.{number}"))
    return tests, problems


def begin(flow: Flow, given: Given, world: World) -> Walk:
    """The walk of a call as it is given."""
    return Walk(flow, Call(given.call(world.language, world.country, world.time_zone)), world.library)


def names(steps: Sequence[Step]) -> list[str]:
    """Name the nodes of a path as a test expects them: those of another flow as `flow/node`."""
    return [step.node if step.flow == steps[0].flow else f"{step.flow}/{step.node}" for step in steps]


class Rehearsal:
    """One test being played, and compared with what it expects."""

    def __init__(
        self, flow: Flow, test: FlowTest, field: str, world: World, cast: Callable[[FlowTest], Cast] | None = None
    ) -> None:
        """`cast` makes another one than the written words, who say the same by sound."""
        self.test, self.field = test, field
        self.cast = cast(test) if cast else Cast(test.given, test.script, world)
        self.stage = Stage(begin(flow, test.given, world), world, self.cast.cue)
        self.problems = self.cast.problems(f"{field}.given")

    def play(self, then: Callable[[], object] = lambda: None) -> Rehearsed:
        """Play the test to its end, and compare; `then` is called in between."""
        if not self.problems:
            self._play()
        then()
        walk = self.stage.walk
        path = tuple(names(walk.path))
        if not self.problems:
            self.problems.extend(self._compare(path))
        variables, steps = dict(walk.call.variables), tuple(walk.path)
        return Rehearsed(self.test.name, tuple(self.problems), path, self.stage.said, variables, steps)

    def _play(self) -> None:
        try:
            self.stage.play()
        except Unfit as unfit:
            self._fail(unfit.message, "unfit_line", f".script.{unfit.place}", **unfit.fields)
        except FlowError as broken:
            self._fail(broken.message, "too_long" if isinstance(broken, Endless) else "flow_error", **broken.fields)
        else:
            for place, line in list(self.cast.lines)[:1]:
                self._fail(LEFT, "line_left", f".script.{place}", line=str(line))

    def _compare(self, path: tuple[str, ...]) -> Iterator[Problem]:
        expect, stage = self.test.expect, self.stage
        if expect.path is not None and tuple(expect.path) != path:
            message = N_("The call went {path}, not {expected}.")
            yield self._problem(message, "path", ".expect.path", path=_arrows(path), expected=_arrows(expect.path))
        for text in expect.said:
            if not any(text in words for words in stage.said):
                message = N_("“{text}” was not said; the caller heard: {said}")
                yield self._problem(message, "said", ".expect.said", text=text, said=" | ".join(stage.said))
        for name, value in expect.variables.items():
            found = stage.walk.call.variables.get(name, "")
            if found != value:
                message = N_("The variable “{name}” is “{found}”, not “{expected}”.")
                place = f".expect.variables.{name}"
                yield self._problem(message, "variable", place, name=name, found=found, expected=value)
        if expect.hung_up is not None and expect.hung_up not in (bool(stage.cause), stage.cause):
            message = N_("The call's end is “{found}”, not “{expected}”.")
            expected = str(expect.hung_up)
            yield self._problem(message, "hung_up", ".expect.hung_up", found=stage.cause, expected=expected)
        lasted = self.cast.lasted
        if expect.within is not None and lasted is not None and lasted > expect.within:
            message = N_("The call lasted {found} s, not {expected} s at most.")
            fields = {"found": f"{lasted:.1f}", "expected": f"{expect.within:g}"}
            yield self._problem(message, "too_slow", ".expect.within", **fields)

    def _fail(self, message: str, code: str, place: str = "", **fields: str) -> None:
        self.problems.append(self._problem(message, code, place, **fields))

    def _problem(self, message: str, code: str, place: str, **fields: str) -> Problem:
        where = self.stage.walk.here.node if self.stage.walk.path else ""
        return Problem(where, self.field + place, code, message, fields)


LEFT = N_("The call is over, or goes on without it: {line} was never needed.")


def _arrows(path: tuple[str, ...] | list[str]) -> str:
    return " → ".join(path)
