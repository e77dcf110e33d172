"""Whom to ring, written as FreeSWITCH reads it: `{for all}[for one]destination,[for one]destination|...`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from controller.esl import arguments
from controller.esl.errors import Unsafe

LONGEST_RING = 3600.0
LONGEST_HEADER = 900  # signs of one header, percent-encoded
LONGEST_HEADERS = 2000  # of all headers of a leg
ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Leg:
    """One destination and what only it is told. Built by `phone`, `gateway` or `loopback`."""

    destination: str
    uuid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    caller_number: str = ""  # "anonymous" shows none
    caller_name: str = ""
    ring: float | None = None  # seconds; shorter than the others'
    headers: Mapping[str, str] = field(default_factory=dict)  # of the INVITE, X-Souffleur-...; any text, see `carried`
    codecs: tuple[str, ...] = ()  # the only ones offered; a fax needs G.711
    progress: float | None = None  # seconds until it must ring at least; else it ends with PROGRESS_TIMEOUT

    @classmethod
    def phone(
        cls,
        user: str,
        domain: str,
        *,
        profile: str = "internal",
        uuid: str = "",
        variables: Mapping[str, str] | None = None,
        caller_number: str = "",
        caller_name: str = "",
        ring: float | None = None,
    ) -> Leg:
        """A registered phone."""
        address = f"{arguments.user(user)}%{arguments.domain(domain)}"
        destination = f"sofia/{arguments.token(profile, 'profile')}/{address}"
        return cls(destination, uuid, variables or {}, caller_number, caller_name, ring)

    @classmethod
    def gateway(
        cls,
        name: str,
        number: str,
        *,
        uuid: str = "",
        variables: Mapping[str, str] | None = None,
        caller_number: str = "",
        caller_name: str = "",
        ring: float | None = None,
    ) -> Leg:
        """A number reached through a trunk."""
        destination = f"sofia/gateway/{arguments.token(name, 'gateway')}/{arguments.number(number)}"
        return cls(destination, uuid, variables or {}, caller_number, caller_name, ring)

    @classmethod
    def loopback(
        cls,
        number: str,
        context: str,
        *,
        uuid: str = "",
        variables: Mapping[str, str] | None = None,
        caller_number: str = "",
        caller_name: str = "",
        ring: float | None = None,
    ) -> Leg:
        """A number in one of FreeSWITCH's own contexts."""
        destination = f"loopback/{arguments.number(number)}/{arguments.token(context, 'context')}/XML"
        return cls(destination, uuid, variables or {}, caller_number, caller_name, ring)

    def written(self) -> str:
        """`[...]destination`."""
        told = dict(self.variables)
        if self.uuid:
            told["origination_uuid"] = arguments.uuid(self.uuid)
        if self.caller_number:
            told.update(_caller_number(self.caller_number))
        if self.caller_name:
            told["origination_caller_id_name"] = arguments.name(self.caller_name, "caller_name")
        written = self._headers()
        if self.codecs:
            # FreeSWITCH reads the sign after ^^ as what separates them: a comma would end the variable.
            names = ":".join(arguments.token(codec, "codec") for codec in self.codecs)
            written = ",".join(filter(None, (f"absolute_codec_string=^^:{names}", written)))
        if self.ring is not None:
            told["leg_timeout"] = str(whole_seconds(self.ring))
        if self.progress is not None:
            told["leg_progress_timeout"] = str(whole_seconds(self.progress) - 1)
        said = ",".join(filter(None, (assignments(told), written)))
        return f"[{said}]{self.destination}" if said else self.destination

    def _headers(self) -> str:
        """Percent-encoded: no sign of it means anything to FreeSWITCH, nor in a SIP header."""
        found, left = [], LONGEST_HEADERS
        for name, text in self.headers.items():
            arguments.matching(arguments.HEADER, "header", name)
            if value := arguments.carried(text, min(left, LONGEST_HEADER)):
                found.append(f"sip_h_{name}={value}")
                left -= len(value)
        return ",".join(found)


def _caller_number(number: str) -> dict[str, str]:
    if number == ANONYMOUS:
        hidden = {"origination_caller_id_number": ANONYMOUS, "origination_caller_id_name": "Anonymous"}
        return {**hidden, "origination_privacy": "hide_name:hide_number"}
    return {"origination_caller_id_number": arguments.number(number, "caller_number")}


def assignments(variables: Mapping[str, str]) -> str:
    """`a=1,b=2`, each name and value checked. A value is a plain one or a display name."""
    return ",".join(f"{arguments.variable(name)}={_value(name, text)}" for name, text in variables.items())


def _value(name: str, text: str) -> str:
    if " " in text or not text.isascii():
        return arguments.name(text, name)
    if "=" in text:
        raise Unsafe(name, text)
    return arguments.value(text, name)


def whole_seconds(seconds: float) -> int:
    """FreeSWITCH counts ticks of the wall clock, so N may last N-1 seconds: one more is asked for."""
    arguments.milliseconds(seconds, "ring", LONGEST_RING)
    return max(1, math.ceil(seconds)) + 1


def dial_string(
    legs: Sequence[Leg], *, at_once: bool = True, ring: float | None = None, variables: Mapping[str, str] | None = None
) -> str:
    """The whole string: all legs together, or one after the other; `ring` seconds each round."""
    if not legs:
        raise Unsafe("legs", legs)
    told = dict(variables or {})
    if ring is not None:
        told["originate_timeout"] = str(whole_seconds(ring))
    everybody = f"{{{assignments(told)}}}" if told else ""
    return everybody + ("," if at_once else "|").join(leg.written() for leg in legs)
