"""Who has failed too often to prove a password, and is not listened to for a while. Pure: no clock, no socket.

The rule, which docs/blocking.md gives with its reasons: an address from which nobody has proved a password lately is
blocked whole. Where phones have proved theirs, as behind an office's router, nobody is blocked for another's failures:
there each user of that address has a count of his own.

A source is an IPv4 address, or the /64 network of an IPv6 address, since whoever has one of its addresses has all.
"""

from __future__ import annotations

import ipaddress
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

WINDOW = 300.0  # seconds: a person who mistypes has given up by then, and guessing 15 in it is hopeless
ENOUGH = 15.0  # points in a window: a phone with a stale password that tries every 30 s stays below
FAILED = 1.0  # a wrong password, or a user that does not exist
SCANNING = 3.0  # a program that only looks for victims; its address may be forged, so only the fifth message blocks
UNANSWERED = 0.1  # asked for a password and not given one: a phone does so too, but gives it next
BESIEGED = 150.0  # points of a proven address in a window: more than ten phones with stale passwords
FIRST, LONGEST = 300.0, 4 * 3600.0  # seconds of a block; each next one is twice as long. Addresses change hands.
FIRST_USER, LONGEST_USER = 60.0, 300.0  # of one user at a proven address: who mends his phone waits so long at most
REMEMBERED = 86400.0  # seconds until an earlier block no longer lengthens the next
PROVEN = 7200.0  # seconds that a proof counts: phones register anew within the hour
MOST_SOURCES, MOST_BLOCKED, MOST_USERS = 20_000, 10_000, 50_000
BRAKE = 100  # blocks in a minute; more are the work of one who forges addresses, and the rest is let be

SCANNER = re.compile(
    r"friendly-(?:scanner|request)|sipvicious|\bsip-?cli\b|\bsipsak|vaxsip|\bpplsip|sundayddr|\bsip-?scan|\bsmap\b"
    r"|\biwar\b|\bsivus\b|\bnm@|siparmyknife|viproy|\bmr\.?sip\b|\bsipptk\b|cfork|^sip$|^test$",
    re.IGNORECASE,
)


def is_scanner(agent: str) -> bool:
    """Whether a User-Agent is that of a program that only looks for victims."""
    return bool(SCANNER.search(agent))


def source_of(address: str) -> str:
    """What is counted and blocked for an IP address; "" for what is none."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@dataclass(frozen=True)
class Block:
    """A source that is not listened to until a moment (epoch seconds). `strikes` counts its blocks of late."""

    source: str
    since: float
    until: float
    reason: str  # "failures", "scanner" or "unanswered"
    strikes: int = 1
    evidence: str = ""


class Count:
    """Points in a sliding window, in constant memory: this window's, and what still counts of the one before."""

    __slots__ = ("_before", "_begun", "_now")

    def __init__(self) -> None:
        self._begun = self._now = self._before = 0.0

    def add(self, points: float, at: float) -> float:
        """Add points; returns the sum of the last `WINDOW` seconds, taken as spread evenly over each window."""
        passed = at - self._begun
        if passed >= WINDOW:
            self._before = self._now if passed < 2 * WINDOW else 0.0
            self._begun, self._now, passed = at - passed % WINDOW if self._begun else at, 0.0, passed % WINDOW
        self._now = max(0.0, self._now + points)
        return self._now + self._before * max(0.0, 1 - passed / WINDOW)


class Bounded(OrderedDict[K, V], Generic[K, V]):
    """The latest so many entries."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def put(self, key: K, value: V) -> None:
        """Add or renew an entry; the oldest gives way."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self._most:
            self.popitem(last=False)


@dataclass
class Delay:
    """Until when one is refused, and how often it was."""

    until: float = 0.0
    strikes: int = 0

    def next(self, now: float, first: float, longest: float) -> float:
        """Begin the next one; returns its end."""
        self.strikes = self.strikes + 1 if now - self.until < REMEMBERED else 1
        self.until = now + min(longest, first * 2 ** min(self.strikes - 1, 20))
        return self.until


User = tuple[str, str, str]  # source, user, domain


class Blocking:
    """Counts and decides. `spares` tells whom nothing blocks; `now` is the wall clock in epoch seconds."""

    def __init__(self, spares: Callable[[str], bool], now: Callable[[], float]) -> None:
        self._spares = spares
        self._now = now
        self._counts: Bounded[str, Count] = Bounded(MOST_SOURCES)
        self._proven: Bounded[str, float] = Bounded(MOST_USERS)  # when a password was last proved there
        self._proven_users: Bounded[User, float] = Bounded(MOST_USERS)
        self._users: Bounded[User, tuple[Count, Delay]] = Bounded(MOST_USERS)
        self._sieges: Bounded[str, tuple[Count, Delay]] = Bounded(MOST_SOURCES)
        self._blocks: Bounded[str, Block] = Bounded(MOST_BLOCKED)
        self._recent: list[float] = []
        self.braked = 0  # sources that would have been blocked, had there not been too many at once

    # --- what is seen -----------------------------------------------------------------------------------------------

    def failed(self, address: str, user: str, domain: str, agent: str = "") -> Block | None:
        """Somebody gave a wrong password, or a name that does not exist. Returns the block that follows, if any."""
        source, now = source_of(address), self._now()
        if not source or self.block(source):
            return None
        if self._is_proven(source, now):
            self._count_user((source, user, domain), now)
            return None
        scanning = is_scanner(agent)
        evidence = f"{user}@{domain} {agent}"
        return self._count(source, SCANNING if scanning else FAILED, "scanner" if scanning else "failures", evidence)

    def challenged(self, address: str, agent: str = "") -> Block | None:
        """Somebody was asked for a password. Returns the block that follows, if any."""
        source = source_of(address)
        if not source or self.block(source) or self._is_proven(source, self._now()):
            return None
        if is_scanner(agent):
            return self._count(source, SCANNING, "scanner", agent)
        return self._count(source, UNANSWERED, "unanswered", agent)

    def proved(self, address: str, user: str, domain: str) -> None:
        """Somebody gave the right password: what was held against the address and the user is forgiven."""
        source, now = source_of(address), self._now()
        if not source:
            return
        self._proven.put(source, now)
        self._proven_users.put((source, user, domain), now)
        self._counts.pop(source, None)
        self._users.pop((source, user, domain), None)

    # --- what follows -----------------------------------------------------------------------------------------------

    def refuses(self, address: str, user: str, domain: str, agent: str = "") -> bool:
        """Whether somebody who gives a password now is not even looked up."""
        source, now = source_of(address), self._now()
        if is_scanner(agent) or self.block(source):
            return True
        key = (source, user, domain)
        if key in self._users and self._users[key][1].until > now:
            return True
        besieged = source in self._sieges and self._sieges[source][1].until > now
        return besieged and now - self._proven_users.get(key, -PROVEN) >= PROVEN

    def block(self, source: str) -> Block | None:
        """The block of a source that is blocked now."""
        found = self._blocks.get(source)
        return found if found and found.until > self._now() else None

    def blocks(self) -> list[Block]:
        """Everything that is blocked now."""
        return [block for source in list(self._blocks) if (block := self.block(source))]

    def learn(self, block: Block) -> None:
        """Take over what another controller decided; one that has ended was freed."""
        if block.until <= self._now():
            self.free(block.source)
        elif not self._spares(block.source):
            self._blocks.put(block.source, block)

    def free(self, source: str) -> None:
        """Listen to a source again, and forget what was held against it."""
        self._blocks.pop(source, None)
        self._counts.pop(source, None)
        self._sieges.pop(source, None)
        for key in [key for key in self._users if key[0] == source]:
            del self._users[key]

    # --- counting ---------------------------------------------------------------------------------------------------

    def _is_proven(self, source: str, now: float) -> bool:
        return now - self._proven.get(source, -PROVEN) < PROVEN

    def _count(self, source: str, points: float, reason: str, evidence: str) -> Block | None:
        now = self._now()
        count = self._counts.get(source) or Count()
        self._counts.put(source, count)
        if count.add(points, now) < ENOUGH or self._spares(source):
            return None
        if self._brakes(now):
            self.braked += 1
            return None
        del self._counts[source]
        before = self._blocks.get(source)
        delay = Delay(before.until, before.strikes) if before else Delay()
        until = delay.next(now, FIRST, LONGEST)
        block = Block(source, now, until, reason, delay.strikes, evidence[:200])
        self._blocks.put(source, block)
        return block

    def _brakes(self, now: float) -> bool:
        self._recent = [at for at in self._recent if now - at < 60.0]
        if len(self._recent) >= BRAKE:
            return True
        self._recent.append(now)
        return False

    def _count_user(self, key: User, now: float) -> None:
        count, delay = self._users.get(key) or (Count(), Delay())
        self._users.put(key, (count, delay))
        if delay.until <= now and count.add(FAILED, now) >= ENOUGH:
            delay.next(now, FIRST_USER, LONGEST_USER)
            self._users[key] = (Count(), delay)
        count, delay = self._sieges.get(key[0]) or (Count(), Delay())
        self._sieges.put(key[0], (count, delay))
        if delay.until <= now and count.add(FAILED, now) >= BESIEGED:
            delay.next(now, FIRST_USER, LONGEST_USER)
            self._sieges[key[0]] = (Count(), delay)


def spared(networks: Iterable[str]) -> Callable[[str], bool]:
    """Tells whether a source lies in, or holds, one of these networks."""
    parsed = [ipaddress.ip_network(network, strict=False) for network in networks]

    def spares(source: str) -> bool:
        wanted = ipaddress.ip_network(source)
        return any(wanted.version == one.version and wanted.overlaps(one) for one in parsed)

    return spares
