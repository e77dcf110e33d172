"""Keeps strangers out: hears of failed and good passwords, decides, tells the kernel and the other controllers."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import gevent
import gevent.event
from sqlalchemy.exc import SQLAlchemyError

from controller.calls.blocking import Block, Blocking, source_of, spared
from controller.calls.blocklist import Blocklist
from controller.calls.firewall import Firewall, FirewallRefused
from controller.esl.event import Event

log = logging.getLogger(__name__)
ASKED, TRIED = "sofia::pre_register", "sofia::register_attempt"  # of REGISTER and of INVITE, in spite of their names
EVENTS = (ASKED, TRIED)
PROVED = ("SUCCESS", "RENEWED")
AT_ONCE = 0.1  # seconds between two rounds, however much is decided
LOOPBACK = ("127.0.0.0/8", "::1/128")


class Installation(Protocol):
    """What is read of the settings."""

    @property
    def firewall(self) -> str: ...
    @property
    def sip_internal_port(self) -> int: ...
    @property
    def sip_external_port(self) -> int: ...
    @property
    def sip_internal_tls_port(self) -> int: ...
    @property
    def sip_external_tls_port(self) -> int: ...


def firewall_of(settings: Installation) -> Firewall | None:
    """The kernel's table for the SIP ports of this installation, where it is asked for."""
    if settings.firewall != "nftables":
        return None
    plain = (settings.sip_internal_port, settings.sip_external_port)
    return Firewall((*plain, settings.sip_internal_tls_port, settings.sip_external_tls_port))


def trusted_networks(trunks: Iterable[Mapping[str, Any]], own: Iterable[str]) -> tuple[str, ...]:
    """What nothing blocks: the networks and addresses of trunks, and our own addresses. Names are passed over."""
    known = list(trunks)
    networks = [network for trunk in known for network in trunk.get("allow") or ()]
    hosts = [_without_port(str(trunk.get("host", ""))) for trunk in known]
    addresses = [address for host in (*hosts, *own) if (address := _address(host))]
    return (*networks, *addresses)


def _without_port(host: str) -> str:
    return host.rpartition(":")[0] if host.count(":") == 1 or "]:" in host else host


def _address(host: str) -> str:
    try:
        parsed = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ""
    return "" if parsed.is_unspecified else str(parsed)


class Doorkeeper:
    """Between FreeSWITCH's events, the directory's questions, the kernel and the table of blocked addresses.

    `trusted` gives networks that nothing blocks: the trunks', and our own addresses. Without a `firewall` the directory
    alone refuses: FreeSWITCH goes on asking a blocked address for its password, and takes none.
    """

    def __init__(
        self,
        blocklist: Blocklist,
        trusted: Callable[[], Iterable[str]],
        firewall: Firewall | None = None,
        now: Callable[[], float] = time.time,
        spare: Sequence[str] = LOOPBACK,
    ) -> None:
        self._blocklist = blocklist
        self._trusted = trusted
        self._firewall = firewall
        self._now = now
        self._spare = tuple(spare)
        self._networks: tuple[str, ...] = ()
        self._spares = spared(self._spare)
        self.blocking = Blocking(lambda source: self._spares(source), now)
        self._unwritten: list[Block] = []
        self._open = False
        self._decided = gevent.event.Event()
        self.enforced_by = "directory"

    def hear(self, event: Event) -> None:
        """What FreeSWITCH tells of a password that was asked for or given."""
        address, agent = event.get("network-ip"), event.get("user-agent")[:200]
        if event.subclass == ASKED:
            block = self.blocking.challenged(address, agent)
        elif event.get("auth-result") in PROVED:
            self.blocking.proved(address, *_user(event))
            return
        elif event.get("auth-result") == "FORBIDDEN":
            block = self.blocking.failed(address, *_user(event), agent)
        else:  # STALE: an old question answered, asked anew
            return
        if block:
            log.warning("%s is blocked for %d s (%s)", block.source, block.until - block.since, block.reason)
            self._unwritten.append(block)
            self._decided.set()

    def refuses(self, address: str, user: str, domain: str, agent: str) -> bool:
        """Whether the directory does not even look for somebody."""
        return self.blocking.refuses(address, user, domain, agent)

    def blocks(self) -> list[Block]:
        """What is blocked now, the latest first."""
        return sorted(self.blocking.blocks(), key=lambda block: -block.since)

    def free(self, address: str) -> bool:
        """Listen to an address again, here at once and soon everywhere; False when it was not blocked."""
        source = address if "/" in address else source_of(address)
        block = self.blocking.block(source)
        self.blocking.free(source)
        self._unwritten = [one for one in self._unwritten if one.source != source]
        if block:
            self._enforce(freed=[block])
        return self._blocklist.free(source) or block is not None

    # --- keeping up -------------------------------------------------------------------------------------------------

    def keep(self, every: float = 1.0) -> None:
        """Enforce and share what was decided, for ever; run it in a greenlet of its own."""
        while True:
            try:
                self.turn()
            except Exception:  # a fault must not end the watching
                log.exception("blocked addresses")
            self._decided.wait(every)
            self._decided.clear()
            gevent.sleep(AT_ONCE)

    def turn(self) -> None:
        """One round: new trunks, new blocks from here, new blocks from others."""
        self._look_at_trunks()
        decided, self._unwritten = self._unwritten, []
        self._enforce(self._still(decided))  # before the database is asked, which may be slow or away
        learned = self._exchange(decided)
        for block in learned:
            self.blocking.learn(block)
        now = self._now()
        self._enforce(self._still(learned), [block for block in learned if block.until <= now])

    def _still(self, blocks: Iterable[Block]) -> list[Block]:
        return [found for block in blocks if (found := self.blocking.block(block.source))]

    def _look_at_trunks(self) -> None:
        networks = (*self._spare, *self._trusted())
        if networks != self._networks:
            self._networks = networks
            self._spares = spared(networks)
            for block in self.blocking.blocks():
                if self._spares(block.source):
                    self.blocking.free(block.source)
            self._open = False
        if self._firewall and not self._open:
            self._try_firewall()

    def _try_firewall(self) -> None:
        assert self._firewall
        try:
            self._firewall.open(self.blocking.blocks(), self._now(), self._networks)
        except FirewallRefused as error:
            log.error("the kernel does not block for us, the directory refuses alone: %s", error)
            self._firewall = None
            self.enforced_by = "directory"
        else:
            self._open = True
            self.enforced_by = "nftables"

    def _exchange(self, decided: list[Block]) -> list[Block]:
        try:
            if decided:
                self._blocklist.put(decided)
            return self._blocklist.changes()
        except (SQLAlchemyError, OSError) as error:
            log.debug("blocked addresses are not shared while the database is away: %s", type(error).__name__)
            waiting = {block.source: block for block in (*decided, *self._unwritten)}
            self._unwritten = [block for block in waiting.values() if self.blocking.block(block.source)]
            return []

    def _enforce(self, blocked: Sequence[Block] = (), freed: Sequence[Block] = ()) -> None:
        if not self._firewall or not self._open:
            return
        try:
            self._firewall.free(freed)
            self._firewall.block(blocked, self._now())
        except FirewallRefused as error:
            log.error("the kernel's list of blocked addresses is made anew: %s", error)
            self._open = False


def _user(event: Event) -> tuple[str, str]:
    return event.get("username")[:64], event.get("realm")[:253].lower()
