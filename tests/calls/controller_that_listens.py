"""`python -m tests.calls.controller_that_listens serve`: the controller, which knows the node of listening_node.py."""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import sys

from controller.__main__ import main
from tests.calls.listening_node import known

if __name__ == "__main__":
    with known():
        sys.exit(main())
