"""Calls of robots: the virtual switch gives the path that the phone beside the canvas gave, and so does the replay.

The speech process is a stand-in that hears what the script says; messages are compared by test_messages.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conf.database import scoped
from conf.recorded import recorded
from controller.flow.replay import replay
from controller.flow.try_out import try_out
from controller.flow.understanding.words import heard_as, spoken
from tests.calls.live import Live
from tests.calls.speech_stand_in import StandIn
from tests.calls.test_differential import live  # noqa: F401  (a fixture)
from tests.calls.whole_calls import publish
from tests.flow.whole_flows import INNER, MAIN, NUMBER, UNLISTED, Doc, Whole
from tests.outside import WITHIN, Person

ASK = {"text": {"fr": "Dites-moi."}}
QUICK = {"silence": 1.0, "tries": 2}
OUT: Doc = {"name": INNER, "start": "out", "nodes": {"out": {"kind": "leave", "exit": "done"}}}
RUNG = {"answered": "end", "busy": "end", "no_answer": "end", "failed": "end"}


def slot(kind: str, then: str, **more: Any) -> Doc:
    return {"kind": "ask_slot", "type": kind, "save": kind, "prompt": ASK, "exits": {"ok": then, "failed": "end"},
            **QUICK, **more}  # fmt: skip


NODES: Doc = {
    "robot": {"kind": "robot", "disclosure": ASK, "exits": {"next": "what"}},
    "what": {"kind": "intent", "prompt": ASK, "intents": {"order": ["une commande"], "hours": ["vos horaires"]},
             "exits": {"order": "number", "hours": "sure", "unknown": "end", "silence": "give"}, **QUICK},
    # Words that nobody understands are none while a prompt is played: they are said after it, as beside the canvas.
    "number": slot("number", "sure", confirmation="explicit", barge_in=False),
    "sure": slot("yes_no", "choose"),
    "choose": {"kind": "menu", "prompt": ASK, "choices": {"1": "x", "2": "y"}, "first_digit_timeout": 1.0,
               "spoken": {"1": ["la boutique"], "2": ["le service"]}, "tries": 2, "keypad": ASK,
               "exits": {"1": "code", "2": "give", "no_input": "end", "invalid": "end", "too_many": "end"}},
    "code": {"kind": "collect", "spoken": True, "save": "code", "prompt": ASK, "min_digits": 3, "max_digits": 3,
             "first_digit_timeout": 1.0, "digit_timeout": 1.0, "tries": 2,
             "exits": {"ok": "give", "no_input": "end", "invalid": "end"}},
    "give": {"kind": "hand_over", "to": ["101"], "ring": 3.0, "summary": "{{number}} {{code}}", "exits": RUNG},
    "who": {"kind": "who_answers", "patience": 1.0, "hear_out": True, "exits": {"person": "what", "machine": "end"}},
    "end": {"kind": "hang_up"},
}  # fmt: skip
TALKS: dict[str, tuple[str, list[Doc]]] = {
    "to the end": ("robot", [
        {"say": "je voudrais une commande"}, {"say": "quatre-vingt-douze"}, {"say": "non, douze"}, {"say": "oui"},
        {"say": "oui"}, {"say": "la boutique"}, {"say": "trois sept un"}, {"answer": "101"},
    ]),
    "by keys": ("robot", [
        {"say": "vos horaires"}, {"press": "1"}, {"press": "1"}, {"press": "371"}, {"answer": "101"},
    ]),
    "silence, then a person": ("what", [{"wait": True}, {"wait": True}, {"answer": "101"}]),
    "not understood": ("what", [{"say": "le chat est gris"}, {"say": "il pleut"}]),
    "a slot that fails": ("number", [{"wait": True}, {"say": "bonjour monsieur"}, {"wait": True}]),
    "no choice of the menu": ("choose", [{"say": "autre chose"}, {"say": "le service"}, {"answer": "101"}]),
    "leaves in the question": ("number", [{"hang_up": "number"}]),
    "a machine": ("who", [{"say": "vous êtes bien chez martin laissez un message après le bip"}, {"beep": True}]),
    "a person": ("who", [{"say": "allô"}, {"say": "vos horaires"}, {"hang_up": "sure"}]),
}  # fmt: skip


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:  # noqa: F811
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


def made(start: str, script: list[Doc]) -> Whole:
    """A call that begins in one of the nodes; the others stay where they can be reached."""
    reached, left = {start}, [start]
    while left:
        for to in NODES[left.pop()].get("exits", {}).values():
            if to not in reached:
                reached.add(to)
                left.append(to)
    nodes = {name: node for name, node in NODES.items() if name in reached}
    doc = {"name": MAIN, "start": start, "nodes": nodes}
    given = {"caller": UNLISTED, "called": NUMBER, "busy": []}
    return Whole(doc, OUT, given, script, {"101": "answers"})


def act(speech: StandIn, caller: Person, line: Doc) -> None:
    """Do what a line says to somebody who listens."""
    if "hang_up" in line:
        caller.hangs_up()
        return
    stream = speech.next()
    if "say" in line:
        grammar = tuple(stream.request["sides"][0]["grammar"] or ())
        text = heard_as(spoken(line["say"]), grammar)
        stream.tells("voice", at=0.1)
        stream.final(text, 0.0, 0.4 * len(text.split()))
    if "press" in line:
        caller.presses(line["press"])
    if "beep" in line:
        stream.tells("beep", start=0.1, end=0.5, pitch=1000)


@pytest.mark.parametrize("name", TALKS)
def test_the_same_way_by_words(live: Live, speech: StandIn, tmp_path: Path, name: str) -> None:  # noqa: F811
    whole = made(*TALKS[name])
    seen = try_out(whole.doc, whole.given, whole.script, whole.world)
    assert (seen.ended, seen.problems) == (True, ())
    publish(live, tmp_path / "house", whole)
    assert live.controller
    live.outside.phone("101", talks=0.3)
    follower = live.controller.journal.follow(lambda entry: entry.kind in ("command", "ended"))
    caller = live.outside.from_trunk(NUMBER, caller=whole.given["caller"])
    lines, listened = deque(whole.script), []
    while (entry := follower.next(3 * WITHIN)) and entry.kind != "ended":
        if entry.data["type"] == "listen":
            listened.append(lines.popleft())
            act(speech, caller, listened[-1])
        elif entry.data["type"] == "dial":
            lines.popleft()
    assert not lines
    record = live.record()
    assert record.problem == ""
    walked = [(step["flow"], step["node"], step["exit"]) for step in record.path]
    assert walked == [(step.flow, step.node, step.exit) for step in seen.steps]
    assert record.subscriber_id
    with scoped(live.engine, record.subscriber_id, read_only=True) as session:
        call = recorded(session, record.call)
    assert call
    told = [one["data"] for one in call.entries if one["kind"] == "result" and one["data"]["type"] == "utterance"]
    # What the journal does not tell must be said again.
    again = [line for line, heard in zip(listened, told, strict=False) if "words" in heard]
    replayed = replay(whole.doc, call.entries, whole.world, given=call.given, script=again)
    assert replayed.stopped is None
    assert replayed.seen.steps == seen.steps
