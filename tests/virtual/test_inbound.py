"""Inbound connections: authentication, subscriptions, filters, jobs, api commands."""

import json

import gevent
import pytest
from gevent import socket

from controller.virtual import VirtualSwitch
from tests.virtual.client import Line


def test_a_wrong_password_is_refused_and_the_connection_ends(switch):
    line = Line("inbound", socket.create_connection(switch.address))
    assert line.command("api status") == "-ERR command not found"
    assert line.command("auth wrong") == "-ERR invalid"
    assert line.ended()
    assert [row["notice"] for row in line.rows if "notice" in row] == ["goodbye"]


def test_an_address_outside_the_acl_is_sent_away():
    with VirtualSwitch(acl=["10.0.0.1"]) as switch:
        line = Line("inbound", socket.create_connection(switch.address))
        assert line.ended()
    assert [row.get("frame") or row.get("notice") for row in line.rows] == ["text/rude-rejection", "goodbye"]


def test_filters_are_or_ed_and_a_dash_excludes(controller, switch):
    line = controller.inbound(switch)
    line.command("event json CUSTOM shop::sale")
    line.command("filter Colour red")
    line.command("filter Colour /bl.e/")
    line.command("filter Size -large")
    for colour, size in (("red", "small"), ("green", "small"), ("blue", "small"), ("red", "large")):
        line.command(f"sendevent CUSTOM\nEvent-Subclass: shop::sale\nColour: {colour}\nSize: {size}")
    line.command("filter delete all")
    line.command("sendevent CUSTOM\nEvent-Subclass: shop::sale\nColour: last\nSize: small")
    line.event("CUSTOM", Colour="last")
    assert [one["Colour"] for one in line.find("CUSTOM", {})] == ["red", "blue", "last"]


def test_nixevent_and_noevents_end_a_subscription(controller, switch):
    line = controller.inbound(switch)
    assert line.command("event plain BACKGROUND_JOB CUSTOM a::b") == "+OK event listener enabled plain"
    assert line.command("nixevent CUSTOM a::b") == "+OK events nixed"
    line.command("sendevent CUSTOM\nEvent-Subclass: a::b")
    line.command("bgapi echo one\nJob-UUID: first")
    assert line.event("BACKGROUND_JOB")["Job-UUID"] == "first"
    assert line.command("noevents") == "+OK no longer listening for events"
    line.command("bgapi echo two\nJob-UUID: second")
    line.command("api echo done")
    assert line.names() == ["BACKGROUND_JOB"]


def test_a_sent_event_keeps_its_body_and_tells_a_newline_from_its_escape(controller, switch):
    line = controller.inbound(switch)
    line.command("event json CUSTOM a::b")
    body = "line one\nline %0A two"
    line.command(
        f"sendevent CUSTOM\nEvent-Subclass: a::b\nX-Raw: a%0Ab\ncontent-length: {len(body)}\n\n{body}"[: -0 or None]
    )
    event = line.event("CUSTOM")
    assert event["X-Raw"] == "a%0Ab"
    assert next(row["body"] for row in line.rows if "event" in row) == body


def test_while_an_api_command_runs_nothing_else_is_sent(controller, switch):
    """An originate that rings blocks its connection: the event of the new channel comes after the reply (10d)."""
    switch.callee("101", answers_after=5.0)
    line = controller.inbound(switch)
    line.command("event json CHANNEL_CREATE")
    assert line.api("originate user/101 &park").startswith("+OK ")
    line.event("CHANNEL_CREATE")
    kinds = ["api" if "api" in row else "event" for row in line.rows if "api" in row or "event" in row]
    assert kinds == ["api", "event"]


def test_show_channels_is_late_and_has_no_rows_when_it_is_empty(controller, switch):
    line = controller.inbound(switch)
    assert line.api("show channels as json") == '{"row_count": 0}\n'
    caller = switch.call("+33611111111", "+33123456789", name="Anna")
    assert json.loads(line.api("show channels as json")) == {"row_count": 0}
    switch.clock.sleep(0.5)
    shown = json.loads(line.api("show channels as json"))
    assert shown["row_count"] == 1
    row = shown["rows"][0]
    assert (row["uuid"], row["cid_num"], row["cid_name"], row["initial_dest"]) == (
        caller.uuid, "+33611111111", "Anna", "+33123456789",
    )  # fmt: skip
    caller.hangs_up().wait("CHANNEL_DESTROY")
    switch.clock.sleep(0.5)
    assert json.loads(line.api("show channels as json")) == {"row_count": 0}


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("nosuch x", "-ERR nosuch Command not found!\n"),
        ("uuid_kill 1234", "-ERR No such channel!\n"),
        ("uuid_setvar 1234 a b", "-ERR No such channel!\n"),
        ("uuid_send_dtmf 1234 1", "-ERR Cannot locate session!\n"),
        ("uuid_record 1234 start /tmp/x.wav", "-ERR Cannot locate session!\n"),
        ("uuid_bridge a b", "-ERR Invalid uuid\n"),
        ("uuid_exists 1234", "false"),
        ("uuid_kill", "-USAGE: <uuid> [cause]\n"),
        ("reloadxml", "+OK [Success]\n"),
        ("global_getvar nosuch", "-ERR no reply\n"),
        ("hash select/realm/none", "-ERR no reply\n"),
        ("originate user/999 &park", "-ERR USER_NOT_REGISTERED\n"),
        ("originate sofia/external/1@h &park", "-ERR UNALLOCATED_NUMBER\n"),
        ("show nothing as json", None),
    ],
)
def test_api_commands_answer_as_freeswitch_does(controller, switch, command, reply):
    body = controller.inbound(switch).api(command)
    assert body == reply if reply else body.startswith("-USAGE: ")


def test_variables_are_set_and_read_unexpanded(controller, switch):
    line = controller.inbound(switch)
    uuid = switch.call().uuid
    assert line.api(f"uuid_setvar {uuid} text ${{system(touch x)}} and more") == "+OK\n"
    assert line.api(f"uuid_getvar {uuid} text") == "${system(touch x)} and more"
    assert line.api(f"uuid_setvar_multi {uuid} a=1;b=2") == "+OK\n"
    assert line.api(f"uuid_getvar {uuid} b") == "2"
    assert line.api(f"uuid_setvar {uuid} b") == "+OK\n"
    assert line.api(f"uuid_getvar {uuid} b") == "_undef_"
    assert "variable_a: 1\n" in line.api(f"uuid_dump {uuid}")
    assert json.loads(line.api(f"uuid_dump {uuid} json"))["variable_a"] == "1"


def test_a_call_can_be_followed_and_commanded_from_an_inbound_connection(controller, switch):
    caller = switch.call()
    offer = controller.offer()
    line = controller.inbound(switch)
    assert line.command("myevents 1234 plain") == "-ERR invalid uuid"
    assert line.command(f"myevents {caller.uuid} json") == "+OK Events Enabled"
    line.command(f"sendmsg {caller.uuid}\ncall-command: execute\nexecute-app-name: answer\nEvent-UUID: far")
    assert line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="far")["Answer-State"] == "answered"
    offer.event("CHANNEL_ANSWER")
    caller.hangs_up()
    assert line.ended()
    assert line.names()[-1] == "CHANNEL_HANGUP_COMPLETE"


def test_a_value_that_is_no_utf_8_leaves_as_it_came(controller, switch):
    """A display name in Latin-1 makes the event invalid UTF-8, as FreeSWITCH does."""
    line = controller.inbound(switch)
    line.command("event json CHANNEL_CREATE")
    switch.call(name=b"Ren\xe9".decode("utf-8", "surrogateescape"))
    line.await_(lambda: line.counts["event CHANNEL_CREATE"], "the event")
    assert line.find("CHANNEL_CREATE", {})[0]["Caller-Caller-ID-Name"] == "Ren\N{REPLACEMENT CHARACTER}"


def test_a_restart_ends_connections_and_calls_and_is_back_on_the_same_port(controller, switch):
    caller = switch.call()
    offer, line = controller.offer(), controller.inbound(switch)
    address = switch.address
    gevent.spawn(switch.restart, 0.5)
    assert line.ended()
    assert offer.ended()
    assert [row["text"] for row in line.rows if "notice" in row] == ["The system is being shut down.\n"]
    assert "CHANNEL_HANGUP" not in offer.names()
    assert caller.ended.wait(5)
    switch.clock.sleep(1.0)
    assert switch.address == address
    assert json.loads(controller.inbound(switch).api("show channels as json")) == {"row_count": 0}
