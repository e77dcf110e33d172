"""The scenarios of tests/calls on a real FreeSWITCH, over real SIP and RTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.freeswitch import find_binary
from tests.calls.live import Live, free_port, running
from tests.calls.test_bad_days import *  # noqa: F403
from tests.calls.test_call_path import *  # noqa: F403
from tests.calls.test_campaigns import *  # noqa: F403
from tests.calls.test_control import *  # noqa: F403
from tests.calls.test_hand_over import *  # noqa: F403
from tests.calls.test_hostile import *  # noqa: F403
from tests.calls.test_outbound_rules import *  # noqa: F403
from tests.calls.test_ringing import *  # noqa: F403
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealOutside, int, int]]:
    """A FreeSWITCH for these tests, and the ports where it expects the controller."""
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    real = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offer, directory)
    yield real, offer, directory
    real.switch.stop()


@pytest.fixture
def live(outside: tuple[RealOutside, int, int], tmp_path: Path) -> Iterator[Live]:
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory) as here:
        yield here
