"""A virtual switch with a crowd of callers.

Reads lines of JSON, and answers each with one:
`{"gather": N, "rate": R}` has N callers call, R a second; answers when all are answered and stand where they wait.
`{"walk": true, "rate": R}` lets them press their keys, R callers a second; answers when all calls have ended.
`{"leave": true, "rate": R}` has them hang up; answers when all calls have ended.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
from collections import Counter  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from bench.sounds import name_of  # noqa: E402
from controller.virtual import Caller, VirtualSwitch  # noqa: E402

WITHIN = 150.0  # seconds
THINKS = 0.1  # seconds from the start of a prompt to the key


class Walker(Caller):
    """Presses by what it hears: its choice at the menu (a wrong key first, if it is one who errs), then its code."""

    def __init__(self, crowd, number, clock, phone):
        super().__init__(clock, phone)
        self.crowd = crowd
        self.choice = "2" if number % 2 else "1"
        self.code = f"{number % 10000:04d}"
        self.errs = number % 5 == 0
        self.waits = False

    def hears(self, path, channel):
        super().hears(path, channel)
        name = name_of(path).rpartition("+")[2]
        if name == "choose" and not self.waits:
            self.waits = True
            self.crowd.arrive()
        elif name == "choose":
            self.presses(self.choice, after=THINKS)
        elif name == "code":
            self.presses(self.code, after=THINKS, gap=0.02)

    def goes_on(self):
        self.presses("9" if self.errs else self.choice)

    def finish(self, channel):
        super().finish(channel)
        self.crowd.leave()


class Crowd:
    """The callers of one gathering."""

    def __init__(self, switch, first, size, answered_is_enough):
        self.switch = switch
        self.there = self.gone = 0
        self.all_there, self.all_gone = Event(), Event()
        self.size = size
        self.numbers = range(first, first + size)
        self.callers = [Walker(self, number, switch.clock, phone(number)) for number in self.numbers]
        self.answered_is_enough = answered_is_enough

    def arrive(self):
        self.there += 1
        if self.there == self.size:
            self.all_there.set()

    def leave(self):
        self.gone += 1
        if self.gone == self.size:
            self.all_gone.set()

    def gather(self, rate):
        for caller in self.paced(rate):
            self.switch.call(caller.number, "+33100000001", caller=caller)
        if self.answered_is_enough:
            gevent.wait([caller.answered for caller in self.callers], timeout=WITHIN)
            return sum(caller.answered.is_set() for caller in self.callers)
        self.all_there.wait(WITHIN)
        return self.there

    def walk(self, rate):
        for caller in self.paced(rate):
            caller.goes_on()
        self.all_gone.wait(WITHIN)

    def hang_up(self, rate):
        for caller in self.paced(rate):
            caller.hangs_up()
        self.all_gone.wait(WITHIN)

    def paced(self, rate):
        """Callers, so many a second by the clock: a late one does not delay those after it."""
        began = gevent.get_hub().loop.now()
        for place, caller in enumerate(self.callers):
            gevent.get_hub().loop.update_now()
            gevent.sleep(max(0.0, began + place / rate - gevent.get_hub().loop.now()))
            yield caller

    def told(self):
        heard = Counter(" ".join(map(name_of, caller.heard)) for caller in self.callers)
        return {"ended": self.gone, "causes": Counter(caller.cause for caller in self.callers), "heard": heard}


def phone(number):
    return f"+336{number:08d}"


def main():
    password, address = sys.argv[1:]
    port, esl = map(int, address.split(":"))
    switch = VirtualSwitch(password, ("127.0.0.1", port), port=esl).start()
    crowd, first = None, 0
    for line in FileObject(sys.stdin.buffer):  # the switch runs on while we listen
        wish = json.loads(line)
        rate = wish.pop("rate")
        if size := wish.get("gather"):
            # A server without a flow plays nothing: its callers wait as soon as they are answered.
            crowd = Crowd(switch, first, size, answered_is_enough=not esl)
            first += size
            answer = {"first": phone(first - size), "last": phone(first - 1), "there": crowd.gather(rate)}
        else:
            crowd.walk(rate) if wish.get("walk") else crowd.hang_up(rate)
            answer = crowd.told()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
