"""kill -9 while calls listen, on a real FreeSWITCH."""

from tests.calls.test_listening_killed import known_node, test_killed_controllers_lose_no_call_that_listens  # noqa: F401
from tests.real.test_recovery import each, outside, site  # noqa: F401  (fixtures)
