"""Trying a flow out: the phone beside the canvas. Stateless: what is given and done so far gives what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import ValidationError

from controller.flow import codec
from controller.flow.cast import Cast
from controller.flow.commands import Collect, Dial, Listen, RecordMessage, Request
from controller.flow.document import read
from controller.flow.engine import Step
from controller.flow.events import Event, Heard, heard_of
from controller.flow.problem import N_, FlowError, Problem, same
from controller.flow.reading import problems_of
from controller.flow.rehearse import LEFT, begin, names
from controller.flow.script import Run, Unfit
from controller.flow.size import fits
from controller.flow.stage import Endless, Stage
from controller.flow.world import World

FOR = {Collect: "keys", Listen: "speech", RecordMessage: "speech", Dial: "phone", Request: "http"}
TOO_LARGE = N_("{field} is too large, or too deeply nested.")


@dataclass(frozen=True)
class Waiting:
    """Whom the call waits for: the caller's `keys` or `speech`, a `phone` that rings (`targets`: those not busy), or
    a web service (`http`)."""

    person: str
    node: str
    command: Collect | Listen | RecordMessage | Dial | Request
    targets: tuple[str, ...] = ()
    sounds: tuple[Heard, ...] = ()

    def dump(self) -> dict[str, Any]:
        """Write it as JSON data."""
        told = {"command": codec.dump(self.command), "targets": list(self.targets)}
        return {"for": self.person, "node": self.node, **told, "sounds": [asdict(sound) for sound in self.sounds]}


@dataclass(frozen=True)
class Seen:
    """What is seen of a call: the way it went, what happened, whom it waits for. `problems`: why it cannot go on."""

    steps: tuple[Step, ...] = ()
    events: tuple[Event, ...] = ()
    waiting: Waiting | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False
    cause: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> list[str]:
        """The nodes as a test expects them."""
        return names(self.steps)

    def dump(self, translate: Callable[[str], str] = same) -> dict[str, Any]:
        """Write it as JSON data, in a language."""
        problems = [told(problem, translate) for problem in self.problems]
        dumped = {
            "steps": [asdict(step) for step in self.steps],
            "path": self.path,
            "events": [event.dump(translate) for event in self.events],
            "waiting": self.waiting.dump() if self.waiting else None,
            "variables": dict(self.variables),
            "ended": self.ended,
            "cause": self.cause,
            "problem": problems[0] if problems else None,
            "problems": problems,
        }
        clean: dict[str, Any] = whole(dumped)
        return clean


def told(problem: Problem, translate: Callable[[str], str] = same) -> dict[str, str]:
    """Write a problem as JSON data, in a language."""
    return {"where": problem.where, "field": problem.field, "code": problem.code, "text": problem.said(translate)}


def try_out(doc: object, given: object, script: object, world: World) -> Seen:
    """Play what is given and done so far, and stop where a person is waited for.

    A draft is walked as far as it goes. Whatever is sent, nothing is raised: what is wrong is in `problems`, those of
    what is sent under `given` and `script`.
    """
    run, problems = read_run(given, script)
    flow, unreadable = read(doc)
    if flow is None or run is None:
        return Seen(problems=(*problems, *(unreadable if flow is None else ())))
    cast = Cast(run.given, run.script, world)
    if problems := cast.problems():
        return Seen(problems=tuple(problems))
    return see(Stage(begin(flow, run.given, world), world, cast.cue), cast, unreadable)


def read_run(given: object, script: object) -> tuple[Run | None, list[Problem]]:
    """Read what is given and done, and what is wrong with it; nothing is an empty one."""
    sent = {"given": {} if given is None else given, "script": [] if script is None else script}
    large = [Problem("", name, "too_large", TOO_LARGE) for name, value in sent.items() if not fits(value)]
    if large:
        return None, large
    try:
        return Run.model_validate(sent), []
    except ValidationError as wrong:
        return None, problems_of(wrong)


def see(stage: Stage, cast: Cast, unreadable: list[Problem]) -> Seen:
    """Play a stage and say what is seen of it."""
    problem: Problem | None = None
    try:
        stage.play()
    except Unfit as unfit:
        problem = Problem(_here(stage), f"script.{unfit.place}", "unfit_line", unfit.message, unfit.fields)
    except FlowError as broken:
        problem = blame(broken, unreadable, stage)
    else:
        for place, line in list(cast.lines)[:1]:
            problem = Problem(_here(stage), f"script.{place}", "line_left", LEFT, {"line": str(line)})
    return Seen(
        tuple(stage.walk.path),
        tuple(stage.events),
        waiting(stage, cast),
        shown(stage),
        stage.walk.ended,
        stage.cause,
        (problem,) if problem else (),
    )


def blame(broken: FlowError, unreadable: list[Problem], stage: Stage) -> Problem:
    """Say why a call cannot go on: a node that is missing because it cannot be read is blamed itself."""
    target = broken.fields.get("target")
    for problem in unreadable:
        if not stage.walk.path or (target is not None and problem.where == target):
            return problem
    code = "too_long" if isinstance(broken, Endless) else "flow_error"
    return Problem(broken.node, "", code, broken.message, broken.fields)


def waiting(stage: Stage, cast: Cast) -> Waiting | None:
    """Say whom the call waits for, if it does."""
    command = stage.waiting
    if not isinstance(command, Collect | Listen | Dial | Request):
        return None
    targets = tuple(target.number for target in cast.free(command).targets) if isinstance(command, Dial) else ()
    sounds = heard_of(command.prompt, stage.world) if isinstance(command, Collect | Listen) else ()
    return Waiting(FOR[type(command)], _here(stage), command, targets, sounds)


def shown(stage: Stage) -> dict[str, str]:
    """The call's variables, a caller's secrets (a PIN) as stars."""
    call = stage.walk.call
    return {name: "*" * len(value) if name in call.secrets else value for name, value in call.variables.items()}


def whole(value: Any) -> Any:
    """Replace half characters, which no UTF-8 can carry, in JSON data."""
    if isinstance(value, dict):
        return {whole(key): whole(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [whole(inner) for inner in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _here(stage: Stage) -> str:
    return stage.walk.here.node if stage.walk.path else ""

