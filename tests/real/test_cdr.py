"""The accounts of mod_json_cdr: their shape, and that they are whole when the end of a call is told."""

from tests.real.alike import scene, two_offers  # noqa: F401  (fixtures)
from tests.virtual.alike_cdr import *  # noqa: F403  (its tests)
