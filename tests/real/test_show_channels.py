"""`show channels as json` in each phase of a call, as crash recovery reads it."""

from tests.real.alike import scene, two_offers  # noqa: F401  (fixtures)
from tests.virtual.alike_show import *  # noqa: F403  (its tests)
