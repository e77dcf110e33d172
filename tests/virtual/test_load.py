"""Many calls at once: the switch must be cheap enough to measure a controller with."""

import gc
import resource

import gevent
import pytest
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
