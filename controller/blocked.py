"""`python -m controller blocked` and `free`: who is not listened to, and listening again."""

from __future__ import annotations

import time
from collections.abc import Callable

from controller.terminal import ControlClient

NOBODY = "No address is blocked."
ROW = "{source:<24} {left:>6} s  {reason:<10} {strikes}. time  {evidence}"
ENFORCED = {
    "nftables": "The kernel drops what they send (nftables).",
    "directory": "No password of theirs is accepted; docs/blocking.md says how the kernel can drop what they send.",
}
FREED = "{address} is free."


def show(client: ControlClient, say: Callable[[str], None] = print, now: Callable[[], float] = time.time) -> int:
    """Tell who is blocked, for how long and why; returns a process exit code."""
    answer = client.blocked()
    for block in answer["blocked"]:
        left, evidence = max(0, round(block["until"] - now())), _plain(block["evidence"])
        say(ROW.format(**{**block, "left": left, "evidence": evidence}))
    say(ENFORCED[answer["enforced_by"]] if answer["blocked"] else NOBODY)
    return 0


def free(client: ControlClient, address: str, say: Callable[[str], None] = print) -> int:
    """Listen to an address again."""
    client.free(address)
    say(FREED.format(address=address))
    return 0


def _plain(text: str) -> str:
    """What a stranger wrote, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
