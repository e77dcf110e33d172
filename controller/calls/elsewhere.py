"""A phone transfers (REFER) to a call that FreeSWITCH does not have, as if it were another server's.

FreeSWITCH 1.11.1 then dials an address that the phone wrote, past every flow and permission. Before it does, it asks us
where that is (`channel-xml-fetch-on-nightmare-transfer`): our configuration answers "nowhere". But what the phone wrote
beside the address stands before that answer in the same dial string, and a phone that knows its grammar ends one string
there and begins another. So whoever writes such signs is hung up while FreeSWITCH still waits for the answer: without
the transferor's channel it dials nobody. What was dialled while no controller answered is hung up by the next one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping

import orjson

from controller.calls.offer import CALL
from controller.esl import api
from controller.esl.errors import CommandRefused, EslError, Unsafe
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
# What Replaces needs, and no sign that means something to FreeSWITCH where it reads whom to dial: braces, brackets,
# quotes, commas, bars, a colon (":_:" begins another string), backslashes, dollars, spaces.
HARMLESS = re.compile(r"[A-Za-z0-9.;=&@%_+*~!-]*")
WRITTEN = ("refer-to-params", "refer-to-headers", "replaces-call-id")
TRANSFEROR = "refer-from-channel-id"
CAUSE = "CALL_REJECTED"


def is_harmless(question: Mapping[str, str]) -> bool:
    """Whether what a phone wrote beside the address cannot be read as anything else."""
    return all(HARMLESS.fullmatch(question.get(name, "")) for name in WRITTEN)


def forbid(question: Mapping[str, str], connection: Callable[[], Inbound]) -> None:
    """Let FreeSWITCH refuse a transfer to elsewhere, or end the transferor's call where refusing is not enough."""
    transferor = question.get(TRANSFEROR, "")
    if is_harmless(question):
        log.info("channel %s transfers to another server, which is refused", transferor)
        return
    try:
        connection().api(api.uuid_kill(transferor, CAUSE))
        log.warning("channel %s wrote a dial string into a transfer and is hung up", transferor)
    except (EslError, Unsafe) as error:
        log.error("channel %s wrote a dial string into a transfer and cannot be hung up: %s", transferor, error)


def hang_up_strays(connection: Inbound) -> None:
    """End the legs over SIP that no controller made: each of ours carries the name of its call."""
    for row in orjson.loads(connection.bgapi(api.show_channels())).get("rows", ()):
        if row.get("direction") != "outbound" or not str(row.get("name", "")).startswith("sofia/"):
            continue
        try:
            if connection.api(api.uuid_getvar(row["uuid"], CALL)) == "_undef_":
                log.warning("channel %s was made by no controller and is hung up", row["uuid"])
                connection.api(api.uuid_kill(row["uuid"], CAUSE))
        except CommandRefused as error:  # it has ended meanwhile
            log.debug("channel %s: %s", row["uuid"], error)
