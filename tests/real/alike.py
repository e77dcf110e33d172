"""The place of the scenes in tests/virtual/alike_*.py on FreeSWITCH: what it does there the virtual switch must do."""

import time
from pathlib import Path
from types import SimpleNamespace

import gevent
import pytest

from tests.outside.real import send_keys
from tests.real.conftest import TRUNK
from tests.real.ports import free_port
from tests.real.sip import Call
from tests.real.speaking import Mouth
from tests.virtual.client import Controller
from tests.virtual.scene import NUMBER, Scene


class Talker:
    """Somebody on a call, who says sound files."""

    call: Call
    _mouth: Mouth | None = None

    def says(self, file):
        self._mouth = self._mouth or Mouth(self.call.agent, self.call)
        self._mouth.say(file)

    def is_silent(self):
        self._mouth.is_silent()


class Peer(Talker):
    """Who is called, at the far end of the trunk."""

    def __init__(self, call):
        self.call = call

    def answers(self):
        self.call.answer()

    def hangs_up(self):
        self.call.bye()


class Caller(Talker):
    def __init__(self, agent, call):
        self.agent, self.call = agent, call

    def presses(self, keys):
        send_keys(self.agent, self.call, keys)

    def hangs_up(self):
        if 200 in self.call.statuses:
            self.call.bye()
        else:
            self.agent.send("CANCEL", self.call.invite.one("uri"), self.call, branch=self.call.invite.start)


class RealScene(Scene):
    def __init__(self, switch, controllers, agent):
        self._agent, self._port = agent, int(switch.settings.trunks[0].host.rpartition(":")[2])
        self._peer = agent("carrier", TRUNK, port=self._port)
        place = SimpleNamespace(address=(switch.settings.esl_address, switch.settings.esl_port))
        monitor = controllers[0].inbound(place, switch.settings.esl_password)
        super().__init__(controllers, monitor, Path(switch.settings.cdr_dir))

    def call(self):
        agent = self._agent("+33611111111", TRUNK)
        return Caller(agent, agent.invite(NUMBER))

    def sleep(self, seconds):
        time.sleep(seconds)

    def rings(self):
        return Peer(self._peer.next_call())


@pytest.fixture(scope="module")
def two_offers(freeswitch):
    """FreeSWITCH offers to two addresses, and for half a minute."""
    before = {"offers": freeswitch.settings.offers, "give_up": freeswitch.settings.give_up}
    freeswitch.change(offers=tuple(f"127.0.0.1:{free_port()}" for _ in range(2)), give_up=30)
    yield freeswitch
    freeswitch.change(**before)


@pytest.fixture
def scene(two_offers, agent):
    controllers = [Controller(int(offer.rpartition(":")[2])) for offer in two_offers.settings.offers]
    with two_offers.calls_ended():
        scene = RealScene(two_offers, controllers, agent)
        yield scene
    gevent.sleep(0.2)
    for one in controllers:
        one.close()
