"""What the UI and the terminal may do to live calls, and what another subscriber cannot."""

from __future__ import annotations

import http.client
import json
from typing import Any

import gevent
import gevent.event
import pytest

from controller.terminal import Refused, tell
from tests.calls.live import SAMPLES, Live


def ask(live: Live, method: str, path: str, body: Any = None, secret: str | None = None) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.control_port, timeout=5)
    headers = {"Authorization": f"Bearer {live.settings.control_secret if secret is None else secret}"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    answer = json.loads(response.read() or b"{}")
    connection.close()
    return response.status, answer


@pytest.mark.parametrize("secret", ["", "wrong", "é"])
def test_without_the_secret_nothing_is_told(live: Live, secret: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.control_port, timeout=5)
    connection.request("GET", "/v1/calls", headers={"Authorization": f"Bearer {secret}".encode()})
    assert connection.getresponse().status == 401
    connection.close()


def test_the_status_says_what_is_well(live: Live) -> None:
    status = live.control.status()
    assert (status["freeswitch"], status["database"], status["calls"]) == (True, True, 0)


def test_a_trial_call_is_told_as_it_happens(live: Live) -> None:
    lines: list[str] = []
    trial = {"from": "+33123456789", "to": "1000", "press": ["2#"]}
    assert tell(live.control, trial, lines.append) == 0
    story = "\n".join(lines)
    for words in ("+33123456789 calls 1000", "asks prompt welcome", "pressed 2", "says “Merci.”", "hung up by flow"):
        assert words in story
    assert live.record().direction == "internal"


def test_a_trial_caller_leaves_in_time(live: Live) -> None:
    lines: list[str] = []
    assert tell(live.control, {"from": "+33611111111", "to": "+33123456784", "hang_up_after": 1.0}, lines.append) == 0
    assert live.record().hung_up_by == "caller"


@pytest.mark.parametrize(
    ("trial", "field"),
    [
        ({"from": "${system(id)}", "to": "1000"}, "from"),
        ({"from": "+331", "to": "1000\n"}, "to"),
        ({"from": "+331", "to": "1000", "press": "2"}, "press"),
        ({"from": "+331", "to": "1000", "press": ["x"]}, "press"),
        ({"from": "+331", "to": "1000", "hang_up_after": -1}, "hang_up_after"),
        ({"from": "+331", "to": "1000", "subscriber": "nobody"}, "subscriber"),
    ],
)
def test_a_wrong_trial_names_its_field(live: Live, trial: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused, match=f"^{field}: "):
        live.control.place(trial)


def test_a_call_is_hung_up(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/hang_up?subscriber=martin")[0] == 200
    assert caller.has_ended()
    assert live.record().hung_up_by == "controller"


def test_a_call_is_transferred_out_of_a_prompt(live: Live) -> None:
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    assert caller.hears_something()
    assert ask(live, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "102"})[0] == 200
    assert caller.has_ended()
    record = live.record()
    assert paul.rung == 1
    assert live.path(record) == ["read", "ring", "end"]
    assert record.disposition == "answered"


def test_a_call_is_transferred_while_it_waits_for_a_key(live: Live) -> None:
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456785")
    call = live.reaches("wait")["call"]
    assert caller.hears_something()
    assert ask(live, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "102"})[0] == 200
    assert caller.has_ended(9)
    assert live.path(live.record()) == ["wait", "ring", "end"]
    assert paul.rung == 1


def test_a_call_is_transferred_out_of_a_conversation(live: Live) -> None:
    live.outside.phone("101")
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456780")
    call = live.until(lambda: next((call for call in live.calls() if call["talking_to"] == "101"), None))["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "102"})[0] == 200
    assert caller.has_ended()
    assert paul.rung == 1
    assert live.record().disposition == "answered"
    assert [event.data["to"] for event in live.events("connected")] == ["101", "102"]
    assert len(live.records()) == 1


def test_a_user_calls_by_a_click(live: Live) -> None:
    live.outside.phone("101")
    paul = live.outside.phone("102", talks=0.5)
    status, answer = ask(live, "POST", "/v1/originate", {"subscriber": "martin", "extension": "101", "to": "102"})
    assert status == 201
    record = live.record(within=15)
    assert record.call == answer["call"]
    assert (record.caller, record.called, record.direction) == ("101", "102", "internal")
    assert (record.disposition, paul.rung) == ("answered", 1)
    assert paul.shown == ["101"]


def test_a_click_while_the_own_phone_does_not_answer(live: Live) -> None:
    follower = live.controller.journal.follow(lambda entry: entry.kind == "not_placed")
    wish = {"subscriber": "martin", "extension": "101", "to": "102"}
    answer = ask(live, "POST", "/v1/originate", wish)[1]
    entry = follower.next(10)
    assert (entry.call, entry.data) == (answer["call"], {"reason": "USER_NOT_REGISTERED"})
    assert live.records() == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"subscriber": "nobody", "extension": "101", "to": "102"}, "subscriber"),
        ({"subscriber": "martin", "extension": "1000", "to": "102"}, "extension"),
        ({"subscriber": "martin", "extension": "101", "to": "102 XML public"}, "to"),
    ],
)
def test_a_wrong_click_names_its_field(live: Live, wish: dict[str, str], field: str) -> None:
    status, answer = ask(live, "POST", "/v1/originate", wish)
    assert status == 400
    assert answer["error"].startswith(f"{field}: ")


@pytest.mark.parametrize("target", ["", "999", "101 XML public", "${system(id)}", "+33"])
def test_a_wrong_target_leaves_the_call_alone(live: Live, target: str) -> None:
    live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    status, answer = ask(live, "POST", f"/v1/calls/{call}/transfer", {"to": target})
    assert (status, answer["error"].startswith("to: ")) == (400, True)
    assert live.reaches("read")["call"] == call


def test_another_subscriber_learns_nothing(live: Live) -> None:
    live.load(SAMPLES / "duval")
    live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    unknown = ask(live, "POST", "/v1/calls/no-such-call/hang_up?subscriber=duval")
    assert ask(live, "POST", f"/v1/calls/{call}/hang_up?subscriber=duval") == unknown
    assert ask(live, "POST", f"/v1/calls/{call}/transfer?subscriber=duval", {"to": "101"})[0] == 404
    assert ask(live, "GET", "/v1/calls?subscriber=duval") == (200, {"calls": []})
    assert [one["call"] for one in ask(live, "GET", "/v1/calls?subscriber=martin")[1]["calls"]] == [call]
    assert live.reaches("read")["call"] == call


def test_the_live_feed_goes_on_where_it_was_left(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    call = live.record().call
    first = _until_end(live, call, 0)
    assert first[0]["kind"] == "offered"
    again = _until_end(live, call, first[2]["position"])
    assert again == first[3:]


def _until_end(live: Live, call: str, after: int) -> list[dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.control_port, timeout=5)
    headers = {"Authorization": f"Bearer {live.settings.control_secret}", "Last-Event-ID": str(after)}
    connection.request("GET", f"/v1/events?call={call}", headers=headers)
    entries = []
    with gevent.Timeout(10):
        for row in connection.getresponse():
            if row.startswith(b"data: {"):
                entries.append(json.loads(row.removeprefix(b"data: ")))
                if entries[-1]["kind"] == "ended":
                    break
    connection.close()
    return entries


def test_a_reader_who_goes_leaves_nothing_behind(live: Live) -> None:
    assert live.controller
    followers = live.controller.journal._followers
    headers = {"Authorization": f"Bearer {live.settings.control_secret}"}
    for method in ("HEAD", "GET"):
        connection = http.client.HTTPConnection("127.0.0.1", live.settings.control_port, timeout=5)
        connection.request(method, "/v1/events", headers=headers)
        response = connection.getresponse()
        if method == "GET":
            assert response.readline() == b": hello\n"
            assert len(followers) == 1
        connection.close()
    for _ in range(3):  # the server notices when it has something to tell
        caller = live.outside.from_trunk("+33999999999")
        assert caller.has_ended(15)
    live.until(lambda: not followers)


def test_a_call_is_transferred_between_two_commands(live: Live) -> None:
    """The text is still being spoken: there is nothing to break off yet, and the caller never hears it."""
    assert live.controller
    paul = live.outside.phone("102", talks=0.3)
    speak, go_on = live.controller.voice.speak, gevent.event.Event()
    live.controller.voice.speak = lambda *what: go_on.wait(10) and speak(*what)  # type: ignore[method-assign]
    caller = live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/transfer", {"to": "102"})[0] == 200
    go_on.set()
    assert caller.has_ended(2.5 if live.outside.kind == "virtual" else 6)  # the text alone lasts longer
    assert paul.rung == 1
    assert live.path(live.record()) == ["read", "ring", "end"]


def test_a_call_is_transferred_to_a_flow(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456784")
    call = live.reaches("read")["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/transfer", {"to": "1000"})[0] == 200
    live.until(lambda: live.reaches("choose")["doing"] == "Collect")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended(15)
    assert live.path(live.record()) == ["read", "choose", "thank", "end"]
