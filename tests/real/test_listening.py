"""Listening on a real FreeSWITCH: the prompt is RTP that falls silent, keys are telephone events."""

from tests.calls.test_listening import *  # noqa: F403  (its tests)
from tests.real.test_calls import live, outside  # noqa: F401  (fixtures)
