"""A switch, virtual or FreeSWITCH, that is watched from its event socket, callers, and a web shop that takes its time.

Arguments: virtual or real, where the shop listens and how long it takes (seconds), a folder, and the ports that calls
are offered to. Says where its event socket is, then reads lines of JSON and answers each with one:
`{"call": NUMBER, "callers": [...], "rate": R}`, `{"press": KEYS, "callers": [...]}`, `{"leave": [callers]}`;
`{"events": true}` tells what happened since it was last asked: of each event its time (epoch seconds on the switch's
clock), name, channel, caller, application and its data, Application-UUID, owner, and the bytes of the event and of the
checkpoint in it. `{"asked": true}` tells how many requests the shop has heard.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
import orjson  # noqa: E402
from gevent import socket  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

EVENTS = "CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE"


class Virtual:
    """The virtual switch."""

    def __init__(self, folder, offers):
        from controller.virtual import VirtualSwitch

        self.password = "of-the-bench"
        offers = [("127.0.0.1", port) for port in offers]
        self.switch = VirtualSwitch(self.password, offers, cdr_dir=folder / "cdr").start()
        self.port, self.pid, self.version = self.switch.port, 0, "virtual"

    def call(self, caller, number):
        return self.switch.call(caller, number)

    def close(self):
        self.switch.stop()


class Real:
    """A FreeSWITCH of its own, with our configuration and SIP callers on the outside of its trunk."""

    def __init__(self, folder, offers):
        from conf.freeswitch import find_binary
        from tests.outside.real import start_real
        from tests.real.ports import free_port

        directories = [free_port() for _ in offers]
        self.outside = start_real(find_binary(), folder, offers, directories, give_up=60)
        settings = self.outside.switch.settings
        self.password, self.port = settings.esl_password, settings.esl_port
        self.pid, self.version = self.outside.switch.pid, self.outside.api("version")

    def call(self, caller, number):
        return self.outside.from_trunk(number, caller)

    def close(self):
        self.outside.switch.stop()


class Observer:
    """An event socket of its own beside the controllers'."""

    def __init__(self, port, password):
        self.seen = []
        self.stream = socket.create_connection(("127.0.0.1", port))
        self.file = self.stream.makefile("rb")
        self.frame()
        for line in (f"auth {password}", f"event json {EVENTS}"):
            self.stream.sendall(f"{line}\n\n".encode())
            self.frame()
        gevent.spawn(self.read)

    def frame(self):
        headers = {}
        while (line := self.file.readline()) not in (b"\n", b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            headers[name] = value
        return self.file.read(int(headers.get("Content-Length", 0)))

    def read(self):
        while body := self.frame():
            event = orjson.loads(body.decode("utf-8", "replace"))
            told = [event.get(name, "") for name in (
                "Event-Name", "Unique-ID", "Caller-Caller-ID-Number", "Application", "Application-Data",
                "Application-UUID", "variable_souffleur_owner",
            )]  # fmt: skip
            told[4] = told[4][-80:]
            at = int(event["Event-Date-Timestamp"]) / 1e6
            self.seen.append([at, *told, len(body), len(event.get("variable_souffleur_checkpoint", ""))])

    def take(self):
        taken, self.seen = self.seen, []
        return taken


class Shop:
    """Answers late."""

    def __init__(self, port, takes):
        self.asked, self.takes = 0, takes
        WSGIServer(("127.0.0.1", port), self.answer, log=None, error_log=None).start()

    def answer(self, environ, start_response):
        self.asked += 1
        gevent.sleep(self.takes)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]


class Crowd:
    """Who has called."""

    def __init__(self, switch):
        self.switch = switch
        self.people = {}

    def call(self, number, callers, rate):
        for caller in callers:
            self.people[caller] = self.switch.call(caller, number)
            gevent.sleep(1 / rate)

    def press(self, keys, callers):
        gevent.joinall([gevent.spawn(self.people[caller].presses, keys) for caller in callers])

    def leave(self, callers):
        for caller in callers:
            self.people.pop(caller).hangs_up()


def main():
    kind, shop, takes, folder, *offers = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # FreeSWITCH must end with us
    switch = (Real if kind == "real" else Virtual)(Path(folder), [int(port) for port in offers])
    try:
        serve(switch, Observer(switch.port, switch.password), Shop(int(shop), float(takes)))
    finally:
        switch.close()


def serve(switch, observer, shop):
    crowd = Crowd(switch)
    told = {"esl": switch.port, "password": switch.password, "pid": switch.pid, "version": switch.version}
    print(json.dumps(told), flush=True)
    for line in FileObject(sys.stdin.buffer):
        wish = json.loads(line)
        answer = {"asked": shop.asked}
        if "call" in wish:
            crowd.call(wish["call"], wish["callers"], wish["rate"])
        elif "press" in wish:
            crowd.press(wish["press"], wish["callers"])
        elif "leave" in wish:
            crowd.leave(wish["leave"])
        elif "events" in wish:
            answer = {"events": observer.take()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
