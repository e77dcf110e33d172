"""Phones on a real FreeSWITCH: who may register, who is who, and that two subscribers never meet."""

import pytest

from controller.calls.directory import DirectoryUser
from tests.real.conftest import PASSWORD, A, B


@pytest.fixture
def registered(agent):
    def register(user, domain):
        phone = agent(user, domain)
        assert phone.register() == 200
        return phone

    return register


def test_a_phone_registers_with_its_password_and_only_with_it(agent):
    assert agent("101", A).register() == 200
    assert agent("101", A, "wrong").register() == 403
    assert agent("101", "nobody.pbx.example").register() == 403
    assert agent("999", A).register() == 403
    assert agent("101", A, "").register() == 401


def test_credentials_of_one_subscriber_do_not_register_a_phone_of_another(agent, freeswitch):
    thief = agent("101", A)
    assert thief.register(to=f"<sip:101@{B}>") == 403
    assert thief.register(to=f"<sip:102@{A}>") == 403
    assert thief.register(to=f"<sip:101@{B}>", realm=A) == 403
    assert freeswitch.api(f"sofia_contact internal/101@{B}") == "error/user_not_registered"
    assert freeswitch.api(f"sofia_contact internal/102@{A}") == "error/user_not_registered"


def test_phones_register_while_the_database_is_away(agent, phones, registered):
    registered("101", A)
    phones.away = True
    try:
        assert agent("101", A).register() == 200
        assert agent("101", A, "wrong").register() == 403
    finally:
        phones.away = False


def test_a_phone_that_was_removed_registers_no_more(agent, phones):
    key = (A, "105")
    phones.users[key] = DirectoryUser("martin", "105", A, phones.users[(A, "101")].a1_hash)
    del phones.users[key]
    assert agent("105", A).register() == 403


def test_the_subscriber_comes_from_the_authenticated_user(agent, offers):
    offers.open()
    for domain, slug in ((A, "martin"), (B, "durand")):
        call = agent("101", domain).invite("1000")
        offered = offers.next()
        assert offered.variable("souffleur_subscriber") == slug
        assert offered.variable("souffleur_user") == f"101@{slug}"
        assert offered.variable("souffleur_origin") == "phone"
        assert offered.variable("souffleur_dialled") == "1000"
        offered.hang_up("USER_BUSY")
        assert call.response().status == 486


def test_headers_do_not_choose_the_subscriber(agent, offers):
    offers.open()
    forged = (
        "X-souffleur_subscriber: durand",
        "souffleur_subscriber: durand",
        "variable_souffleur_subscriber: durand",
        "P-souffleur_subscriber: durand",
        f"P-Asserted-Identity: <sip:101@{B}>",
        "Remote-Party-ID: <sip:101@durand.pbx.example;souffleur_user=x>;souffleur_subscriber=durand",
        f"Referred-By: <sip:101@{B}>;souffleur_subscriber=durand",
        "X-A: 1%0Avariable_souffleur_subscriber: durand",
    )
    uri = f"sip:1000@{A};souffleur_subscriber=durand?souffleur_subscriber=durand"
    for options in ({}, {"domain": B, "realm": A}, {"uri": uri}):
        agent("101", A).invite("1000", *forged, **options)
        offered = offers.next()
        ours = {name: value for name, value in offered.headers.items() if name.startswith("variable_souffleur")}
        assert ours == {
            "variable_souffleur_subscriber": "martin",
            "variable_souffleur_user": "101@martin",
            "variable_souffleur_origin": "phone",
            "variable_souffleur_dialled": "1000",
        }
        offered.hang_up()


def test_another_subscribers_realm_needs_that_subscribers_password(agent, offers, phones):
    offers.open()
    call = agent("101", A, "wrong").invite("1000", domain=B)
    assert call.response().status == 403
    assert agent("101", A, "").invite("1000").response().status == 407
    assert offers.nothing()


def test_two_subscribers_with_the_same_extension_never_meet(agent, offers, registered):
    offers.open()
    ours, theirs = registered("101", A), registered("101", B)
    call = agent("102", A).invite("101")
    offered = offers.next()
    assert offered.variable("souffleur_subscriber") == "martin"
    offered.execute("bridge", f"sofia/internal/101%{A}")
    ringing = ours.next_call()
    assert theirs.is_quiet()
    ringing.answer()
    assert call.response().status == 200


def test_a_phone_that_is_not_registered_is_not_found_in_another_domain(agent, offers, registered):
    offers.open()
    theirs = registered("102", B)
    caller = agent("101", A)
    call = caller.invite("102")
    offered = offers.next()
    offered.execute("bridge", f"sofia/internal/102%{A}")
    offered.execute("hangup", "USER_BUSY")
    assert call.response().status == 486
    assert theirs.is_quiet()


def test_freeswitch_does_not_believe_itself(agent, offers, freeswitch):
    """A phone whose contact is FreeSWITCH's own address makes it call itself, without a user."""
    offers.open()
    trap = agent("101", A)
    own = f"<sip:+33899000000@{freeswitch.address}:{freeswitch.settings.internal_port}>"
    assert trap.register(contact=own) == 200
    agent("102", A).invite("101")
    offered = offers.next()
    offered.execute("bridge", f"sofia/internal/101%{A}")
    offered.execute("hangup", "NO_USER_RESPONSE")
    assert offers.nothing(1.0)
    assert trap.register(expires=0) == 200


def test_a_phone_does_not_pass_for_a_trunk(agent, offers):
    offers.open()
    for uri in (f"sip:gw+carrier@{A}", f"sip:+33123456789@{A};gw=carrier"):
        call = agent("101", A).invite("x", uri=uri)
        assert call.response().status in (403, 404)
    assert offers.nothing()


def test_unusual_requests_of_strangers_do_nothing(agent, freeswitch, offers):
    offers.open()
    stranger = agent("101", A, "")
    headers = ("Event: message-summary", "Refer-To: <sip:102@127.0.0.1>", f"Contact: {stranger.contact}")
    answers = {method: stranger.ask(method, f"sip:101@{A}", *headers) for method in ("SUBSCRIBE", "PUBLISH")}
    assert min(answers.values()) >= 400, answers
    for method in ("MESSAGE", "NOTIFY", "INFO", "REFER"):
        stranger.ask(method, f"sip:101@{A}", *headers)
    assert offers.nothing()
    assert freeswitch.api("show calls count") == "0 total."


def test_the_log_holds_no_secret(agent, freeswitch, phones):
    agent("101", A).register()
    secrets = (PASSWORD, phones.users[(A, "101")].a1_hash, freeswitch.settings.directory_secret)
    assert not any(secret in freeswitch.log for secret in (*secrets, freeswitch.settings.esl_password))
