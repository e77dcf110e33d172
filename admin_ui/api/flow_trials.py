"""Trying flows out: the phone beside the canvas, a flow's own tests, replays of real calls. Nothing is saved."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui import flow_world
from admin_ui.api.flows import DOC
from admin_ui.api.parts import Answer, Body, answer, scope, takes
from admin_ui.api.parts.guard import check
from admin_ui.database import confine, db
from admin_ui.person import subscriber_id
from conf.editing import flows
from conf.models import Document
from conf.recorded import recorded
from controller.flow.coverage import covered
from controller.flow.rehearse import Rehearsed, rehearse
from controller.flow.replay import replay as replay_call
from controller.flow.try_out import try_out
from controller.flow.world import World

blueprint = APIBlueprint("api_flow_trials", __name__, url_prefix="/api/v1", tag="Flows")


class Trial(Body):
    """A call as it is given, and what was done so far, in the words of a flow's tests. Without `doc`: the draft."""

    doc: dict[str, Any] | None = None
    given: dict[str, Any] = {}
    script: list[dict[str, Any]] = Field([], max_length=500)


class Tests(Body):
    """Whose tests are run. Without `doc`: the draft's."""

    doc: dict[str, Any] | None = None


class Replay(Trial):
    """A recorded call; `script` says what the record does not hold. `go_on`: the script goes on where it stops."""

    call: str = Field(max_length=64)
    go_on: bool = False


class Seen(BaseModel):
    """What is seen of a call. `waiting` says whom it waits for: keys, a phone, a web service."""

    steps: list[dict[str, Any]]
    path: list[str]
    events: list[dict[str, Any]]
    waiting: dict[str, Any] | None
    variables: dict[str, str]
    ended: bool
    cause: str
    problem: dict[str, Any] | None
    problems: list[dict[str, Any]]


class Replayed(Seen):
    """What is seen of a replayed call; `stopped` is where it no longer matched."""

    stopped: dict[str, Any] | None


class Result(BaseModel):
    """How one test went."""

    name: str
    ok: bool
    problems: list[str]
    path: list[str]
    said: list[str]


class Coverage(BaseModel):
    """How often the tests came by: nodes by name, exits by `node.exit`."""

    nodes: dict[str, int]
    exits: dict[str, int]


class Run(BaseModel):
    """How the tests went."""

    tests: list[Result]
    coverage: Coverage


SEEN: dict[str, Any] = {
    "steps": [{"flow": "hello", "version": 0, "node": "greet", "kind": "say", "exit": "next"}],
    "path": ["greet"],
    "events": [{"type": "said", "node": "greet", "text": "Good morning.", "sounds": []}],
    "waiting": None,
    "variables": {"caller": "+33611111111"},
    "ended": True,
    "cause": "NORMAL_CLEARING",
    "problem": None,
    "problems": [],
}


@blueprint.post("/flows/<name>/simulate")
@scope("flows:read")
@takes(Trial, example={"given": {"caller": "+33611111111"}, "script": [{"press": "1"}]})
@blueprint.output(Seen, example=SEEN)
def simulate(name: str, body: Trial) -> Answer:
    """Try a flow out.

    Stateless, over the engine that runs calls: the script without its last line is undo."""
    doc, world = _stage(name, body.doc)
    return answer(try_out(doc, body.given, body.script, world).dump(_))


@blueprint.post("/flows/<name>/tests/run")
@scope("flows:read")
@takes(Tests, example={"doc": DOC})
@blueprint.output(Run, example={"tests": [], "coverage": {"nodes": {"greet": 0}, "exits": {"greet.next": 0}}})
def run_tests(name: str, body: Tests) -> Answer:
    """Run a flow's tests.

    And count which nodes and exits they walk."""
    doc, world = _stage(name, body.doc)
    played = rehearse(doc, world)
    return answer({"tests": [_shown(one) for one in played], "coverage": covered(doc, played).dump()})


@blueprint.post("/flows/<name>/replay")
@scope("flows:read")
@takes(Replay, example={"call": "5f0c", "doc": DOC})
@blueprint.output(Replayed, example={**SEEN, "stopped": None})
def replay(name: str, body: Replay) -> Answer:
    """Replay a recorded call on a flow.

    Its results are heard again, until the flow asks for something that they do not answer. A token needs `calls:read`
    too."""
    check(("calls:read",))  # what is replayed is a call of somebody's
    doc, world = _stage(name, body.doc)
    call = recorded(db.session(), body.call)
    if call is None:
        raise LookupError(body.call)
    given = {**call.given, **body.given}
    seen = replay_call(doc, call.entries, world, given=given, script=body.script, go_on=body.go_on)
    return answer(seen.dump(_))


def _stage(name: str, doc: Document | None) -> tuple[Document, World]:
    """The document that is tried and what it acts in. LookupError when there is no such flow."""
    sid = subscriber_id()
    confine(sid, read_only=True)
    draft = flows.draft(db.session(), sid, name)
    doc = draft.doc if doc is None else {**doc, "name": name}
    return doc, flow_world.world(db.session(), sid, doc)


def _shown(one: Rehearsed) -> dict[str, Any]:
    problems = [problem.said(_) for problem in one.problems]
    return {"name": one.name, "ok": one.ok, "problems": problems, "path": list(one.path), "said": list(one.said)}
