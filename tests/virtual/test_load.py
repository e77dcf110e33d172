"""Many calls at once: the switch must be cheap enough to measure a controller with."""

import gc
import resource
from collections import Counter, defaultdict
from pathlib import Path

import gevent
import pytest
from gevent.event import Event
from gevent.queue import Queue
from gevent.server import StreamServer

from controller.virtual import VirtualSwitch

CALLS = 2000
HEARD = 14  # events of such a call
SPOKEN = (
    b"connect\n\nmyevents json\n\nlinger 1\n\n"
    b"sendmsg\ncall-command: execute\nexecute-app-name: answer\nevent-lock: true\n\n"
    b"sendmsg\ncall-command: execute\nexecute-app-name: play_and_get_digits\nevent-lock: true\n"
    b"execute-app-arg: 1 1 1 9000 # tone_stream://%(20000,0,440) silence_stream://100 choice \\d\n\n"
)


OFFERED = 4  # times each call is offered, until its controller hangs it up


def alive():
    """What is there in this process: greenlets at work, open files."""
    gc.collect()
    return (
        sum(isinstance(one, gevent.Greenlet) and bool(one) for one in gc.get_objects()),
        len(list(Path("/proc/self/fd").iterdir())),
    )


@pytest.mark.slow
def test_two_thousand_calls_that_lose_their_controller_again_and_again_leave_nothing_behind(tmp_path):
    """Each is offered four times, twice by a transfer, whose older socket ends later."""
    before = alive()
    turns = Counter()

    def serve(sock, _address):
        def until(token, data=b""):
            while token not in data and (more := sock.recv(65536)):
                data += more
            return data

        sock.sendall(b"connect\n\nmyevents json\n\n")
        uuid = until(b"Events Enabled").partition(b"\nUnique-ID: ")[2][:36].decode()
        turns[uuid] += 1
        match turns[uuid]:
            case 1:
                sock.sendall(b"sendmsg\ncall-command: execute\nexecute-app-name: answer\n\n")
                until(b"CHANNEL_EXECUTE_COMPLETE")
            case 2:
                sock.sendall(f"api uuid_transfer {uuid} souffleur_at_127.0.0.1:{port} XML souffleur\n\n".encode())
                done[uuid].wait()
            case 3:
                sock.sendall(b"sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b\n\n")
                until(b"a=b")
                done[uuid].set()
                until(b"never")
            case _:
                sock.sendall(b"sendmsg\ncall-command: hangup\n\n")
                until(b"never")

    done = defaultdict(Event)
    server = StreamServer(("127.0.0.1", 0), serve, backlog=4096)
    server.start()
    port = server.server_port
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with VirtualSwitch(offer=("127.0.0.1", port), speed=4, cdr_dir=tmp_path) as switch:
            callers = [switch.call(f"+336{n:08}", "1000") for n in range(CALLS)]
            for caller in callers:
                assert caller.ended.wait(60)
                caller.wait("CHANNEL_DESTROY", timeout=60)
            assert set(turns.values()) == {OFFERED}
            assert len(list(tmp_path.iterdir())) == CALLS
            switch.clock.sleep(1.0)
            assert (switch.channels, switch.listeners, switch.table.rows(switch.show_lag)) == ({}, set(), [])
            assert not switch.bus._followers
            del callers, caller
    finally:
        server.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    gevent.sleep(0.1)
    greenlets, files = alive()
    assert (greenlets - before[0] <= 5, files - before[1] <= 5) == (True, True), (before, greenlets, files)


@pytest.mark.slow
def test_two_thousand_calls_walk_a_menu_at_once():
    """All calls stand in the same prompt at one moment, then each gets its key, and none loses an event."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ends = Queue()

    def serve(sock, _address):
        sock.sendall(SPOKEN)
        heard, last = 0, b""
        while data := sock.recv(65536):
            last += data
            heard += last.count(b'"Event-Name":"')
            if b"CHANNEL_HANGUP_COMPLETE" in last:
                sock.sendall(b"exit\n\n")
            last = last[-40:] if b'"Event-Name":"' not in last[-40:] else b""
        ends.put(heard)

    server = StreamServer(("127.0.0.1", 0), serve, backlog=4096)
    server.start()
    try:
        with VirtualSwitch(offer=("127.0.0.1", server.server_port)) as switch:
            callers = [switch.call(f"+336{n:08}", "1000") for n in range(CALLS)]
            for caller in callers:
                caller.wait("PLAYBACK_START", timeout=60)
            assert len(switch.channels) == CALLS
            greenlets = sum(isinstance(one, gevent.Greenlet) and not one.dead for one in gc.get_objects())
            assert greenlets < 3.5 * CALLS  # two of ours a call, one of this test's
            for caller in callers:
                caller.presses("7")
            for caller in callers:
                caller.wait("CHANNEL_EXECUTE_COMPLETE", timeout=60, application="play_and_get_digits")
                assert caller.channel.get("choice") == "7"
                caller.hangs_up()
            for caller in callers:
                caller.wait("CHANNEL_DESTROY", timeout=60)
            assert {ends.get(timeout=10) for _ in callers} == {HEARD}
            assert not switch.channels
            assert not switch.listeners
    finally:
        server.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
