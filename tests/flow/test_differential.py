"""One flow, one call: the phone beside the canvas, the replay of its results and its record give the same path.

tests/calls plays the same calls through a controller on the virtual switch, tests/real on FreeSWITCH.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from controller.flow.cast import Cast
from controller.flow.check import check
from controller.flow.commands import Command, HungUp, Result
from controller.flow.document import Flow
from controller.flow.engine import Call, Step
from controller.flow.rehearse import begin, rehearse
from controller.flow.replay import replay
from controller.flow.script import Run
from controller.flow.simulate import simulate
from controller.flow.stage import Stage
from controller.flow.try_out import try_out
from tests.flow.journal import journal
from tests.flow.whole_flows import Whole, calls


def history(whole: Whole) -> tuple[list[Command], list[Result | HungUp], Stage]:
    """What a call asks and hears."""
    run = Run.model_validate({"given": whole.given, "script": whole.script})
    cast = Cast(run.given, run.script, whole.world)
    asked: list[Command] = []
    heard: list[Result | HungUp] = []

    def cue(command: Command, here: Step) -> Result | HungUp | None:
        event = cast.cue(command, here)
        assert event is not None
        asked.append(command)
        heard.append(event)
        return event

    stage = Stage(begin(Flow.load(whole.doc), run.given, whole.world), whole.world, cue)
    stage.play()
    return asked, heard, stage


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(calls())
def test_the_same_way_in_every_player(whole: Whole) -> None:
    problems = [problem for problem in check(whole.doc, whole.world) if problem.severity == "error"]
    assert problems == []
    seen = try_out(whole.doc, whole.given, whole.script, whole.world)
    assert (seen.ended, seen.problems) == (True, ())
    asked, heard, stage = history(whole)
    variables = Run.model_validate({"given": whole.given}).given.call("fr", "FR", "Europe/Paris")
    commands, path = simulate(Flow.load(whole.doc), Call(variables), heard, whole.world.library)
    assert tuple(path) == seen.steps == tuple(stage.walk.path)
    assert commands == asked
    names = [step.node if step.flow == "main" else f"{step.flow}/{step.node}" for step in path]
    test = {"name": "t", "given": whole.given, "script": whole.script, "expect": {"path": names, "hung_up": seen.cause}}
    (rehearsed,) = rehearse(whole.doc | {"tests": [test]}, whole.world)
    assert rehearsed.problems == ()
    entries = journal(whole, heard)
    replayed = replay(whole.doc, entries, whole.world, given=whole.given, script=whole.secrets)
    assert replayed.stopped is None
    assert replayed.seen.steps == seen.steps

