"""The scenes of the files alike_* on the virtual switch; tests/real plays them on FreeSWITCH."""

import pytest

from controller.virtual import VirtualSwitch
from tests.virtual.alike_cdr import *  # noqa: F403
from tests.virtual.alike_ends import *  # noqa: F403  (its tests)
from tests.virtual.alike_mute import *  # noqa: F403
from tests.virtual.alike_show import *  # noqa: F403
from tests.virtual.alike_tap import *  # noqa: F403
from tests.virtual.client import Controller
from tests.virtual.scene import NUMBER, PEER, Scene


class VirtualScene(Scene):
    def __init__(self, switch, controllers, cdr_dir):
        self.switch = switch
        self.callee = switch.callee(PEER, no_answer=True)
        super().__init__(controllers, controllers[0].inbound(switch), cdr_dir)

    def call(self):
        return self.switch.call(to=NUMBER)

    def sleep(self, seconds):
        self.switch.clock.sleep(seconds)

    def rings(self):
        self.monitor.await_(lambda: self.callee.calls, "a call of the peer")
        return self.callee.calls.pop(0)


@pytest.fixture
def scene(request, tmp_path):
    controllers = Controller(), Controller()
    offers = [("127.0.0.1", one.port) for one in controllers]
    speed = 20 if request.node.get_closest_marker("slow") else 5
    with VirtualSwitch(offer=offers, speed=speed, bound=30, gateways={"carrier"}, cdr_dir=tmp_path) as switch:
        yield VirtualScene(switch, controllers, tmp_path)
    for one in controllers:
        one.close()
