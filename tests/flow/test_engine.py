"""The engine: a call walks from node to node, and every way a walk can end."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.flow.commands import (
    Collect,
    Count,
    Counted,
    Dial,
    Dialled,
    Digits,
    Done,
    HangUp,
    Hours,
    HungUp,
    Listed,
    Play,
    Played,
    Replied,
    Request,
)
from controller.flow.engine import Call, Flow, Walk
from controller.flow.problem import FlowError
from tests.flow.martin import flow, reception
from tests.flow.strategies import INNER, flows, results

END = {"kind": "hang_up"}
SAY = {"kind": "say", "text": {"en": "Hello"}}
LOG = {"kind": "http", "url": "https://example.com/left", "exits": {"ok": "end", "failed": "end", "unknown": "end"}}


def walk(doc, *heard, library=None, **variables):
    made = Walk(Flow.load(doc), Call({"language": "en", **variables}), library or (lambda name, version: None))
    made.begin()
    for event in heard:
        made.hear(event)
    return made


def hear_often(call, result):
    for _ in range(501):
        call.hear(result)


def nodes(walk):
    return [step.node for step in walk.path]


def test_a_customer_reaches_the_shop():
    call = walk(reception(), Hours("open"), Listed(False), Digits("1", "length"), Dialled("answered", talked=9.0))
    assert nodes(call) == ["opening", "filter", "choose", "shop", "end"]
    assert [step.exit for step in call.path] == ["open", "not_listed", "1", "answered", ""]
    assert call.waiting == HangUp()
    assert call.index == 4
    assert call.here.node == "end"


def test_variables_travel_from_node_to_node():
    order = Replied("ok", 200, (("status", "ready"),))
    call = walk(reception(), Hours("open"), Listed(False), Digits("2"), order, caller="+33611111111")
    assert call.waiting.sounds[0].text == "Votre commande est ready."


def test_an_unwired_exit_says_where():
    doc = flow(name="shop", a=SAY)
    with pytest.raises(FlowError) as broken:
        walk(doc, Played())
    assert (broken.value.flow, broken.value.node, broken.value.fields["exit"]) == ("shop", "a", "next")
    assert str(broken.value) == "The exit “next” of the node a in the flow shop leads nowhere."


def test_a_wire_to_no_node_says_where():
    with pytest.raises(FlowError, match="no node gone"):
        walk(flow(a=SAY | {"exits": {"next": "gone"}}), Played())


def test_a_flow_that_cannot_be_read_says_everything():
    with pytest.raises(FlowError) as broken:
        Flow.load(flow(a={"kind": "say"}, b={"kind": "sing"}))
    assert [(problem.where, problem.code) for problem in broken.value.problems] == [
        ("a", "silent"),
        ("b", "unknown_kind"),
    ]


@pytest.mark.parametrize(
    ("node", "result"),
    [
        (SAY | {"exits": {"next": "a"}}, Played(heard=False)),
        ({"kind": "dial", "to": ["101"], "exits": {"failed": "a"}}, Dialled("failed")),
        ({"kind": "http", "url": "https://example.com/", "exits": {"failed": "a"}}, Replied("failed")),
        (
            {"kind": "collect", "prompt": {"prompt": "gone"}, "save": "x", "tries": 1, "exits": {"no_input": "a"}},
            Digits(prompt_heard=False),
        ),
    ],
)
def test_a_loop_that_waits_for_nobody_ends(node, result):
    call = walk(flow(a=node))
    with pytest.raises(FlowError, match="500 nodes without waiting for anybody; it goes round by: a"):
        hear_often(call, result)


def test_a_loop_names_its_nodes():
    hop = {"kind": "set", "variables": {"x": "1"}}
    doc = flow(a=SAY | {"exits": {"next": "b"}}, b=hop | {"exits": {"next": "c"}}, c=hop | {"exits": {"next": "b"}})
    with pytest.raises(FlowError, match=r"goes round by: [bc], [bc]\."):
        walk(doc, Played())


def test_a_loop_that_is_heard_goes_on():
    call = walk(flow(a=SAY | {"exits": {"next": "a"}}))
    for _ in range(1200):
        assert isinstance(call.hear(Played()), Play)


def test_a_wrong_result_is_refused():
    with pytest.raises(FlowError, match="asked for Played and heard Done"):
        walk(flow(a=SAY), Done())


def test_the_call_ends_after_hang_up():
    call = walk(flow(a=END))
    assert call.waiting == HangUp()
    with pytest.raises(HungUp):
        call.hear(Done())
    assert call.ended
    with pytest.raises(HungUp):
        call.hear(Done())
    assert call.hang_up() is None


class TestTheCallerLeaves:
    def test_the_walk_is_over(self):
        call = walk(flow(a=SAY | {"exits": {"next": "end"}}, end=END))
        assert call.hang_up("ORIGINATOR_CANCEL") is None
        assert call.ended

    def test_it_goes_on_by_hung_up(self):
        count = {"kind": "count", "counter": "left", "scope": "subscriber", "exits": {"next": "log"}}
        doc = flow(a=SAY | {"exits": {"hung_up": "count", "next": "end"}}, count=count, log=LOG, end=END)
        call = walk(doc)
        assert isinstance(call.hang_up(), Count)
        assert isinstance(call.hear(Counted(1)), Request)
        assert call.hear(Replied("ok")) == HangUp()
        assert call.ended
        assert [(step.node, step.exit) for step in call.path][:2] == [("a", "hung_up"), ("count", "next")]

    def test_nothing_more_is_said_to_nobody(self):
        doc = flow(a=SAY | {"exits": {"hung_up": "log", "next": "end"}}, log=LOG | {"exits": {"ok": "a"}}, end=END)
        call = walk(doc)
        assert isinstance(call.hang_up(), Request)
        assert call.hear(Replied("ok")) == HangUp()
        assert call.ended

    def test_nothing_is_asked_when_the_way_on_needs_a_caller(self):
        call = walk(flow(a=SAY | {"exits": {"hung_up": "b", "next": "b"}}, b=SAY | {"exits": {"next": "a"}}))
        assert call.hang_up() is None

    def test_after_our_own_hang_up_too(self):
        call = walk(flow(a=END | {"exits": {"hung_up": "log"}}, log=LOG, end=END))
        assert call.waiting == HangUp()
        assert isinstance(call.hang_up(), Request)

    def test_before_the_flow_began(self):
        assert Walk(Flow.load(flow(a=SAY)), Call()).hang_up() is None


class TestSubflow:
    SUB = {"kind": "subflow", "flow": "inner", "version": 2, "exits": {"done": "end", "again": "a"}}

    def library(self, name, version):
        if name != "inner":
            raise LookupError(name)
        return Flow.load(INNER, version)

    def test_comes_back_by_the_name_it_leaves_by(self):
        call = walk(flow(a=self.SUB, end=END), Digits("1"), library=self.library)
        assert call.waiting == HangUp()
        assert [(step.flow, step.version, step.node, step.exit) for step in call.path] == [
            ("main", 0, "a", "done"),
            ("inner", 2, "ask", "1"),
            ("inner", 2, "yes", "done"),
            ("main", 0, "end", ""),
        ]

    def test_flows_inside_flows(self):
        deeper = Digits("101", "timeout")
        call = walk(flow(a=self.SUB, end=END), deeper, deeper, Digits("1"), library=self.library)
        assert call.waiting == HangUp()
        assert nodes(call) == ["a", "ask", "deeper", "ask", "deeper", "ask", "yes", "yes", "yes", "end"]

    def test_not_for_ever(self):
        call = walk(flow(a=self.SUB), library=self.library)
        with pytest.raises(FlowError, match="10 flows are inside one another"):
            hear_often(call, Digits("101", "timeout"))

    def test_an_exit_that_is_not_wired(self):
        with pytest.raises(FlowError, match="exit “again” of the node a in the flow main"):
            walk(flow(a=self.SUB | {"exits": {}}), Digits("*"), library=self.library)

    def test_a_flow_that_is_not_there(self):
        with pytest.raises(FlowError, match="no flow gone in version 0"):
            walk(flow(a={"kind": "subflow", "flow": "gone"}), library=self.library)

    def test_leave_ends_a_call_that_no_flow_called(self):
        assert walk(flow(a={"kind": "leave", "exit": "done"})).waiting == HangUp()


def library(name, version):
    return Flow.load(INNER, version or 1)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(flows(), st.data())
def test_whatever_is_heard_only_flow_errors_and_hang_ups_come_out(doc, data):
    main = Flow.load(doc)
    shelf = {"main": main, "inner": Flow.load(INNER, 1)}
    call = Walk(main, Call({"language": "fr", "caller": "+331"}), lambda name, version: shelf[name])
    try:
        call.begin()
        for _ in range(25):
            saved = call.checkpoint()
            assert len(json.dumps(saved, ensure_ascii=False).encode()) <= 4096
            twin = Walk.resume(saved, lambda name, version: shelf[name])
            assert (twin.waiting, twin.index, twin.here.node) == (call.waiting, call.index, call.here.node)
            assert twin.checkpoint() == saved
            result = data.draw(results(call.waiting))
            assert outcome(twin, result) == outcome(call, result)
            if call.ended:
                return
    except FlowError:
        pass


def outcome(call, result):
    """What comes of a result: a command, or what was raised."""
    try:
        return call.hear(result)
    except (FlowError, HungUp) as error:
        return type(error), str(error)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flows(), st.data())
def test_a_caller_may_leave_anywhere(doc, data):
    try:
        call = walk(doc, library=library)
        for _ in range(data.draw(st.integers(0, 8))):
            call.hear(data.draw(results(call.waiting)))
        command = call.hang_up("ORIGINATOR_CANCEL")
        for _ in range(600):
            if command is None or call.ended:
                return
            assert not isinstance(command, Play | Collect | Dial)
            command = call.hear(data.draw(results(command)))
        raise AssertionError("it never ends")
    except (FlowError, HungUp):
        pass
