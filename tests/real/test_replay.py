"""A recorded call of a real FreeSWITCH, replayed on its own version, gives its recorded path."""

from __future__ import annotations

from tests.calls.test_replay import *  # noqa: F403
from tests.real.test_calls import live, outside  # noqa: F401  fixtures
