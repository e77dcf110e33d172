"""A virtual switch whose callers press a key again and again, each time some seconds after they heard the menu.

Reads lines of JSON, and answers each with one:
`{"gather": N, "rate": R}` has N callers call, R a second; answers when all of them hear the menu.
`{"watch": S}` answers after S seconds with the milliseconds from the end of each collection meanwhile (its event is
fired) to the next command for that channel, and how long those have waited that have had none yet.
`{"leave": true}` has them press the key that ends the call; answers when all calls have ended.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from controller.virtual import Caller, VirtualSwitch, commands  # noqa: E402

WITHIN = 120.0  # seconds
THINKS = (2.0, 4.0)  # seconds from the menu to the key


class Walker(Caller):
    """Presses 1 whenever the menu has been heard."""

    def __init__(self, crowd, clock, phone):
        super().__init__(clock, phone)
        self.crowd = crowd
        self.here = self.leaving = False

    def hears(self, path, channel):
        super().hears(path, channel)
        if not self.here:
            self.here = True
            self.crowd.arrive()
        gevent.spawn_later(random.uniform(*THINKS), self.press, channel)

    def press(self, channel):
        if not channel.cause:
            channel.receive("2" if self.leaving else "1")

    def note(self, name, headers):
        super().note(name, headers)
        if name == "CHANNEL_EXECUTE_COMPLETE":
            self.crowd.completed[self.uuid] = time.monotonic()

    def finish(self, channel):
        super().finish(channel)
        self.crowd.leave()


class Crowd:
    """The callers, and how long each channel waited for a command."""

    def __init__(self, switch):
        self.switch = switch
        self.callers = []
        self.completed = {}
        self.times = []
        self.there = self.gone = 0
        self.all_there, self.all_gone = Event(), Event()
        self._obey, commands.obey = commands.obey, self.obey

    def obey(self, listener, command):
        acts = command.line.startswith("sendmsg") and command.headers.get("call-command") == "execute"
        if acts and (completed := self.completed.pop(listener.uuid, 0.0)):
            self.times.append((completed, (time.monotonic() - completed) * 1000))
        self._obey(listener, command)

    def arrive(self):
        self.there += 1
        if self.there == len(self.callers):
            self.all_there.set()

    def leave(self):
        self.gone += 1
        if self.gone == len(self.callers):
            self.all_gone.set()

    def gather(self, size, rate):
        self.callers = [Walker(self, self.switch.clock, f"+336{number:08d}") for number in range(size)]
        for caller in self.callers:
            self.switch.call(caller.number, "+33100000003", caller=caller)
            gevent.sleep(1 / rate)
        self.all_there.wait(WITHIN)
        return {"there": self.there}

    def watch(self, seconds):
        began = time.monotonic()
        gevent.sleep(seconds)
        now = time.monotonic()
        waiting = [(now - since) * 1000 for since in self.completed.values()]
        return {"times": [took for since, took in self.times if since >= began], "waiting": waiting}

    def end(self):
        for caller in self.callers:
            caller.leaving = True
        self.all_gone.wait(WITHIN)
        return {"gone": self.gone, "lost": sum(caller.cause != "NORMAL_CLEARING" for caller in self.callers)}


def main():
    password, address = sys.argv[1:]
    port, esl = map(int, address.split(":"))
    crowd = Crowd(VirtualSwitch(password, ("127.0.0.1", port), port=esl).start())
    for line in FileObject(sys.stdin.buffer):  # the switch runs on while we listen
        wish = json.loads(line)
        if size := wish.get("gather"):
            answer = crowd.gather(size, wish["rate"])
        else:
            answer = crowd.watch(wish["watch"]) if "watch" in wish else crowd.end()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
