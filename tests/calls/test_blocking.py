"""Whom nobody listens to for a while, and whom nobody blocks for another's failures."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from controller import blocked
from controller.calls import blocking
from controller.calls.blocking import Block, Blocking, is_scanner, source_of, spared
from controller.calls.blocklist import Blocklist
from controller.calls.doorkeeper import ASKED, TRIED, Doorkeeper, trusted_networks
from controller.calls.firewall import Firewall, FirewallRefused, run
from controller.esl.event import Event
from controller.terminal import Refused
from tests.calls.live import Live

STRANGER, OFFICE, CARRIER = "203.0.113.9", "198.51.100.20", "192.0.2.66"
TRUNKS = ("192.0.2.64/28", "127.0.0.0/8")
HOUSE = "martin.pbx.example"


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Blocking:
    return Blocking(spared(TRUNKS), clock)


def guess(door: Blocking, times: int, address: str = STRANGER, user: str = "101") -> Block | None:
    block = None
    for _ in range(times):
        block = door.failed(address, user, HOUSE) or block
    return block


# --- an address ----------------------------------------------------------------------------------------------------


def test_an_address_that_guesses_is_blocked_for_a_while(door: Blocking, clock: Clock) -> None:
    assert guess(door, 14) is None
    block = guess(door, 1)
    assert block
    assert (block.source, block.reason, block.until - clock.now) == (STRANGER, "failures", blocking.FIRST)
    assert door.refuses(STRANGER, "101", HOUSE)
    assert not door.refuses("203.0.113.10", "101", HOUSE)
    clock.now += blocking.FIRST
    assert not door.refuses(STRANGER, "101", HOUSE)
    assert door.blocks() == []


def test_each_block_is_twice_as_long_up_to_a_limit(door: Blocking, clock: Clock) -> None:
    lengths = []
    for _ in range(9):
        block = guess(door, 15)
        assert block
        lengths.append(block.until - block.since)
        clock.now = block.until + 1
    assert lengths[:4] == [300, 600, 1200, 2400]
    assert lengths[-1] == blocking.LONGEST
    clock.now += blocking.REMEMBERED
    last = guess(door, 15)
    assert last
    assert last.until - last.since == blocking.FIRST


def test_a_phone_with_a_stale_password_does_not_block_its_own_address(door: Blocking, clock: Clock) -> None:
    for _ in range(100):
        door.challenged(STRANGER)
        assert door.failed(STRANGER, "101", HOUSE) is None
        clock.now += 30


def test_what_was_held_against_an_address_is_forgiven_with_the_right_password(door: Blocking) -> None:
    guess(door, 14)
    door.proved(STRANGER, "101", HOUSE)
    assert guess(door, 9) is None
    assert not door.refuses(STRANGER, "102", HOUSE)


def test_questions_that_are_never_answered_block_at_last(door: Blocking) -> None:
    blocks = [door.challenged(STRANGER) for _ in range(151)]
    assert blocks.count(None) == 150
    assert next(filter(None, blocks)).reason == "unanswered"


def test_a_whole_office_that_starts_at_once_is_not_blocked(door: Blocking) -> None:
    for phone in range(500):
        assert door.challenged(OFFICE) is None
        door.proved(OFFICE, str(phone), HOUSE)


SCANNERS = ("friendly-scanner", "sipvicious", "VaxSIPUserAgent/3.1", "sipcli/v1.8", "pplsip", "sundayddr", "SIPSAK 0.9")


@pytest.mark.parametrize("agent", SCANNERS)
def test_a_scanner_is_blocked_sooner(door: Blocking, agent: str) -> None:
    assert [door.challenged(STRANGER, agent) is None for _ in range(5)] == [True, True, True, True, False]
    assert door.blocks()[0].reason == "scanner"


@pytest.mark.parametrize("agent", ["Yealink SIP-T46U 108.86", "snomD785/10.1", "PolycomVVX", "unknown", ""])
def test_a_phone_is_no_scanner(agent: str) -> None:
    assert not is_scanner(agent)


def test_a_scanner_is_refused_whatever_it_knows(door: Blocking) -> None:
    assert door.refuses(STRANGER, "101", HOUSE, "friendly-scanner")


def test_a_network_of_ipv6_is_one_source(door: Blocking) -> None:
    for last in range(1, 16):
        door.failed(f"2001:db8:1:2::{last:x}", "101", HOUSE)
    assert [block.source for block in door.blocks()] == ["2001:db8:1:2::/64"]
    assert door.refuses("2001:db8:1:2:ffff::1", "101", HOUSE)
    assert not door.refuses("2001:db8:1:3::1", "101", HOUSE)


@pytest.mark.parametrize("address", ["", "nobody", "1.2.3", "${system}", "::ffff:127.0.0.1", "127.0.0.1", CARRIER])
def test_trunks_loopback_and_what_is_no_address_are_never_blocked(door: Blocking, address: str) -> None:
    assert guess(door, 500, address) is None
    for _ in range(500):
        assert door.challenged(address, "friendly-scanner") is None
    assert door.blocks() == []
    assert not door.refuses(address, "101", HOUSE)


def test_addresses_are_read_as_events_write_them() -> None:
    assert source_of("[2001:db8::1]") == "2001:db8::/64"
    assert source_of("fe80::1%eth0") == "fe80::/64"
    assert source_of("::ffff:203.0.113.9") == STRANGER


# --- an address with good phones -----------------------------------------------------------------------------------


def test_one_phone_of_fifty_with_a_stale_password_blocks_nobody_else(door: Blocking, clock: Clock) -> None:
    for phone in range(50):
        door.proved(OFFICE, str(phone), HOUSE)
    assert guess(door, 1000, OFFICE, "stale") is None
    assert door.refuses(OFFICE, "stale", HOUSE)
    assert not any(door.refuses(OFFICE, str(phone), HOUSE) for phone in range(50))
    clock.now += blocking.FIRST_USER
    assert not door.refuses(OFFICE, "stale", HOUSE)


def test_the_stale_phone_is_let_in_soon_after_it_was_mended(door: Blocking, clock: Clock) -> None:
    for _ in range(2000):
        door.proved(OFFICE, "1", HOUSE)
        door.failed(OFFICE, "stale", HOUSE)
        clock.now += 10
    assert door.blocks() == []
    clock.now += blocking.LONGEST_USER
    assert not door.refuses(OFFICE, "stale", HOUSE)
    door.proved(OFFICE, "stale", HOUSE)
    assert guess(door, 9, OFFICE, "stale") is None


def test_somebody_who_guesses_beside_good_phones_is_refused_and_they_are_not(door: Blocking) -> None:
    for phone in range(50):
        door.proved(OFFICE, str(phone), HOUSE)
    for guessed in range(200):
        assert door.failed(OFFICE, f"guess{guessed}", HOUSE) is None
    assert door.refuses(OFFICE, "guess999", HOUSE)
    assert not any(door.refuses(OFFICE, str(phone), HOUSE) for phone in range(50))


def test_a_user_refused_at_one_address_is_let_in_at_another(door: Blocking) -> None:
    """Else anybody could keep a user out by guessing."""
    door.proved(OFFICE, "1", HOUSE)
    guess(door, 100, OFFICE, "101")
    assert not door.refuses("203.0.113.50", "101", HOUSE)


def test_old_proofs_count_no_more(door: Blocking, clock: Clock) -> None:
    door.proved(OFFICE, "1", HOUSE)
    clock.now += blocking.PROVEN
    assert guess(door, 15, OFFICE)


# --- floods --------------------------------------------------------------------------------------------------------


def test_a_flood_from_forged_addresses_blocks_few_and_takes_no_memory(door: Blocking, clock: Clock) -> None:
    door.proved(OFFICE, "1", HOUSE)

    def flood(first: int) -> None:
        for number in range(first, first + 100_000):
            clock.now += 0.0005
            door.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "101", HOUSE)
            door.challenged(OFFICE, "friendly-scanner")

    tracemalloc.start()
    flood(0)
    assert tracemalloc.get_traced_memory()[0] < 12e6
    tracemalloc.stop()
    assert door.blocks() == []
    assert not door.refuses(OFFICE, "1", HOUSE)


def test_whoever_forges_addresses_blocks_no_more_than_a_hundred_in_a_minute(door: Blocking, clock: Clock) -> None:
    for number in range(1000):
        clock.now += 0.01
        guess(door, 20, f"10.0.{number >> 8}.{number & 255}")
    assert len(door.blocks()) == blocking.BRAKE
    assert door.braked > 800
    clock.now += 60
    assert guess(door, 15)


# --- shared --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lists(engine: Engine, pool: ThreadPool, clock: Clock) -> Callable[[str], Blocklist]:
    return lambda name: Blocklist(engine, pool, name, clock)


class Kernel:
    """A recorded stand-in for the program nft."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refuses = ""

    def __call__(self, commands: str) -> None:
        if self.refuses:
            raise FirewallRefused(self.refuses)
        self.told.append(commands)


def keeper(blocklist: Blocklist, clock: Clock, kernel: Kernel | None = None) -> Doorkeeper:
    firewall = Firewall((5060, 5080), kernel) if kernel else None
    return Doorkeeper(blocklist, lambda: TRUNKS, firewall, clock)


def failure(address: str = STRANGER, user: str = "101", result: str = "FORBIDDEN", **more: str) -> Event:
    told = {"Event-Name": "CUSTOM", "Event-Subclass": TRIED, "network-ip": address, "username": user, "realm": HOUSE}
    return Event(told | {"auth-result": result} | more)


def test_what_one_controller_blocks_all_block_and_free(lists: Callable[[str], Blocklist], clock: Clock) -> None:
    one, other = keeper(lists("one"), clock), keeper(lists("other"), clock)
    for _ in range(15):
        one.hear(failure())
    one.turn()
    other.turn()
    assert [block.source for block in other.blocks()] == [STRANGER]
    assert other.refuses(STRANGER, "101", HOUSE, "")
    clock.now += 5
    assert other.free(STRANGER)
    assert not other.refuses(STRANGER, "101", HOUSE, "")
    one.turn()
    other.turn()
    assert (one.blocks(), other.blocks()) == ([], [])
    assert not one.free(STRANGER)


def test_a_controller_that_starts_knows_what_is_blocked_and_how_often_it_was(
    lists: Callable[[str], Blocklist], clock: Clock
) -> None:
    one = keeper(lists("one"), clock)
    for _ in range(15):
        one.hear(failure())
    one.turn()
    late = keeper(lists("late"), clock)
    late.turn()
    [block] = late.blocks()
    assert (block.source, block.reason, block.strikes) == (STRANGER, "failures", 1)
    clock.now = block.until + 1
    for _ in range(15):
        late.hear(failure())
    assert late.blocks()[0].strikes == 2


def test_while_the_database_is_away_a_controller_blocks_alone_and_tells_later(
    lists: Callable[[str], Blocklist], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocklist = lists("one")
    one, other = keeper(blocklist, clock), keeper(lists("other"), clock)
    with monkeypatch.context() as away:
        away.setattr(blocklist, "_in_thread", lambda _: (_ for _ in ()).throw(OperationalError("", {}, OSError())))
        for _ in range(15):
            one.hear(failure())
        one.turn()
        assert one.refuses(STRANGER, "101", HOUSE, "")
    other.turn()
    assert other.blocks() == []
    one.turn()
    other.turn()
    assert [block.source for block in other.blocks()] == [STRANGER]


def test_the_kernel_does_not_wait_for_the_database(
    lists: Callable[[str], Blocklist], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocklist, kernel = lists("one"), Kernel()
    one = keeper(blocklist, clock, kernel)
    told: list[bool] = []

    def slow(_function: object) -> None:
        told.append(STRANGER in "".join(kernel.told))
        raise OperationalError("", {}, OSError())

    monkeypatch.setattr(blocklist, "_in_thread", slow)
    for _ in range(15):
        one.hear(failure())
    for _ in range(3):
        one.turn()
    assert told == [True, True, True]
    with pytest.raises(OperationalError):
        one.free(STRANGER)
    assert f"delete element inet souffleur blocked4 {{ {STRANGER} }}" in kernel.told[-1]
    clock.now += 86400
    one.turn()
    assert one._unwritten == []


def test_events_are_read(lists: Callable[[str], Blocklist], clock: Clock) -> None:
    one = keeper(lists("one"), clock)
    for _ in range(14):
        one.hear(failure())
    one.hear(failure(result="RENEWED"))
    for _ in range(15):
        one.hear(failure())
    assert one.refuses(STRANGER, "101", HOUSE, "")  # the user alone
    assert one.blocks() == []
    for _ in range(5):
        asked = {"Event-Subclass": ASKED, "network-ip": "203.0.113.77", "user-agent": "friendly-scanner"}
        one.hear(Event(asked))
    assert [block.source for block in one.blocks()] == ["203.0.113.77"]
    one.hear(Event({"Event-Subclass": ASKED}))
    one.hear(failure(address="", user="x" * 100_000))


def test_a_new_trunk_is_listened_to_at_once(lists: Callable[[str], Blocklist], clock: Clock) -> None:
    networks = ["192.0.2.64/28"]
    kernel = Kernel()
    one = Doorkeeper(lists("one"), lambda: networks, Firewall((5060,), kernel), clock)
    for _ in range(15):
        one.hear(failure())
    one.turn()
    networks.append("203.0.113.0/24")
    one.turn()
    assert one.blocks() == []
    assert "203.0.113.0/24" in kernel.told[-1]
    assert STRANGER not in kernel.told[-1]


def test_what_is_ours_and_the_trunks_is_trusted() -> None:
    trunks = [
        {"name": "a", "host": "192.0.2.1:5070", "allow": ["192.0.2.64/28"]},
        {"name": "b", "host": "[2001:db8::1]:5061"},
        {"name": "c", "host": "sip.carrier.example:5060", "allow": None},
    ]
    found = trusted_networks(trunks, ["198.51.100.1", "", "0.0.0.0", "pbx.example"])
    assert found == ("192.0.2.64/28", "192.0.2.1", "2001:db8::1", "198.51.100.1")


def test_the_kernel_is_told_and_when_it_may_not_the_directory_refuses_alone(
    lists: Callable[[str], Blocklist], clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    kernel = Kernel()
    one = keeper(lists("one"), clock, kernel)
    for _ in range(15):
        one.hear(failure())
    one.turn()
    assert one.enforced_by == "nftables"
    assert f"add element inet souffleur blocked4 {{ {STRANGER} timeout 300s }}" in "".join(kernel.told)
    one.free(STRANGER)
    assert kernel.told[-1].endswith(f"delete element inet souffleur blocked4 {{ {STRANGER} }}\n")
    kernel = Kernel()
    kernel.refuses = "Operation not permitted"
    other = keeper(lists("other"), clock, kernel)
    other.turn()
    assert other.enforced_by == "directory"
    assert "Operation not permitted" in caplog.text


IN_A_NETWORK_OF_ITS_OWN = """
import socket, subprocess, sys, time
from controller.calls.blocking import Block
from controller.calls.firewall import Firewall
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
here = socket.socket(type=socket.SOCK_DGRAM); here.bind(("127.0.0.1", 5060)); here.settimeout(0.3)
here.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE: nothing is lost for want of room
def arrives(address):
    with socket.socket(type=socket.SOCK_DGRAM) as there:
        there.bind((address, 0)); there.sendto(b"x", ("127.0.0.1", 5060))
    try: return bool(here.recv(9))
    except TimeoutError: return False
def block(address, seconds): return Block(address, 0.0, seconds, "failures")
wall = Firewall((5060, 5080))
assert arrives("127.0.0.10")
wall.open([block("127.0.0.10", 600.0)], 0.0, ["127.0.0.12/32"])
assert not arrives("127.0.0.10") and arrives("127.0.0.11")
wall.free([block("127.0.0.10", 0.0)]); assert arrives("127.0.0.10")
wall.free([block("127.0.0.10", 0.0)])
wall.block([block("127.0.0.10", 600.0), block("127.0.0.12", 600.0), block("2001:db8::/64", 9.0)], 0.0)
assert not arrives("127.0.0.10")
assert arrives("127.0.0.12"), "a spared network is not blocked"
wall.block([block("127.0.0.10", 1.0)], 0.0)
deadline = time.monotonic() + 8
while not arrives("127.0.0.10"): assert time.monotonic() < deadline
sent = sum(arrives("127.0.0.13") for _ in range(100)); assert sent == 100, sent
flood = socket.socket(type=socket.SOCK_DGRAM); flood.bind(("127.0.0.14", 0))
for _ in range(5000): flood.sendto(b"f", ("127.0.0.1", 5060))
here.settimeout(0.1); got = 0
try:
    while here.recv(9): got += 1
except TimeoutError: pass
assert 300 < got < 1500, got
assert arrives("127.0.0.13")
wall.open([], 0.0)
print("all seen")
"""


@pytest.mark.skipif(not shutil.which("nft") or not shutil.which("unshare"), reason="nft or unshare is not here")
def test_the_kernel_drops_what_blocked_addresses_send() -> None:
    """The real nftables, in a network namespace of its own."""
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True)
    if probe.returncode:
        pytest.skip("this machine lets us make no network namespace")
    words = ["unshare", "-n", sys.executable, "-c", IN_A_NETWORK_OF_ITS_OWN]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2])
    assert done.stdout == "all seen\n", done.stderr


def test_a_program_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.calls.firewall.PROGRAM", ("false",))
    with pytest.raises(FirewallRefused):
        run("")
    monkeypatch.setattr("controller.calls.firewall.PROGRAM", ("no-such-program",))
    with pytest.raises(FirewallRefused):
        run("")


# --- the operator --------------------------------------------------------------------------------------------------


def test_the_operator_sees_and_frees_a_blocked_address(live: Live) -> None:
    said: list[str] = []
    assert live.controller
    for _ in range(15):
        live.controller.doorkeeper.hear(failure(user="101\x1b[2J"))
    blocked.show(live.control, said.append)
    assert said[0].startswith(STRANGER)
    assert "failures" in said[0]
    assert "\x1b" not in said[0]
    assert said[1:] == [blocked.ENFORCED["directory"]]
    assert blocked.free(live.control, STRANGER, said.append) == 0
    said.clear()
    blocked.show(live.control, said.append)
    assert said == [blocked.NOBODY]
    with pytest.raises(Refused, match="not blocked"):
        live.control.free(STRANGER)
    with pytest.raises(Refused):
        live.control.free("${system}")


def test_a_subscriber_learns_nothing_of_blocked_addresses(live: Live) -> None:
    with pytest.raises(Refused):
        live.control.ask("GET", "/v1/blocked?subscriber=martin")
