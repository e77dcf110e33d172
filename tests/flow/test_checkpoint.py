"""Checkpoints: a call walks on from any command, elsewhere, with what a channel variable can hold."""

import json

import pytest

from controller.flow.commands import (
    CheckHours,
    Collect,
    Dialled,
    Digits,
    HangUp,
    Hours,
    Listed,
    Play,
    Played,
    Replied,
    Request,
)
from controller.flow.engine import Call, Flow, Walk
from controller.flow.nodes.menu import Menu
from controller.flow.problem import FlowError
from tests.flow.martin import flow, reception
from tests.flow.strategies import INNER

LIMIT = 4096  # bytes: the channel variable's
LONG = "x" * 300
VARIABLES = {"caller": "+33611111111", "called": "+33123456789", "language": "fr", "call": "c" * 36, "subscriber": "7"}

ENDINGS = [
    [Hours("open"), Listed(False), *[Digits(), Digits("9")] * 2, Digits("101"), Dialled("busy")],
    [Hours("open"), Listed(False), Digits("2"), Replied("ok", 200, (("status", LONG),), LONG)],
    [Hours("open"), Listed(True, LONG, "reject", LONG)],
    [Hours("holiday")],
]


def library_of(*flows):
    shelf = {made.name: made for made in flows}
    return lambda name, version: shelf[name]


@pytest.mark.parametrize("history", ENDINGS)
def test_a_call_can_move_at_every_command_in_4_kb_of_json(history):
    main = Flow.load(reception(), 12)
    library = library_of(main)
    walk = Walk(main, Call(dict(VARIABLES)), library)
    walk.begin()
    for result in history:
        text = json.dumps(walk.checkpoint())
        assert len(text.encode()) <= LIMIT
        moved = Walk.resume(json.loads(text), library)
        assert (moved.waiting, moved.index) == (walk.waiting, walk.index)
        assert walk.hear(result) == moved.hear(result)
        assert walk.call.variables == moved.call.variables


def test_a_moved_walk_knows_where_it_is():
    outer = Flow.load(flow(a={"kind": "subflow", "flow": "inner", "exits": {"done": "b"}}, b={"kind": "hang_up"}), 3)
    library = library_of(outer, Flow.load(INNER, 8))
    walk = Walk(outer, Call(), library)
    walk.begin()
    walk.hear(Digits("9"))
    moved = Walk.resume(walk.checkpoint(), library)
    assert [(step.flow, step.version, step.node) for step in moved.path] == [("main", 3, "a"), ("inner", 8, "ask")]
    assert moved.hear(Digits("1")) == HangUp()
    assert [step.exit for step in moved.path] == ["done", "1", "done", ""]


def test_only_what_this_node_heard_travels():
    walk = Walk(Flow.load(reception()), Call())
    walk.begin()
    for result in (Hours("open"), Listed(False), Digits("7")):
        walk.hear(result)
    assert walk.checkpoint()["heard"] == [{"type": "digits", "digits": "7"}]
    walk.hear(Digits("1"))
    assert "heard" not in walk.checkpoint()


def test_a_node_of_another_revision_starts_again(monkeypatch):
    main = Flow.load(reception())
    walk = Walk(main, Call())
    for result in (walk.begin() and Hours("open"), Listed(False), Digits("9")):
        walk.hear(result)
    saved = walk.checkpoint()
    monkeypatch.setattr(Menu, "revision", 2)
    moved = Walk.resume(saved, library_of(main))
    assert moved.index == walk.index + 1  # a new command: what was kept for the old one is not its result
    assert len(moved.waiting.prompt) == 1  # the first question, without the words for a mistake
    assert "heard" not in moved.checkpoint()


class TestSecrets:
    PIN = {"kind": "collect", "prompt": {"prompt": "pin"}, "save": "pin", "secret": True, "max_digits": 4, "tries": 2}
    DOC = flow(
        a=PIN | {"min_digits": 4, "exits": {"ok": "b", "no_input": "end", "invalid": "end"}},
        b={"kind": "say", "prompt": "thanks", "exits": {"next": "c"}},
        c={
            "kind": "http",
            "url": "https://example.com/?pin={{pin}}",
            "exits": {"ok": "end", "failed": "end", "unknown": "end"},
        },
        end={"kind": "hang_up"},
    )

    def start(self):
        main = Flow.load(self.DOC)
        walk = Walk(main, Call(), library_of(main))
        assert isinstance(walk.begin(), Collect)
        return walk, library_of(main)

    def test_never_travel(self):
        walk, _ = self.start()
        for result in (Digits("98", "timeout"), Digits("9876", "length")):
            walk.hear(result)
            assert "98" not in json.dumps(walk.checkpoint())

    def test_a_node_that_heard_one_starts_again(self):
        walk, library = self.start()
        walk.hear(Digits("98", "timeout"))
        assert Walk.resume(walk.checkpoint(), library).index == walk.index + 1

    def test_a_lost_one_is_asked_for_again_where_it_is_needed(self):
        walk, library = self.start()
        assert isinstance(walk.hear(Digits("9876", "length")), Play)
        moved = Walk.resume(walk.checkpoint(), library)
        assert isinstance(moved.waiting, Play)
        assert isinstance(moved.hear(Played()), Collect)
        moved.hear(Digits("5555", "length"))
        asked = moved.hear(Played())
        assert isinstance(asked, Request)
        assert asked.url.endswith("pin=5555")
        assert [step.node for step in moved.path] == ["b", "c", "a", "b", "c"]


def test_a_hang_up_is_not_forgotten():
    log = {"kind": "http", "url": "https://example.com/", "exits": {"ok": "a", "failed": "a", "unknown": "a"}}
    main = Flow.load(flow(a={"kind": "say", "prompt": "x", "exits": {"next": "a", "hung_up": "log"}}, log=log))
    walk = Walk(main, Call(), library_of(main))
    walk.begin()
    walk.hang_up()
    moved = Walk.resume(walk.checkpoint(), library_of(main))
    assert isinstance(moved.waiting, Request)
    assert moved.hear(Replied("ok")) == HangUp()
    assert moved.ended


@pytest.mark.parametrize(
    "damage",
    [
        lambda saved: None,
        lambda saved: [],
        lambda saved: {},
        lambda saved: saved | {"v": 2},
        lambda saved: saved | {"stack": []},
        lambda saved: saved | {"stack": [["reception"]]},
        lambda saved: saved | {"stack": [["gone", 0, "choose", "menu", 1]]},
        lambda saved: saved | {"stack": [["reception", 0, "gone", "menu", 1]]},
        lambda saved: saved | {"heard": [{"type": "digits", "digits": 7}]},
        lambda saved: saved | {"heard": [{"type": "hours", "state": "open"}]},
        lambda saved: saved | {"variables": {"x": 1}},
        lambda saved: saved | {"more": 1},
    ],
)
def test_a_damaged_checkpoint_is_a_flow_error(damage):
    main = Flow.load(reception())
    walk = Walk(main, Call())
    assert walk.begin() == CheckHours("office")
    walk.hear(Hours("open"))
    walk.hear(Listed(False))
    with pytest.raises(FlowError):
        Walk.resume(damage(walk.checkpoint()), library_of(main))
