"""A real FreeSWITCH with our configuration, and SIP callers on the outside of its trunk.

Run with the settings of a controller in the environment. Says where FreeSWITCH is, then reads lines of JSON:
`{"invite": NUMBERS, "calls": N, "rate": R}` has N callers call each number, the numbers in turn, each R times a second;
answers with the milliseconds from each INVITE to its 200 OK, number by number.
`{"hold": NUMBERS, "calls": N, "rate": R}` does the same and keeps the calls up until `{"release": true}`.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from conf.freeswitch import Trunk, find_binary  # noqa: E402
from conf.freeswitch.command import from_settings  # noqa: E402
from conf.settings import load  # noqa: E402
from tests.real.ports import free_port, free_range  # noqa: E402
from tests.real.sip import Agent  # noqa: E402
from tests.real.switch import RealSwitch  # noqa: E402

OUTSIDE = "127.0.0.9"
TALKS = 0.7  # seconds between the answer and the caller's BYE
PLAIN = """<context name="public">
    <extension name="plain">
      <condition field="destination_number" expression="^7777$">
        <action application="answer"/>
        <action application="sleep" data="60000"/>
      </condition>
    </extension>"""


class Callers:
    """Callers at one address, each call a dialog of its own."""

    def __init__(self, switch):
        server = (switch.address, switch.settings.external_port)
        self.agent = Agent(server, "+33611111111", switch.address, address=OUTSIDE)
        self.up = []

    def call(self, number):
        began = time.perf_counter()
        call = self.agent.invite(number)
        status = call.response().status
        seconds = time.perf_counter() - began
        if status != 200:
            raise SystemExit(f"{number} was answered with {status}")
        return call, seconds * 1000

    def invite(self, number):
        call, milliseconds = self.call(number)
        gevent.sleep(TALKS)
        call.bye()
        return milliseconds

    def hold(self, number):
        call, milliseconds = self.call(number)
        self.up.append(call)
        return milliseconds

    def release(self):
        calls, self.up = self.up, []
        gevent.joinall([gevent.spawn(call.bye) for call in calls], raise_error=True)

    def paced(self, act, numbers, calls, rate):
        began, greenlets = time.perf_counter(), []
        for place, number in enumerate(numbers * calls):
            gevent.sleep(max(0.0, began + place / rate / len(numbers) - time.perf_counter()))
            greenlets.append(gevent.spawn(act, number))
        gevent.joinall(greenlets, raise_error=True)
        return [[greenlet.value for greenlet in greenlets[place :: len(numbers)]] for place in range(len(numbers))]


def settings_of(folder):
    """Our configuration for the controller of this environment, on free ports."""
    trunk = Trunk("outside", f"{OUTSIDE}:5060", (f"{OUTSIDE}/32",))
    ports = {"internal_port": free_port(), "external_port": free_port(), "rtp_ports": free_range(1000)}
    return from_settings(load(), (trunk,), **ports)


def add_plain(switch):
    """Beside our dialplan, one extension as any FreeSWITCH has: it answers."""
    file = switch.conf_dir / "dialplan" / "public.xml"
    file.write_text(file.read_text().replace('<context name="public">', PLAIN, 1))
    switch.api("reloadxml")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # FreeSWITCH must end with us
    with TemporaryDirectory(prefix="souffleur-bench-fs-") as name:
        folder = Path(name)
        switch = RealSwitch(find_binary(), folder, settings_of(folder))
        try:
            switch.start()
            add_plain(switch)
            serve(switch)
        finally:
            switch.stop()


def serve(switch):
    callers = Callers(switch)
    print(json.dumps({"pid": switch.pid, "version": switch.api("version")}), flush=True)
    for line in FileObject(sys.stdin.buffer):
        wish = json.loads(line)
        if wish.get("release"):
            callers.release()
            answer = {}
        else:
            verb = "hold" if "hold" in wish else "invite"
            act = getattr(callers, verb)
            answer = {"milliseconds": callers.paced(act, wish[verb], wish["calls"], wish["rate"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
