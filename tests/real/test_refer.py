"""REFER on a real FreeSWITCH: a phone's transfer is offered to the controller again, and dials nobody past it."""

import json
import re
from urllib.parse import quote

import gevent
import pytest

from controller.calls.crossing import EVENTS, Crossing
from controller.calls.elsewhere import forbid, hang_up_strays
from controller.esl.link import Link
from tests.real.conftest import STRANGER, TRUNK, A, B
from tests.real.sip import WITHIN

NUMBER = "+33123456789"
ELSEWHERE = "?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2"


@pytest.fixture(autouse=True)
def asked(freeswitch, phones):
    """What FreeSWITCH asked of the controller, who answers as it does in the house."""
    settings = freeswitch.settings
    link = Link(settings.esl_address, settings.esl_port, settings.esl_password, on_up=lambda _connection: None)
    link.start()
    assert link.wait_up(WITHIN)
    questions = []

    def answer(question):
        questions.append(question)
        forbid(question, lambda: link.connection)

    phones.on_transfer = answer
    yield questions
    phones.on_transfer = lambda _question: None
    link.stop()


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


def refer(phone, leg, target):
    leg.send("REFER", f"Refer-To: <{target}>", f"Contact: {phone.contact}", "Referred-By: <sip:102@durand.pbx.example>")
    return leg.response("REFER").status


def test_a_transfer_is_offered_again_with_the_transferors_channel(conversation, offers, freeswitch):
    first, phone, leg, _ = conversation()
    transferor = freeswitch.partner(first.uuid)
    assert refer(phone, leg, f"sip:102@{A}") == 202
    again = offers.next()
    assert again.uuid == first.uuid
    assert again.variable("souffleur_origin") == "transfer"
    assert again.variable("souffleur_dialled") == "102"
    assert again.variable("souffleur_transferred_by") == transferor
    assert again.variable("souffleur_trunk") == "carrier"


def test_a_transfer_to_no_number_is_offered_without_one(conversation, offers, tmp_path):
    first, phone, leg, _ = conversation()
    assert refer(phone, leg, f"sip:'system%3Atouch%20{str(tmp_path / 'bait').replace('/', '%2F')}'%20inline@{A}") == 202
    again = offers.next()
    assert (again.uuid, again.variable("souffleur_dialled")) == (first.uuid, "")
    assert not (tmp_path / "bait").exists()


# --- to a call of another server -----------------------------------------------------------------------------------

PLAIN = ("", ";x=1", ";transport=udp")
DIAL_STRINGS = (
    ";x=1}sofia/external/{evil}",
    ";x=1:_:sofia/external/{evil}:_:error/",
    ";x=1}[souffleur_call=1]sofia/gateway/carrier/+33899000000",
    ";x=1}{souffleur_call=1}sofia/external/{evil},error/x",
    ";x=1,sip_h_X-Injected=yes",
    ";x=${{system}}",
    ";x=1%7Dsofia/external/{evil}",
    ";x=1|sofia/external/{evil}",
)


def written(text, evil):
    return text.replace("{evil}", evil).replace("${{", "${").replace("}}", "}")


@pytest.fixture
def victim(agent):
    return agent("victim", STRANGER)


def attack(conversation, victim, parameters, headers=ELSEWHERE):
    first, phone, leg, call = conversation()
    target = f"sip:102@{victim.address}:{victim.port}"
    evil = f"sip:evil@{victim.address}:{victim.port}"
    assert refer(phone, leg, target + written(parameters, evil) + written(headers, evil)) == 202
    return first, phone, leg, call


@pytest.mark.parametrize("parameters", PLAIN)
def test_a_transfer_to_elsewhere_is_refused_and_the_talk_goes_on(conversation, victim, asked, parameters):
    _, _, leg, call = attack(conversation, victim, parameters)
    notice = leg.request()
    assert (notice.method, notice.body.strip()) == ("NOTIFY", "SIP/2.0 403 Forbidden")
    assert len(asked) == 1
    assert victim.is_quiet()
    assert leg.requests.empty()
    assert call.bye().status == 200


@pytest.mark.parametrize("parameters", DIAL_STRINGS)
def test_a_dial_string_in_a_transfer_rings_nobody_and_ends_the_transferors_call(
    conversation, victim, agent, freeswitch, parameters
):
    """Without the controller's word the first two ring the victim: each ends FreeSWITCH's string and begins another."""
    host, _, port = freeswitch.settings.trunks[0].host.partition(":")
    carrier = agent("carrier", host, port=int(port))
    first, _, leg, call = attack(conversation, victim, parameters)
    assert leg.request().method == "BYE"
    assert victim.is_quiet()
    assert carrier.is_quiet(0.1)
    assert not victim.strays
    assert freeswitch.api(f"uuid_exists {first.uuid}") == "true"  # the caller goes on where the flow leads
    assert call.requests.empty()


def test_a_dial_string_in_the_headers_of_a_transfer_rings_nobody(conversation, victim):
    headers = ELSEWHERE + "&a=}sofia/external/{evil}"
    _, _, leg, _ = attack(conversation, victim, "", headers)
    assert leg.request().method == "BYE"
    assert victim.is_quiet()


def test_while_no_controller_answers_a_plain_transfer_to_elsewhere_still_rings_nobody(conversation, victim, phones):
    phones.on_transfer = lambda _question: gevent.sleep(3.5)  # longer than FreeSWITCH waits
    _, _, leg, _ = attack(conversation, victim, "")
    assert leg.request().method == "NOTIFY"
    assert victim.is_quiet()


def test_what_was_dialled_while_no_controller_answered_is_hung_up_by_the_next(conversation, victim, phones, freeswitch):
    phones.on_transfer = lambda _question: gevent.sleep(3.5)
    attack(conversation, victim, DIAL_STRINGS[0])
    ringing = victim.next_call()
    settings = freeswitch.settings
    door = (settings.esl_address, settings.esl_port, settings.esl_password)
    link = Link(*door, on_up=lambda connection: connection.subscribe("BACKGROUND_JOB"))
    link.start()
    assert link.wait_up(WITHIN)
    gevent.sleep(0.6)  # FreeSWITCH's list is late
    link.connection.api(f"uuid_setvar {freeswitch_leg(freeswitch, 'internal')} souffleur_call known")
    hang_up_strays(link.connection)
    assert ringing.request().method == "CANCEL"
    assert freeswitch_leg(freeswitch, "internal")  # a leg of ours stays
    link.stop()


def freeswitch_leg(freeswitch, profile):
    rows = json.loads(freeswitch.api("show channels as json")).get("rows", ())
    legs = (row for row in rows if row["direction"] == "outbound")
    return next((row["uuid"] for row in legs if row["name"].startswith(f"sofia/{profile}/")), "")


# --- who may not ---------------------------------------------------------------------------------------------------


def test_a_trunk_never_transfers(conversation, offers):
    _, _, _, call = conversation()
    assert refer(call.agent, call, "sip:+33899000000@127.0.0.1") in (403, 405)
    assert call.agent.ask("REFER", f"sip:{NUMBER}@127.0.0.1", "Refer-To: <sip:+33899000000@127.0.0.1>") in (403, 405)
    assert offers.nothing()


def test_a_transfer_outside_of_a_call_does_nothing(agent, offers, victim, freeswitch):
    offers.open()
    for phone in (agent("101", A), agent("101", A, "")):
        for target in (f"sip:102@{A}", f"sip:102@{victim.address}:{victim.port}", f"sip:+33899000000@{A}{ELSEWHERE}"):
            phone.ask("REFER", f"sip:102@{A}", f"Refer-To: <{target}>", f"Contact: {phone.contact}")
    assert offers.nothing()
    assert victim.is_quiet()
    assert freeswitch.api("show channels count") == "0 total."


@pytest.mark.slow
def test_nobody_transfers_where_that_is_forbidden(conversation, offers, freeswitch):
    gevent.sleep(10.5)  # a profile is not restarted earlier
    freeswitch.change(phones_may_refer=False, restart="internal")
    try:
        _, phone, leg, call = conversation()
        assert refer(phone, leg, f"sip:102@{A}") in (403, 405)
        assert offers.nothing()
        assert call.bye().status == 200
        gevent.sleep(10.5)
    finally:
        freeswitch.change(phones_may_refer=True, restart="internal")


# --- calls of others -----------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(freeswitch):
    """Somebody who hears of attended transfers, as the controller does."""
    settings = freeswitch.settings

    def follow(connection):
        for subclass in EVENTS:
            connection.register_handle(subclass, crossing.hear)
        connection.subscribe(subclasses=EVENTS)

    crossing = Crossing(lambda: link.connection)
    link = Link(settings.esl_address, settings.esl_port, settings.esl_password, on_up=follow)
    link.start()
    assert link.wait_up(WITHIN)
    yield
    link.stop()


@pytest.fixture
def talk(agent, offers, freeswitch):
    """A caller from outside talks with a phone: (offered, phone, its leg, the caller's call)."""
    offers.open()

    def begin(user, domain, slug, caller):
        phone = agent(user, domain)
        assert phone.register() == 200
        call = agent(caller, TRUNK).invite(NUMBER)
        offered = offers.next()
        offered.execute("answer")
        assert call.response().status == 200
        offered.execute("bridge", f"[souffleur_subscriber={slug}]sofia/internal/{user}%{domain}")
        leg = phone.next_call()
        leg.answer()
        freeswitch.partner(offered.uuid)
        return offered, phone, leg, call

    return begin


def dialog(leg):
    """What a Replaces header says of a phone's dialog."""
    tags = [re.search("tag=([^;>]+)", text)[1] for text in (leg.local, leg.remote)]
    return f"{leg.call_id};to-tag={tags[0]};from-tag={tags[1]}"


def test_a_phone_joins_two_callers_of_its_own(talk, guarded, freeswitch):
    one, phone, leg, _ = talk("101", A, "martin", "+33611111111")
    other, _, second, _ = talk("101", A, "martin", "+33622222222")
    assert refer(phone, leg, f"sip:102@{A}?Replaces={quote(dialog(second))}") == 202
    assert leg.request().body.strip() == "SIP/2.0 200 OK"
    with gevent.Timeout(WITHIN):
        while freeswitch.api(f"uuid_getvar {one.uuid} bridge_uuid") != other.uuid:
            gevent.sleep(0.02)
    gevent.sleep(0.5)
    assert freeswitch.api(f"uuid_exists {other.uuid}") == "true"


def test_a_phone_does_not_take_part_in_a_talk_of_another_subscriber(talk, guarded, freeswitch):
    theirs, _, victim, customer = talk("101", A, "martin", "+33611111111")
    ours, thief, leg, accomplice = talk("101", B, "durand", "+33622222222")
    assert refer(thief, leg, f"sip:101@{A}?Replaces={quote(dialog(victim))}") == 202
    assert accomplice.request().method == "BYE"
    assert freeswitch.api(f"uuid_exists {theirs.uuid}") == "true"  # the customer goes on where the flow leads
    assert freeswitch.api(f"uuid_exists {ours.uuid}") == "false"
    assert customer.requests.empty()


def test_a_phone_does_not_send_a_customer_of_another_subscriber_to_a_number_it_dialled(
    talk, guarded, agent, offers, freeswitch
):
    theirs, _, victim, _ = talk("101", A, "martin", "+33611111111")
    thief = agent("101", B)
    call = thief.invite("+33899000000")
    offered = offers.next()
    offered.execute("answer")
    assert call.response().status == 200
    refer(thief, call, f"sip:101@{A}?Replaces={quote(dialog(victim))}")
    with gevent.Timeout(WITHIN):
        while freeswitch.api(f"uuid_exists {theirs.uuid}") == "true":
            gevent.sleep(0.02)


@pytest.mark.parametrize("side", ["phone", "trunk"])
def test_an_invite_with_replaces_takes_over_no_talk(talk, agent, freeswitch, side):
    """Somebody who knows the Call-ID of a talk, and even its tags."""
    offered, _, victim, customer = talk("101", A, "martin", "+33611111111")
    thief = agent("102", B) if side == "phone" else agent("+33699999999", TRUNK)
    call = thief.invite(NUMBER, f"Replaces: {dialog(victim)}")
    assert call.response().status == 200  # FreeSWITCH answers before it looks
    assert call.request().method == "BYE"
    assert freeswitch.partner(offered.uuid)
    assert victim.requests.empty()
    assert customer.requests.empty()
