"""An offer that a stopped controller accepts: the kernel does, and nobody says `connect`."""

from tests.real.alike import scene, two_offers  # noqa: F401  (fixtures)
from tests.virtual.alike_mute import *  # noqa: F403  (its tests)
