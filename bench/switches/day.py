"""A virtual switch for a day in little, and the web shop that its flow asks.

Arguments: the event socket's password and port, the shop's port, a folder for the accounts of calls, and the ports that
calls are offered to. Reads lines of JSON, and answers each with one:
`{"day": [plans]}` begins; `{"look": true}` tells how many have called and how many are gone; `{"tell": true}` tells of
each caller how the call went, and what is left on the switch.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections import Counter  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from bench.sounds import name_of  # noqa: E402
from controller.virtual import Callee, Caller, VirtualSwitch  # noqa: E402

DOMAIN = "day.pbx.localhost"
SHOP_TAKES = (0.0, 3.0)  # seconds


class Guest(Caller):
    """Does what is planned, when the prompt for it is heard."""

    def __init__(self, day, clock, plan):
        super().__init__(clock, plan["caller"])
        self.day, self.plan = day, plan
        self.left = False
        self.done = set()
        self.typing = None
        self.began = time.monotonic()

    def note(self, name, headers):
        """A day's events of 2,000 calls would fill the memory that is watched."""

    def hears(self, path, channel):
        name = name_of(path)
        self.heard.append(name)
        plan = self.plan
        if name == "choose":
            self.once(name, plan["thinks"][0], self.type, "9" if plan["errs"] else plan["key"])
        elif name == "again+choose":
            self.once(name, plan["thinks"][1], self.type, plan["key"])
        elif name == "code":
            self.types_code()
        elif name == "music":
            self.once(name, plan["listens"], self.leave)

    def once(self, what, after, act, *words):
        if what not in self.done:
            self.done.add(what)
            gevent.spawn_later(after, act, *words)

    def types_code(self):
        """Whoever hears the question again in the middle begins again; whoever has typed all waits."""
        if "typed" not in self.done:
            if self.typing:
                self.typing.kill(block=False)
            self.typing = gevent.spawn(self.type_slowly)

    def type_slowly(self):
        for digit, gap in zip(self.plan["code"], self.plan["gaps"], strict=True):
            gevent.sleep(gap)
            self.type(digit)
        self.done.add("typed")

    def type(self, digit):
        if self.channel and not self.channel.cause:
            self.keys_heard += digit
            self.channel.receive(digit)

    def leave(self):
        if self.channel and not self.channel.cause:
            self.left = True
            # As mod_sofia notes it: an account that no controller saw tells by this who ended the call.
            self.channel.set("sip_hangup_disposition", "recv_bye" if self.channel.answered else "recv_cancel")
            self.hangs_up()

    def finish(self, channel):
        super().finish(channel)
        self.day.gone(self)


class Phone(Callee):
    """Counts who rang, and forgets them."""

    def __init__(self, day, **manner):
        super().__init__(**manner)
        self.day = day

    def take(self, leg):
        self.day.legs[leg.profile["Caller-ID-Number"]] += 1
        super().take(leg)
        self.calls.clear()


class Day:
    """All callers, one after the other, and what became of them."""

    def __init__(self, switch):
        self.switch = switch
        self.called = 0
        self.told = []
        self.legs = Counter()
        self.requests = Counter()
        for number, manner in (
            ("201", {"answers_after": 8.0, "hangs_up_after": 2.0}),
            ("202", {"answers_after": 0.5, "hangs_up_after": 12.0}),
            ("203", {"status": 486, "refuses_after": 1.0}),
        ):
            switch.callees[f"{number}@{DOMAIN}"] = Phone(self, number=number, **manner)

    def run(self, plans):
        began = time.monotonic()
        for plan in plans:
            gevent.sleep(max(0.0, began + plan["at"] - time.monotonic()))
            guest = Guest(self, self.switch.clock, plan)
            if plan["leaves"]:
                gevent.spawn_later(plan["leaves"], guest.leave)
            self.switch.call(guest.number, plan["to"], caller=guest)
            self.called += 1

    def gone(self, guest):
        self.told.append({
            "caller": guest.number,
            "uuid": guest.uuid,
            "left": guest.left,
            "cause": guest.cause,
            "keys": guest.keys_heard,
            "heard": guest.heard,
            "began": guest.began,
            "ended": time.monotonic(),
        })  # fmt: skip

    def look(self):
        return {"called": self.called, "gone": len(self.told)}

    def tell(self):
        left = {"channels": len(self.switch.channels), "sockets": sum(one.outbound for one in self.switch.listeners)}
        return {"callers": self.told, "legs": self.legs, "requests": self.requests, **left}

    def shop(self, environ, start_response):
        self.requests[environ.get("HTTP_IDEMPOTENCY_KEY", "")] += 1
        gevent.sleep(random.uniform(*SHOP_TAKES))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]


def main():
    password, esl, shop, accounts, *offers = sys.argv[1:]
    places = [("127.0.0.1", int(port)) for port in offers]
    day = Day(VirtualSwitch(password, places, port=int(esl), cdr_dir=accounts).start())
    WSGIServer(("127.0.0.1", int(shop)), day.shop, log=None, error_log=None).start()
    print(json.dumps({"ready": True}), flush=True)
    for line in FileObject(sys.stdin.buffer):  # the switch runs on while we listen
        wish = json.loads(line)
        if "day" in wish:
            gevent.spawn(day.run, wish["day"])
        print(json.dumps(day.tell() if "tell" in wish else day.look()), flush=True)


if __name__ == "__main__":
    main()
