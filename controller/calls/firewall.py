"""The kernel drops what blocked sources send to the SIP ports: nftables, in a table that is ours alone.

A packet that the kernel drops costs FreeSWITCH nothing. The program `nft` and the capability CAP_NET_ADMIN are needed.
Each entry has its own end, so that nothing stays blocked when no controller lives to free it.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from controller.calls.blocking import Block

log = logging.getLogger(__name__)
TABLE = "inet souffleur"
PROGRAM = ("nft", "-f", "-")
PATIENCE = 5.0  # seconds that the program may take
BATCH = 1000  # elements of one command
PACKETS, BURST = 200, 400  # a second from one address: a router with 500 phones stays far below


class FirewallRefused(Exception):
    """The program is missing, or may not; the text says which."""


def run(commands: str) -> None:
    """Hand commands to the program, all or none of which count. FirewallRefused when they do not."""
    try:
        subprocess.run(PROGRAM, input=commands.encode(), capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise FirewallRefused(error.stderr.decode("utf-8", "replace").strip()[:300]) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FirewallRefused(str(error)) from None


@dataclass
class Firewall:
    """Drops what sources send to the SIP `ports` of this machine. `run` is called in the caller's thread."""

    ports: Sequence[int]
    run: Callable[[str], None] = field(default=run)

    def open(self, blocks: Iterable[Block], now: float, spared: Iterable[str] = ()) -> None:
        """Make the table anew, with these blocks in it; nothing stops the networks of `spared`.

        FirewallRefused when that is not allowed.
        """
        ports = ", ".join(map(str, sorted(set(self.ports))))
        rules = RULES.format(table=TABLE, ports=ports, packets=PACKETS, burst=BURST)
        self.run(f"{rules}\n{_spared(spared)}{_added(blocks, now)}")

    def block(self, blocks: Iterable[Block], now: float) -> None:
        """Add blocks; one that is there already gets its new end."""
        if commands := _removed(found := list(blocks)) + _added(found, now):
            self.run(commands)

    def free(self, blocks: Iterable[Block]) -> None:
        """Remove blocks, whether they are there or not."""
        if commands := _removed(blocks):
            self.run(commands)


# The table is declared and deleted first, so that this works whether it was there or not. The priority is before the
# usual filters, and nothing is accepted here: what is not dropped goes on to the machine's own rules.
RULES = """\
table {table} {{ }}
delete table {table}
table {table} {{
  set blocked4 {{ type ipv4_addr; flags timeout; size 65536; }}
  set blocked6 {{ type ipv6_addr; flags timeout, interval; size 65536; }}
  set spared4 {{ type ipv4_addr; flags interval; auto-merge; }}
  set spared6 {{ type ipv6_addr; flags interval; auto-merge; }}
  set busy4 {{ type ipv4_addr; flags dynamic, timeout; timeout 10s; size 65536; }}
  set busy6 {{ type ipv6_addr; flags dynamic, timeout; timeout 10s; size 65536; }}
  chain sip {{
    ip saddr @spared4 return
    ip6 saddr @spared6 return
    ip saddr @blocked4 counter drop
    ip6 saddr @blocked6 counter drop
    update @busy4 {{ ip saddr limit rate over {packets}/second burst {burst} packets }} counter drop
    update @busy6 {{ ip6 saddr limit rate over {packets}/second burst {burst} packets }} counter drop
  }}
  chain input {{
    type filter hook input priority -10; policy accept;
    udp dport {{ {ports} }} jump sip
    tcp dport {{ {ports} }} jump sip
  }}
}}"""


def _spared(networks: Iterable[str]) -> str:
    by_set: dict[str, list[str]] = {"spared4": [], "spared6": []}
    for network in networks:
        by_set["spared6" if ":" in network else "spared4"].append(network)
    return "".join(
        f"add element {TABLE} {name} {{ {', '.join(some)} }}\n" for name, some in by_set.items() if some
    )


def _added(blocks: Iterable[Block], now: float) -> str:
    def element(block: Block) -> str:
        return f"{block.source} timeout {max(1, round(block.until - now))}s"

    return _commands("add", blocks, element)


def _removed(blocks: Iterable[Block]) -> str:
    """An element that is not there cannot be deleted: so each is added first."""
    found = list(blocks)
    return _commands("add", found, lambda block: f"{block.source} timeout 1s") + _commands(
        "delete", found, lambda block: block.source
    )


def _commands(verb: str, blocks: Iterable[Block], element: Callable[[Block], str]) -> str:
    by_set: dict[str, list[str]] = {"blocked4": [], "blocked6": []}
    for block in blocks:
        by_set["blocked6" if ":" in block.source else "blocked4"].append(element(block))
    return "".join(
        f"{verb} element {TABLE} {name} {{ {', '.join(some[first : first + BATCH])} }}\n"
        for name, some in by_set.items()
        for first in range(0, len(some), BATCH)
    )
