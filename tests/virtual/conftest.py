"""A controller that listens, and a virtual switch that offers it calls, on ephemeral ports."""

import pytest

from controller.virtual import VirtualSwitch
from tests.virtual.client import Controller


@pytest.fixture
def controller():
    controller = Controller()
    yield controller
    controller.close()


@pytest.fixture
def switch(controller):
    """Ten times as fast as the wall clock."""
    with VirtualSwitch("ClueCon", ("127.0.0.1", controller.port), speed=10) as switch:
        yield switch
