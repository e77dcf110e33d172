"""Replays: a real call's recorded results are heard again by another version of its flow, or by a draft.

A result is heard again as long as the flow asks for something that it still answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.flow.cast import Cast
from controller.flow.commands import Command, HangUp, HungUp, Result
from controller.flow.document import read
from controller.flow.engine import Step, Walk
from controller.flow.hearing import ANSWERS
from controller.flow.matching import answers
from controller.flow.problem import N_, fill, same
from controller.flow.recorded import (
    CONTENT,
    SECRET,
    WORDS,
    Beat,
    Recording,
    read_recording,
    shown,
    without_secrets,
)
from controller.flow.rehearse import begin
from controller.flow.stage import Stage
from controller.flow.try_out import Seen, read_run, see, whole
from controller.flow.world import World

ELSEWHERE = N_("The recorded call was in the node {was} here; this flow is in the node {now} and asks something else.")
DIFFERENT = N_("The node {now} asks something else here than in the recorded call: what came of it then says nothing.")
SHORTER = N_("This flow ends the call here; the recorded call went on.")
KEPT_SECRET = N_("The caller keyed a secret here, which is not kept. Key one in to go on.")
NO_WORDS = N_("The caller spoke freely here, and the words are not kept. Say something to go on.")
NO_CONTENT = N_("What the web service answered here is not kept. Give its answer to go on.")
STARTED_AGAIN = N_("Another controller took the recorded call over here, and its node began again.")
GAP = N_("The record of the call has a gap here.")
OVER = N_("The record of the call ends here.")
TRANSFERRED = N_("The recorded call was transferred to {to} here.")
FELL_BACK = N_("The recorded call failed here and went to its fallback: {reason}")


@dataclass(frozen=True)
class Stopped:
    """Where a replay stopped: the command's index in the call, what was asked then and what is asked now, and why.

    `text` is a template of `fields`, marked by N_; commands are as the journal tells them.
    """

    index: int
    text: str
    node: str = ""
    recorded: Mapping[str, Any] | None = None
    asked: Mapping[str, Any] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def dump(self, translate: Callable[[str], str] = same) -> dict[str, Any]:
        """Write it as JSON data, in a language."""
        text = fill(translate(self.text), self.fields)
        return {"index": self.index, "node": self.node, "recorded": self.recorded, "asked": self.asked, "text": text}


@dataclass(frozen=True)
class Replayed:
    """What is seen of a replayed call, and where it stopped to match the recorded one; None: it matched to its end."""

    seen: Seen
    stopped: Stopped | None = None

    def dump(self, translate: Callable[[str], str] = same) -> dict[str, Any]:
        """Write it as JSON data, in a language."""
        stopped = whole(self.stopped.dump(translate)) if self.stopped else None
        return self.seen.dump(translate) | {"stopped": stopped}


def replay(
    doc: object,
    entries: Iterable[Mapping[str, Any]],
    world: World,
    *,
    given: object = None,
    script: object = None,
    go_on: bool = False,
    version: int = 0,
) -> Replayed:
    """Walk a flow with the results of a recorded call, as its journal tells them: `{kind, data}` each, in order.

    `given` is the call as it began. The lines of the `script` say what the record does not hold (a secret, what a web
    service answered); with `go_on` they also go on where the call no longer matches, and the world answers for itself.
    Whatever is sent, nothing is raised: what is wrong with it is in the problems of what is seen.
    """
    run, problems = read_run(given, script)
    flow, unreadable = read(doc, version)
    if flow is None or run is None:
        return Replayed(Seen(problems=(*problems, *(unreadable if flow is None else ()))))
    cast = Cast(run.given, run.script, world)
    if problems := cast.problems():
        return Replayed(Seen(problems=tuple(problems)))
    walk = begin(flow, run.given, world)
    tape = Tape(read_recording(entries), walk, cast, go_on)
    seen = see(Stage(walk, world, tape.cue), cast, unreadable)
    return Replayed(seen, tape.stopped or tape.left())


class Tape:
    """Gives a stage its cues from a recording, for as long as that answers what is asked."""

    def __init__(self, recording: Recording, walk: Walk, cast: Cast, go_on: bool) -> None:
        self.recording = recording
        self.walk = walk
        self.cast = cast
        self.go_on = go_on
        self.stopped: Stopped | None = None

    def cue(self, command: Command, here: Step) -> Result | HungUp | None:
        """Say what came of the command in the recorded call; None where it stops."""
        if self.stopped:
            return self.cast.cue(command, here)
        beat = self.recording.beats.get(self.walk.index)
        differs = self._differs(command, here, beat)
        if not differs and beat and beat.told and isinstance(command, HangUp):
            return HungUp(command.cause)
        if not differs and beat and beat.result is not None:
            return beat.result
        if not differs and self.cast.lines and beat and beat.missing in (SECRET, WORDS, CONTENT):
            return self.cast.cue(command, here)
        self.stopped = self._stop(command, here, beat, differs)
        return self.cast.cue(command, here) if self.go_on else None

    def left(self) -> Stopped | None:
        """What the recorded call did after this one was over."""
        after = (beat for index, beat in self.recording.beats.items() if index > self.walk.index and beat.told)
        first = min(after, key=lambda beat: beat.index, default=None)
        return Stopped(first.index, SHORTER, recorded=first.told) if first and self.walk.ended else None

    def _differs(self, command: Command, here: Step, beat: Beat | None) -> str:
        """Say why a recorded result does not answer a command; nothing when it does, or when there is none."""
        if beat is None or (beat.told is None and isinstance(beat.result, HungUp)):
            return ""
        if beat.result is not None and not isinstance(beat.result, ANSWERS[type(command)] | HungUp):
            fits = False
        else:
            fits = beat.told is None or answers(command, self._told(command), beat.told, beat.result)
        if fits:
            return ""
        return DIFFERENT if beat.node in ("", here.node) else ELSEWHERE

    def _stop(self, command: Command, here: Step, beat: Beat | None, differs: str) -> Stopped:
        text, fields = (differs, {}) if differs else self._why(beat)
        fields = {"was": beat.node if beat else "", "now": here.node, **fields}
        return Stopped(self.walk.index, text, here.node, beat.told if beat else None, self._told(command), fields)

    def _why(self, beat: Beat | None) -> tuple[str, dict[str, str]]:
        recording = self.recording
        if beat and beat.missing == SECRET:
            return KEPT_SECRET, {}
        if beat and beat.missing == WORDS:
            return NO_WORDS, {}
        if beat and beat.missing == CONTENT:
            return NO_CONTENT, {}
        if recording.last > self.walk.index:
            return STARTED_AGAIN if self.walk.index in recording.adopted else GAP, {}
        match recording.cut:
            case "redirected", data:
                return TRANSFERRED, {"to": str(data.get("to", ""))}
            case "offered", data:
                return TRANSFERRED, {"to": str(data.get("to", ""))}
            case "fallback", data:
                return FELL_BACK, {"reason": str(data.get("reason", ""))}
        return OVER, {}

    def _told(self, command: Command) -> dict[str, Any]:
        told: dict[str, Any] = without_secrets(shown(command), self.walk.call)
        return told
