"""A recorded call, replayed on its own version, gives its recorded path. tests/real runs the same on FreeSWITCH."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest

from controller.flow.commands import Dial
from tests.calls.live import Live
from tests.calls.replays import again, of, path
from tests.calls.test_bad_days import die
from tests.calls.test_control import ask
from tests.calls.whole_calls import Replies, at, play, publish
from tests.flow.known_calls import EVERY_KIND
from tests.flow.whole_flows import Whole

LAST = EVERY_KIND.script[3]

@pytest.fixture
def replies() -> Iterator[Replies]:
    made = Replies()
    yield made
    made.close()


def whole(*last: dict[str, str]) -> Whole:
    return replace(deepcopy(EVERY_KIND), script=[*EVERY_KIND.script[:3], *last])


def test_a_call_of_every_kind_of_node(live: Live, replies: Replies) -> None:
    call = at(whole(LAST), replies.url)
    publish(live, live.settings.data_dir / "house", call)
    record = play(live, call, replies)
    assert [step["node"] for step in record.path][-3:] == ["ring", "choose", "end"]
    replayed = again(live, record)
    assert replayed.stopped is None
    assert path(replayed) == record.path
    assert (replayed.seen.ended, replayed.seen.cause) == (True, record.cause)
    assert replayed.seen.variables["answered_by"] == "101"
    # and on a draft that sends the callers with a code elsewhere
    call.doc["nodes"]["ready"]["exits"] = {"yes": "choose", "no": "end"}
    replayed = again(live, record, call.doc)
    assert replayed.stopped
    assert (replayed.stopped.node, replayed.stopped.fields["was"]) == ("choose", "words")


def test_the_caller_leaves_and_the_flow_goes_on(live: Live, replies: Replies) -> None:
    call = at(whole({"hang_up": "choose"}), replies.url)
    publish(live, live.settings.data_dir / "house", call)
    record = play(live, call, replies)
    assert [step["node"] for step in record.path][-3:] == ["choose", "after", "end"]
    replayed = again(live, record)
    assert replayed.stopped is None
    assert path(replayed) == record.path


def test_what_a_web_service_said_is_in_no_journal_but_in_the_replay(live: Live, replies: Replies) -> None:
    call = at(whole(LAST), replies.url)
    call.script[1] = {"http": {"json": {"status": "geheim"}}}
    publish(live, live.settings.data_dir / "house", call)
    del call.script[2:]
    record = play(live, call, replies)
    assert "geheim" not in str([(event.kind, event.data) for event in live.events("result")])
    replayed = again(live, record)
    assert replayed.seen.variables["kept"] == "geheim!"
    assert path(replayed) == record.path
    entries = [event.data | {} for event in live.events("command")]
    assert [entry["index"] for entry in entries] == list(range(len(entries)))


def test_a_secret_stops_the_replay_until_it_is_keyed(live: Live, replies: Replies) -> None:
    call = at(whole(), replies.url)
    call.doc["nodes"]["number"] |= {"save": "pin", "secret": True}
    call.doc["nodes"]["ready"]["conditions"] = [{"variable": "pin", "test": "is", "value": "4711"}]
    call.doc["nodes"]["inside"]["exits"] = {"done": "end", "again": "end"}
    call.script[0] = {"press": "4711"}
    del call.script[2:]
    publish(live, live.settings.data_dir / "house", call)
    record = play(live, call, replies)
    assert [step["node"] for step in record.path][-2:] == ["out", "end"]
    replayed = again(live, record)
    assert replayed.stopped
    assert replayed.stopped.node == "number"
    assert "4711" not in str(of(live, record)[0].entries)
    replayed = again(live, record, script=[{"press": "4711"}])
    assert replayed.stopped is None
    assert path(replayed) == record.path


def test_a_transferred_call_stops_where_it_left_its_flow(live: Live) -> None:
    live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    call = live.reaches("choose")["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "102"})[0] == 200
    assert caller.has_ended()
    record = live.record()
    replayed = again(live, record)
    assert path(replayed)[:1] == record.path[:1]
    assert replayed.stopped
    assert replayed.dump()["stopped"]["text"] == "The recorded call was transferred to 102 here."
    assert replayed.stopped.asked
    assert replayed.stopped.asked["type"] == "collect"


def test_a_call_that_another_controller_took_over(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    live.reaches("choose")
    assert live.controller
    assert live.controller.writer.drain()
    die(live.controller)
    live.start()
    live.until(lambda: any(call["doing"] == "Collect" for call in live.calls()), 20)
    assert caller.hears_something()
    caller.presses("2")
    assert caller.has_ended(30)
    record = live.record(within=20)
    replayed = again(live, record)
    assert (replayed.stopped, path(replayed)) == (None, record.path)
    assert len(live.events("adopted")) == 1


def test_a_call_to_a_busy_phone(live: Live) -> None:
    live.outside.phone("102", busy=True)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("102")
    assert caller.has_ended()
    record = live.record()
    replayed = again(live, record)
    assert path(replayed) == record.path
    doc = deepcopy(of(live, record)[1].flow_doc("reception"))
    assert doc
    doc["nodes"]["direct"]["ring"] = 2 * doc["nodes"]["direct"].get("ring", Dial(()).ring)  # type: ignore[index]
    assert again(live, record, doc).stopped is None  # busy is busy, however long it would have rung
