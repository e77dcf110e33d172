"""What a bad line and a bad day look like from the controller's side."""

import gevent
from gevent import socket

from tests.virtual.client import Line


def test_split_frames_are_the_same_frames(controller, switch):
    switch.faults.split = True
    caller = switch.call(name="R\N{LATIN SMALL LETTER E WITH ACUTE}mi")
    line = controller.offer()
    line.execute("answer")
    line.execute("playback", "tone_stream://%(100,0,440)")
    caller.hangs_up()
    assert line.event("CHANNEL_HANGUP_COMPLETE")["Caller-Caller-ID-Name"] == "R\N{LATIN SMALL LETTER E WITH ACUTE}mi"


def test_a_connection_may_end_in_the_body_of_an_event(controller, switch):
    caller = switch.call()
    line = controller.offer()
    switch.faults.eof_in_body = 2
    line.start("answer")
    assert line.ended()
    assert line.names() == ["CHANNEL_EXECUTE"]
    again = controller.offer()
    assert again.uuid == caller.uuid


def test_a_silent_switch_takes_commands_and_answers_none(controller, switch):
    switch.call()
    line = controller.offer()
    switch.faults.silent = True
    line.send("api status\n\n")
    gevent.sleep(0.05)
    assert line.counts["api"] == 0
    assert line.open
    switch.faults.silent = False
    assert line.api("echo again") == "again"


def test_delay_and_slowness_keep_the_order(controller, switch):
    switch.call()
    line = controller.offer()
    switch.faults.delay, switch.faults.slow = 0.3, 0.1
    started = switch.clock.now()
    for number in range(3):
        line.send(f"api echo {number}\n\n")
    line.await_(lambda: line.counts["api"] == 3, "three replies")
    assert [row["api"] for row in line.rows if "api" in row] == ["0", "1", "2"]
    assert switch.clock.now() - started >= 0.6


def test_a_controller_that_does_not_read_never_holds_up_a_call(controller, switch):
    """What it does not take waits for it; the call goes on, and all of it arrives in order."""
    caller = switch.call()
    sock = controller.offered.get(timeout=5)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
    sets = "".join(
        f"sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: n={n}\n\n" for n in range(600)
    )
    sock.sendall(f"connect\n\nlinger 60\n\nmyevents json\n\n{sets}".encode())
    caller.wait("CHANNEL_EXECUTE_COMPLETE", application_data="n=599")
    caller.hangs_up()
    assert caller.ended.wait(5)
    line = Line("outbound", sock)
    line.event("CHANNEL_HANGUP_COMPLETE")
    done = [one["Application-Data"] for one in line.find("CHANNEL_EXECUTE_COMPLETE", {"Application": "set"})]
    assert done == [f"n={n}" for n in range(600)]
    line.close()


def test_dropped_connections_end_without_a_word_and_the_call_is_offered_again(controller, switch):
    caller = switch.call()
    line, inbound = controller.offer(), controller.inbound(switch)
    switch.drop_connections(inbound=False)
    assert line.ended()
    assert not [row for row in line.rows if "notice" in row]
    assert inbound.open
    assert controller.offer().uuid == caller.uuid


def test_the_linger_notice_may_come_before_the_end_and_the_end_may_be_lost(controller, switch):
    switch.faults.early_notice = switch.faults.lose_hangup_complete = True
    caller = switch.call()
    line = controller.offer(linger=1)
    caller.hangs_up()
    line.event("CHANNEL_HANGUP_COMPLETE")
    kinds = [row.get("notice") or row["event"]["Event-Name"] for row in line.rows if "notice" in row or "event" in row]
    assert kinds.index("linger") < kinds.index("CHANNEL_UNPARK")
    other = switch.call()
    line = controller.offer(linger=None)
    other.hangs_up()
    assert line.ended()
    assert "CHANNEL_HANGUP" in line.names()
    assert "CHANNEL_HANGUP_COMPLETE" not in line.names()


def test_lingering_holds_the_channel_until_exit(controller, switch):
    caller = switch.call()
    line = controller.offer(linger=60)
    caller.hangs_up()
    line.event("CHANNEL_HANGUP_COMPLETE")
    assert line.api(f"uuid_exists {caller.uuid}") == "false"
    assert line.command("sendmsg\ncall-command: execute\nexecute-app-name: answer") == "+OK"
    assert "CHANNEL_DESTROY" not in caller.names()
    assert line.command("exit") == "+OK bye"
    caller.wait("CHANNEL_DESTROY")
