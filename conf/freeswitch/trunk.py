"""A SIP gateway to a carrier: plain frozen values."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conf.problems import N_, Problem

NAME = r"[a-z0-9][a-z0-9_-]{0,62}"
HOST = r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
TRANSPORTS = ("udp", "tcp", "tls")


@dataclass(frozen=True)
class Trunk:
    """A SIP gateway to a carrier. Calls come in from the networks of `allow` alone.

    Over TLS the carrier's certificate is verified, and calls are encrypted both ways unless `srtp` is False.
    """

    name: str
    host: str
    allow: tuple[str, ...] = ()
    username: str = ""
    password: str = field(default="", repr=False)
    register: bool = False
    transport: str = "udp"
    srtp: bool | None = None  # None: where the transport is tls

    @classmethod
    def from_document(cls, document: Mapping[str, Any], password: str = "") -> Trunk:
        """Read an entry of trunks.yaml; the password comes from elsewhere, since documents never hold it."""
        return cls(
            name=document["name"],
            host=document["host"],
            allow=tuple(document.get("allow", ())),
            username=document.get("username", ""),
            password=password,
            register=bool(document.get("register", False)),
            transport=document.get("transport", "udp"),
            srtp=document.get("srtp"),
        )

    @property
    def realm(self) -> str:
        """The host without its port."""
        return re.sub(r":[0-9]+$", "", self.host)

    @property
    def encrypts(self) -> bool:
        """Whether calls come and go over TLS with encrypted sound, or not at all."""
        return self.transport == "tls" if self.srtp is None else self.srtp

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with this trunk."""
        yield from (problem.at(field=f"trunk {self.name}") for problem in self._problems())

    def _problems(self) -> Iterator[Problem]:
        if not re.fullmatch(NAME, self.name) or self.name.startswith("souffleur"):
            yield Problem("trunk_name", N_("a trunk's name has lower case letters, digits, - and _"))
        if not re.fullmatch(HOST, self.host):
            yield Problem("trunk_host", N_("{host} is not a host, or a host and its port"), {"host": self.host})
        yield from wrong_networks(self.allow)
        if self.register and not (self.username and self.password):
            yield Problem("trunk_login", N_("to register, a trunk needs a username and a password"))
        if self.transport not in TRANSPORTS:
            yield Problem("trunk_transport", N_("a trunk's transport is udp, tcp or tls"))
        if self.encrypts and self.transport != "tls":
            yield Problem("open_keys", N_("srtp needs the transport tls: its keys would travel in the open"))


def wrong_networks(networks: tuple[str, ...]) -> Iterator[Problem]:
    """A problem for each that is no network."""
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            yield Problem("network", N_("{network} is not a network such as 203.0.113.0/24"), {"network": network})
