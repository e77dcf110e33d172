"""Webhooks: what happens in a subscriber's calls is told to addresses of theirs.

`collect` turns the journal's rows into deliveries, `deliver` sends them, signed, in the order of each call, and tries
again for a day. Any number of processes may do both: each delivery is one process's at a time.
"""

from conf.webhooks.collect import Collector
from conf.webhooks.deliver import deliver, reason
from conf.webhooks.editing import Given, change, create, listed, newest, read, remove
from conf.webhooks.events import EVENTS, TEST
from conf.webhooks.log import deliveries, delivery, failed, forget_old, replay, replay_failed, send_test
from conf.webhooks.signature import signature

__all__ = [
    "EVENTS",
    "TEST",
    "Collector",
    "Given",
    "change",
    "create",
    "deliver",
    "deliveries",
    "delivery",
    "failed",
    "forget_old",
    "listed",
    "newest",
    "read",
    "reason",
    "remove",
    "replay",
    "replay_failed",
    "send_test",
    "signature",
]
