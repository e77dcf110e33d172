"""Listening on a real FreeSWITCH: the prompt is RTP that falls silent, keys are telephone events."""

from tests.calls.test_listening import *  # noqa: F403  (its tests)
from tests.calls.test_listening_killed import (  # noqa: F401
    test_it_dies_at_a_point,
    test_it_dies_while_it_listens,
)
from tests.real.test_calls import live, outside  # noqa: F401  (fixtures)
