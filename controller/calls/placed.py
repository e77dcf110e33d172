"""A call that we place ourselves so that a flow talks to somebody: what its leg carries, and how it is asked for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from controller.calls.offer import CALL, CALLER, DIALLED, GIVEN, ORIGIN, PLACED, SUBSCRIBER, TRUNK
from controller.esl import api
from controller.esl.bridge_string import Leg

LONGEST = 3000  # characters of what a leg carries; what is longer is cut, variable by variable
OFFER = api.Named("souffleur_offer", "souffleur")


@dataclass(frozen=True)
class Given:
    """The flow that talks, and the variables it begins with."""

    flow: str
    variables: Mapping[str, str] = field(default_factory=dict)


def write(given: Given) -> str:
    """As the value of a channel variable. Variables that make it too long are left out, the last ones first."""
    variables = dict(given.variables)
    while True:
        data = orjson.dumps({"flow": given.flow, "variables": variables})
        text = base64.urlsafe_b64encode(data).decode().rstrip("=")
        if len(text) <= LONGEST or not variables:
            return text
        variables.popitem()


def read(text: str) -> Given | None:
    """What a leg carries; None when it is not readable."""
    try:
        data: Any = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("flow"), str):
        return None
    return Given(data["flow"], {str(name): str(value) for name, value in (data.get("variables") or {}).items()})


@dataclass(frozen=True)
class Placed:
    """A call to place: `number` is whom the record names, `presented` our number that is shown, `ring` seconds."""

    slug: str
    call: str
    channel: str
    number: str
    presented: str
    ring: float
    given: Given
    codecs: tuple[str, ...] = ()  # the only ones offered; none: the trunk's

    def command(self, trunk: str, written: str) -> str:
        """Ring the number through a trunk, which is told `written`; who answers is offered like any call.

        The answer is `+OK channel`, or a cause.
        """
        told = {CALL: self.call, SUBSCRIBER: self.slug, ORIGIN: PLACED, DIALLED: self.number, TRUNK: trunk}
        # Music before the answer is no answer: nobody must be talked to who has not picked up.
        told |= {GIVEN: write(self.given), CALLER: self.presented, "ignore_early_media": "true"}
        leg = Leg.gateway(trunk, written, uuid=self.channel, variables=told, caller_number=self.presented)
        leg = replace(leg, codecs=self.codecs)
        return api.originate(leg, OFFER, ring=self.ring)
