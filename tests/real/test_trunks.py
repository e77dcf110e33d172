"""Trunks on a real FreeSWITCH: who may call from where, and what a call from outside may not do."""

from dataclasses import replace

import pytest

from conf.freeswitch import Trunk
from tests.real.conftest import STRANGER, TRUNK, A

NUMBER = "+33123456789"


@pytest.fixture
def gateway(freeswitch, agent):
    """What stands behind the trunk: it hears the calls that FreeSWITCH sends there."""
    host, _, port = freeswitch.settings.trunks[0].host.partition(":")
    return agent("carrier", host, port=int(port))


def test_a_call_comes_from_the_trunks_network_or_not_at_all(agent, offers):
    offers.open()
    assert agent("carrier", STRANGER).invite(NUMBER).response().status == 403
    assert offers.nothing()
    agent("+33611111111", TRUNK).invite(NUMBER)
    offered = offers.next()
    assert offered.variable("souffleur_origin") == "trunk"
    assert offered.variable("souffleur_trunk") == "carrier"
    assert offered.variable("souffleur_dialled") == NUMBER
    assert offered.variable("souffleur_subscriber") == ""
    assert offered.headers["Caller-Caller-ID-Number"] == "+33611111111"


def test_credentials_do_not_open_the_trunks_door(agent, offers, freeswitch):
    offers.open()
    phone = agent("101", A, port=0)
    phone.server = (freeswitch.address, freeswitch.settings.external_port)
    assert phone.invite(NUMBER).response().status == 403
    assert phone.register() in (403, 405)
    trunk = agent("101", TRUNK)
    assert trunk.register() in (403, 405)
    assert offers.nothing()


def test_all_codecs_are_offered_and_those_a_caller_has_are_kept(agent, offers, gateway, freeswitch):
    freeswitch.api("bgapi originate {ignore_early_media=true}sofia/gateway/carrier/+33699999999 &park()")
    sdp = gateway.offer_of(gateway.next_call())
    assert [name for name in ("PCMA", "PCMU", "G722", "opus") if f"{name}/" not in sdp] == []
    offers.open()
    agent("+33611111111", TRUNK).invite(NUMBER)
    offers.next().execute("bridge", "sofia/gateway/carrier/+33699999999")
    sdp = gateway.offer_of(gateway.next_call())
    assert ("PCMA/" in sdp, "G722/" in sdp) == (True, False)  # nothing to transcode


def test_a_redirection_is_not_followed(agent, offers, gateway):
    """302 with an address of its own: FreeSWITCH would call it, past every permission."""
    offers.open()
    victim = agent("victim", STRANGER)
    caller = agent("+33611111111", TRUNK)
    call = caller.invite(NUMBER)
    offered = offers.next()
    offered.execute("bridge", "sofia/gateway/carrier/+33699999999")
    offered.execute("hangup", "USER_BUSY")
    gateway.next_call().reject(302, f"Contact: <sip:+33899000000@{STRANGER}:{victim.port}>")
    assert call.response().status == 486
    assert victim.is_quiet()
    assert offers.nothing(0.1)


def test_a_redirection_of_a_call_of_our_making_is_not_followed(agent, gateway, freeswitch):
    victim = agent("victim", STRANGER)
    freeswitch.api("bgapi originate sofia/gateway/carrier/+33699999999 &park()")
    gateway.next_call().reject(302, f"Contact: <sip:+33899000000@{STRANGER}:{victim.port}>")
    assert victim.is_quiet()


def test_the_callers_own_headers_do_not_reach_the_called(agent, offers, gateway):
    offers.open()
    agent("+33611111111", TRUNK).invite(NUMBER, "X-Secret: 1", "P-Charging-Vector: 2")
    offers.next().execute("bridge", "sofia/gateway/carrier/+33699999999")
    called = gateway.next_call()
    assert not [name for name, _ in called.invite.headers if name in ("x-secret", "p-charging-vector")]


def test_a_trunk_is_added_and_removed_while_calls_are_up(agent, offers, freeswitch):
    offers.open()
    before = freeswitch.settings.trunks
    other = agent("+33622222222", STRANGER)
    call = agent("+33611111111", TRUNK).invite(NUMBER)
    offers.next().execute("answer")
    assert call.response().status == 200
    try:
        freeswitch.change(trunks=(*before, Trunk("second", f"{STRANGER}:5090", (f"{STRANGER}/32",))))
        other.invite(NUMBER)
        offered = offers.next()
        assert offered.variable("souffleur_trunk") == "second"
        offered.hang_up()
        assert "second" in freeswitch.api("sofia status")
    finally:
        freeswitch.change(trunks=before)
        freeswitch.api("sofia profile external killgw second")
    assert agent("+33622222222", STRANGER).invite(NUMBER).response().status == 403
    assert call.bye().status == 200


def test_a_trunk_without_networks_lets_nobody_in(freeswitch, agent, offers):
    offers.open()
    before = freeswitch.settings.trunks
    try:
        freeswitch.change(trunks=tuple(replace(trunk, allow=()) for trunk in before))
        assert agent("+33611111111", TRUNK).invite(NUMBER).response().status == 403
    finally:
        freeswitch.change(trunks=before)


def test_a_short_number_of_a_subscriber_is_only_a_number_from_outside(agent, offers):
    offers.open()
    agent("+33611111111", TRUNK).invite("101")
    offered = offers.next()
    assert (offered.variable("souffleur_origin"), offered.variable("souffleur_subscriber")) == ("trunk", "")
