"""A menu that is spoken to on a real FreeSWITCH."""

from tests.calls.test_spoken_menu import *  # noqa: F403  (its tests)
from tests.real.test_calls import live, outside  # noqa: F401  (fixtures)
