"""What goes on when a controller dies, and when an older socket of its call ends."""

from tests.real.alike import scene, two_offers  # noqa: F401  (fixtures)
from tests.virtual.alike_ends import *  # noqa: F403  (its tests)
