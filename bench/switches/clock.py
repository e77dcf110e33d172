"""A virtual switch that clocks: from the TCP connection of an offer to the first command that acts on the call.

Calls go to each address in turn, one at a time, with pauses of random length, so that a server that looks at its socket
ten times a second is met at any moment of its sleep. Reads `{"calls": N}` and prints, for each
address, N times in milliseconds.
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
from gevent.event import AsyncResult  # noqa: E402

from controller.virtual import VirtualSwitch, commands  # noqa: E402
from controller.virtual.applications import socket as offering  # noqa: E402, F401
from controller.virtual.registry import APPLICATIONS  # noqa: E402

LONGEST_PAUSE = 0.05  # seconds
LEAVES_AFTER = 0.03  # seconds
WITHIN = 10.0  # seconds
# These look or take a note; the caller notices nothing.
NOTES = ("uuid_setvar", "uuid_getvar", "uuid_exists", "uuid_dump")


class Stopwatch:
    """Started by the application `socket`, stopped by the first command that acts."""

    def __init__(self):
        self.offered = {}
        self.acted = {}
        self._offer, APPLICATIONS["socket"] = APPLICATIONS["socket"], self.offer
        self._obey, commands.obey = commands.obey, self.obey

    def offer(self, channel, argument):
        self.acted[channel.uuid] = AsyncResult()
        self.offered[channel.uuid] = time.perf_counter()
        self._offer(channel, argument)

    def obey(self, listener, command):
        now = time.perf_counter()
        result = self.acted.get(listener.uuid)
        if result and not result.ready() and acts(command):
            result.set(now - self.offered[listener.uuid])
        self._obey(listener, command)


def acts(command):
    words = command.line.split()
    if words[0] == "sendmsg":
        return command.headers.get("call-command") in ("execute", "hangup")
    return words[0] in ("api", "bgapi") and words[1].startswith("uuid_") and not words[1].startswith(NOTES)


def one(switch, watch):
    caller = switch.call(to="+33100000001")
    with gevent.Timeout(WITHIN):
        while caller.uuid not in watch.acted:
            gevent.sleep(0)
        seconds = watch.acted[caller.uuid].get()
        gevent.sleep(LEAVES_AFTER)
        caller.hangs_up()
        caller.ended.wait()
    gevent.sleep(random.uniform(0, LONGEST_PAUSE))
    return seconds * 1000


def main():
    password, *addresses = sys.argv[1:]
    watch = Stopwatch()
    switches = []
    for address in addresses:
        port, esl = map(int, address.split(":"))
        switches.append(VirtualSwitch(password, ("127.0.0.1", port), port=esl).start())
    for line in sys.stdin:
        count = json.loads(line)["calls"]
        gc.collect()
        gc.disable()
        rounds = [[one(switch, watch) for switch in switches] for _ in range(count)]
        gc.enable()
        print(json.dumps({"milliseconds": list(zip(*rounds, strict=True))}), flush=True)


if __name__ == "__main__":
    main()
