"""Strangers on a real FreeSWITCH: who guesses is not listened to for a while, and nobody else suffers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gevent
import pytest

from controller.calls import blocking
from controller.calls.doorkeeper import EVENTS, Doorkeeper
from controller.esl.inbound import Inbound
from controller.esl.link import Link
from tests.calls.test_blocking import Clock
from tests.real.conftest import STRANGER, TRUNK, A, Phones
from tests.real.offers import Offers
from tests.real.sip import WITHIN, Agent
from tests.real.switch import RealSwitch

OFFICE, ELSEWHERE, THIEF = "127.0.0.20", "127.0.0.21", "127.0.0.22"
SCANNER = "User-Agent: friendly-scanner"
GUESSES = int(blocking.ENOUGH)


class NoTable:
    """Nobody else is told."""

    def put(self, blocks: object) -> None: ...
    def changes(self) -> list[blocking.Block]:
        return []

    def free(self, source: str) -> bool:
        return False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(freeswitch: RealSwitch, phones: Phones, clock: Clock) -> Iterator[Doorkeeper]:
    """A doorkeeper that hears this FreeSWITCH, answers with its directory, and does not spare loopback."""
    keeper = Doorkeeper(NoTable(), lambda: (f"{TRUNK}/32",), now=clock, spare=())  # type: ignore[arg-type]
    keeper.turn()

    def follow(connection: Inbound) -> None:
        for subclass in EVENTS:
            connection.register_handle(subclass, keeper.hear)
        connection.subscribe(subclasses=EVENTS)

    settings = freeswitch.settings
    link = Link(settings.esl_address, settings.esl_port, settings.esl_password, on_up=follow)
    link.start()
    assert link.wait_up(WITHIN)
    phones.refuses = keeper.refuses
    yield keeper
    phones.refuses = lambda *_stranger: False
    link.stop()


def until(met: Callable[[], object]) -> None:
    with gevent.Timeout(WITHIN, AssertionError("not so")):
        while not met():
            gevent.sleep(0.02)


def guess(agent: Callable[..., Agent], times: int, address: str, user: str = "101") -> None:
    for number in range(times):
        thief = agent(user, A, f"wrong{number}", address=address)
        assert thief.register() == 403 if number % 2 else thief.invite("1000").response().status == 403


def test_an_address_that_guesses_is_not_listened_to_for_a_while(
    agent: Callable[..., Agent], offers: Offers, door: Doorkeeper, clock: Clock, phones: Phones
) -> None:
    """Not even with the right password, and neither the database nor a controller's offers hear of it."""
    offers.open()
    guess(agent, GUESSES, THIEF)
    until(door.blocks)
    assert [(block.source, block.reason) for block in door.blocks()] == [(THIEF, "failures")]
    phones.asked.clear()
    knows = agent("101", A, address=THIEF)
    assert knows.register() == 403
    assert knows.invite("1000").response().status == 403
    assert phones.asked == []
    assert offers.nothing(0.3)
    assert agent("101", A, address=ELSEWHERE).register() == 200
    clock.now = door.blocks()[0].until
    assert knows.register() == 200
    knows.invite("1000")
    assert offers.next().variable("souffleur_subscriber") == "martin"


def test_a_phone_with_a_stale_password_hurts_no_other_phone_behind_its_router(
    agent: Callable[..., Agent], door: Doorkeeper, clock: Clock, phones: Phones
) -> None:
    good = agent("102", A, address=OFFICE)
    assert good.register() == 200
    until(lambda: OFFICE in door.blocking._proven)
    guess(agent, 3 * GUESSES, OFFICE)
    until(lambda: door.refuses(OFFICE, "101", A, ""))
    assert door.blocks() == []
    phones.asked.clear()
    assert good.register() == 200
    assert phones.asked == ["102"]
    assert agent("101", A, address=OFFICE).register() == 403
    assert phones.asked == ["102"]
    clock.now += blocking.FIRST_USER
    assert agent("101", A, address=OFFICE).register() == 200


def test_a_scanner_is_blocked_before_it_has_guessed_anything(
    agent: Callable[..., Agent], offers: Offers, door: Doorkeeper, phones: Phones
) -> None:
    offers.open()
    phones.asked.clear()
    scanner = agent("101", A, "", address=THIEF)
    for number in range(5):
        assert scanner.ask("REGISTER", f"sip:{A}", SCANNER, f"Contact: {scanner.contact}") == 401, number
    until(door.blocks)
    assert door.blocks()[0].reason == "scanner"
    knows = agent("101", A, address=ELSEWHERE)
    assert knows.invite("1000", SCANNER).response().status == 403
    assert phones.asked == []
    assert offers.nothing(0.3)


def test_trunks_are_never_blocked(
    agent: Callable[..., Agent], offers: Offers, door: Doorkeeper, freeswitch: RealSwitch
) -> None:
    """Somebody who guesses from the carrier's network, or claims to: calls of the carrier come in all the same."""
    offers.open()
    registrar = (freeswitch.address, freeswitch.settings.internal_port)
    for number in range(2 * GUESSES):
        thief = Agent(registrar, "101", A, f"wrong{number}", TRUNK)
        assert thief.register() == 403
        thief.close()
    guess(agent, GUESSES, THIEF)
    until(door.blocks)  # so the others were heard before
    assert [block.source for block in door.blocks()] == [THIEF]
    agent("+33611111111", TRUNK).invite("+33123456789")
    assert offers.next().variable("souffleur_trunk") == "carrier"


def test_a_stranger_at_the_trunks_door_costs_no_offer_and_no_question(
    agent: Callable[..., Agent], offers: Offers, phones: Phones, freeswitch: RealSwitch
) -> None:
    offers.open()
    phones.asked.clear()
    for _ in range(20):
        assert agent("x", STRANGER).invite("+33123456789", SCANNER).response().status == 403
    assert phones.asked == []
    assert offers.nothing(0.3)
    assert freeswitch.api("show channels count") == "0 total."
