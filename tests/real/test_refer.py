"""REFER on a real FreeSWITCH: refused, or from phones offered to the controller again where that is asked for."""

import pytest

from tests.real.conftest import STRANGER, TRUNK, A

NUMBER = "+33123456789"
ELSEWHERE = "?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2"


@pytest.fixture
def conversation(agent, offers, freeswitch):
    """A caller from outside and a phone, talking: (offered, phone, its leg, the caller's call)."""
    offers.open()
    phone, caller = agent("101", A), agent("+33611111111", TRUNK)

    def begin():
        assert phone.register() == 200
        call = caller.invite(NUMBER)
        offered = offers.next()
        offered.execute("answer")
        assert call.response().status == 200
        offered.execute("bridge", f"sofia/internal/101%{A}")
        leg = phone.next_call()
        leg.answer()
        freeswitch.partner(offered.uuid)
        return offered, phone, leg, call

    return begin


@pytest.fixture(scope="module")
def allowed(freeswitch):
    freeswitch.change(phones_may_refer=True, restart="internal")
    yield
    freeswitch.change(phones_may_refer=False, restart="internal")


def refer(phone, leg, target):
    leg.send("REFER", f"Refer-To: <{target}>", f"Contact: {phone.contact}", "Referred-By: <sip:102@durand.pbx.example>")
    return leg.response("REFER").status


def test_nobody_transfers_unless_it_is_asked_for(conversation, offers):
    _, phone, leg, call = conversation()
    assert refer(phone, leg, f"sip:102@{A}") in (403, 405)
    assert offers.nothing()
    assert call.bye().status == 200


def test_a_crafted_transfer_is_why_phones_may_not_refer(conversation, agent):
    """With phones_may_refer this one rings the victim: a closing brace in a parameter ends FreeSWITCH's own list."""
    victim = agent("victim", STRANGER)
    _, phone, leg, _ = conversation()
    evil = f"sip:evil@{victim.address}:{victim.port}"
    assert refer(phone, leg, f"sip:102@{victim.address};x=1}}sofia/external/{evil}{ELSEWHERE}") in (403, 405)
    assert victim.is_quiet()


def test_a_trunk_never_transfers(allowed, conversation, offers):
    _, _, _, call = conversation()
    assert refer(call.agent, call, "sip:+33899000000@127.0.0.1") in (403, 405)
    assert call.agent.ask("REFER", f"sip:{NUMBER}@127.0.0.1", "Refer-To: <sip:+33899000000@127.0.0.1>") in (403, 405)
    assert offers.nothing()


def test_a_transfer_is_offered_again_with_the_transferors_channel(allowed, conversation, offers, freeswitch):
    first, phone, leg, _ = conversation()
    transferor = freeswitch.partner(first.uuid)
    assert refer(phone, leg, f"sip:102@{A}") == 202
    again = offers.next()
    assert again.uuid == first.uuid
    assert again.variable("souffleur_origin") == "transfer"
    assert again.variable("souffleur_dialled") == "102"
    assert again.variable("souffleur_transferred_by") == transferor
    assert again.variable("souffleur_trunk") == "carrier"


def test_a_transfer_to_no_number_is_offered_without_one(allowed, conversation, offers, tmp_path):
    first, phone, leg, _ = conversation()
    assert refer(phone, leg, f"sip:'system%3Atouch%20{str(tmp_path / 'bait').replace('/', '%2F')}'%20inline@{A}") == 202
    again = offers.next()
    assert (again.uuid, again.variable("souffleur_dialled")) == (first.uuid, "")
    assert not (tmp_path / "bait").exists()


@pytest.mark.parametrize(
    "parameters", ["", ";x=1,sip_h_X-Injected=yes", ";x=1%7Dsofia/external/sip:evil@{host}:{port}"]
)
def test_a_transfer_to_a_call_of_elsewhere_rings_nobody(allowed, conversation, agent, parameters):
    """FreeSWITCH would dial the address that the phone wrote, with the parameters that it wrote."""
    victim = agent("victim", STRANGER)
    _, phone, leg, _ = conversation()
    where = {"host": victim.address, "port": victim.port}
    target = "sip:102@{host}:{port}".format(**where) + parameters.format(**where) + ELSEWHERE
    assert refer(phone, leg, target) == 202
    assert victim.is_quiet()
    assert not victim.strays
