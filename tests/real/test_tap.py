"""Recordings that speech is read from, and keys while something plays."""

from tests.real.alike import scene, two_offers  # noqa: F401  (fixtures)
from tests.virtual.alike_tap import *  # noqa: F403  (its tests)
