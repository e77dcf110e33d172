"""Digest and nothing else, on a real FreeSWITCH: no proof is taken twice, and no answer tells who exists."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import statistics
import time
from contextlib import closing

import gevent
import pytest

from controller.calls.directory import DirectoryUser, a1_hash
from tests.real.conftest import PASSWORD, A
from tests.real.sip_message import digest

URI = f"sip:{A}"
ASKED = {
    "REGISTER": ("www-authenticate", "Authorization"),
    "INVITE": ("proxy-authenticate", "Proxy-Authorization"),
}


@pytest.fixture
def phone(agent):
    return agent("101", A)


def register(phone, *headers, user="101"):
    """Send one REGISTER with just these headers; returns its answer."""
    return phone.once("REGISTER", URI, "Expires: 60", f"Contact: {phone.contact}", *headers, to=f"<sip:{user}@{A}>")


def challenge(phone):
    return register(phone).one("www-authenticate")


def proof(challenged, password=PASSWORD, user="101", **changed):
    """An answer to a challenge, with some of its fields written otherwise."""
    text = digest(challenged, "REGISTER", URI, user, password)
    for name, value in changed.items():
        text = re.sub(rf'\b{name}=("?)[^",]*', rf"{name}=\g<1>{value}", text)
    return f"Authorization: {text}"


def test_who_proves_nothing_is_asked_to(phone, offers):
    offers.open()
    headers = (f"Contact: {phone.contact}", "Event: presence", "Expires: 60")
    methods = ("REGISTER", "INVITE", "SUBSCRIBE", "PUBLISH", "MESSAGE")
    answers = {method: phone.once(method, f"sip:101@{A}", *headers).status for method in methods}
    # A message is taken and thrown away: chat is off, and FreeSWITCH says so in no other way.
    assert answers == {"REGISTER": 401, "INVITE": 407, "SUBSCRIBE": 405, "PUBLISH": 405, "MESSAGE": 202}
    assert offers.nothing()


def test_a_challenge_is_digest_with_a_nonce_of_its_own(phone):
    challenges = [challenge(phone) for _ in range(5)]
    assert all(text.startswith("Digest ") for text in challenges)
    given = [dict(re.findall(r'(\w+)="?([^",]+)', text)) for text in challenges]
    assert {(one["algorithm"], one["qop"], one["realm"]) for one in given} == {("MD5", "auth", A)}
    assert len({one["nonce"] for one in given}) == 5


def test_no_other_scheme_opens(phone, freeswitch):
    login = base64.b64encode(f"101:{PASSWORD}".encode()).decode()
    for scheme in (
        f"Authorization: Basic {login}",
        f"Authorization: Bearer {login}",
        "Authorization: Digest",
        'Authorization: Digest username="101"',
        f'Authorization: Digest username="101", realm="{A}", nonce="", uri="{URI}", response=""',
        f'Authorization: NTLM username="101", realm="{A}", nonce="x", uri="{URI}", response="x"',
        f'Authorization: Basic username="101", realm="{A}", nonce="x", uri="{URI}", response="{PASSWORD}"',
    ):
        assert register(phone, scheme).status in (401, 403), scheme
    assert freeswitch.api(f"sofia_contact internal/101@{A}") == "error/user_not_registered"


def test_a_proof_is_taken_once(phone):
    taken = proof(challenge(phone))
    assert register(phone, taken).status == 200
    again = register(phone, taken)
    assert again.status == 401
    assert "stale=true" in again.one("www-authenticate")


def test_a_count_that_went_back_is_not_taken(phone):
    challenged = challenge(phone)
    nonce = re.findall(r'nonce="([^"]+)"', challenged)[0]
    assert register(phone, _counted(nonce, 5)).status == 200
    assert register(phone, _counted(nonce, 6)).status == 200
    assert register(phone, _counted(nonce, 6)).status == 401
    assert register(phone, _counted(nonce, 5)).status == 401


def test_a_proof_that_counts_nothing_is_refused(phone):
    """Without qop (RFC 2069) whoever hears it could send it again; every phone of this century has it."""
    given = re.findall(r'nonce="([^"]+)"', challenge(phone))[0]
    secret, asked = md5(f"101:{A}:{PASSWORD}"), md5(f"REGISTER:{URI}")
    fields = f'username="101", realm="{A}", nonce="{given}", uri="{URI}", response="{md5(f"{secret}:{given}:{asked}")}"'
    for more in ("", ", nc=00000001", ', nc=00000002, cnonce="abcd"', ", qop=auth"):
        assert register(phone, f"Authorization: Digest {fields}{more}").status == 403, more


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def _counted(nonce, count):
    """A right proof with a count."""
    secret = md5(f"101:{A}:{PASSWORD}")
    response = md5(f"{secret}:{nonce}:{count:08x}:abcd:auth:{md5(f'REGISTER:{URI}')}")
    return (
        f'Authorization: Digest username="101", realm="{A}", nonce="{nonce}", uri="{URI}", response="{response}", '
        f'algorithm=MD5, qop=auth, nc={count:08x}, cnonce="abcd"'
    )


def test_a_nonce_of_ones_own_is_not_taken(phone):
    forged = challenge(phone).replace(re.findall(r'nonce="([^"]+)"', challenge(phone))[0], "")
    made_up = re.sub(r'nonce="[^"]*"', 'nonce="6cfa4b1f-2d0e-4a3e-9a93-6dbb1c2b1a11"', forged)
    assert register(phone, proof(made_up)).status == 401


def test_a_proof_for_one_request_is_none_for_another(phone, offers):
    """The method and the address are part of it."""
    offers.open()
    text = proof(challenge(phone)).removeprefix("Authorization: ")
    for header in ("Authorization", "Proxy-Authorization"):
        answer = phone.once("INVITE", f"sip:1000@{A}", f"Contact: {phone.contact}", f"{header}: {text}")
        assert answer.status in (403, 407)
    assert offers.nothing()


@pytest.mark.parametrize("changed", [{"username": "102"}, {"realm": "durand.pbx.example"}, {"response": "0" * 32}])
def test_a_proof_that_was_changed_is_refused(phone, changed):
    assert register(phone, proof(challenge(phone), **changed)).status == 403


@pytest.mark.slow
def test_a_nonce_ends(phone, freeswitch):
    """FreeSWITCH clears what has ended every half minute; this nonce is made older than it is."""
    challenged = challenge(phone)
    nonce = re.findall(r'nonce="([^"]+)"', challenged)[0]
    with closing(sqlite3.connect(freeswitch.folder / "state/db/sofia_reg_internal.db")) as database:
        [(ends,)] = database.execute("select expires from sip_authentication where nonce = ?", (nonce,))
        assert 0 < ends - time.time() <= 60 + 33
        database.execute("update sip_authentication set expires = 1 where nonce = ?", (nonce,))
        database.commit()
        with gevent.Timeout(60):
            while database.execute("select 1 from sip_authentication where nonce = ?", (nonce,)).fetchall():
                gevent.sleep(0.2)
    assert register(phone, proof(challenged)).status == 401


# --- who exists ------------------------------------------------------------------------------------------------------


def shape(answer):
    """What an answer shows besides what changes with every request."""
    names = [name for name, _ in answer.headers]
    return answer.start, names, answer.body, answer.one("user-agent"), answer.one("allow"), answer.one("content-length")


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_who_exists_is_not_told(agent, method):
    """A wrong password, an unknown user and an unknown subscriber get the same answers, from first to last."""
    seen = set()
    for user, domain in (("101", A), ("999", A), ("101", "nobody.pbx.example")):
        phone = agent(user, domain, "wrong")
        uri = f"sip:{domain}" if method == "REGISTER" else f"sip:1000@{domain}"
        contact, to = f"Contact: {phone.contact}", f"<sip:{user}@{domain}>"
        first = phone.once(method, uri, contact, to=to)
        header, answer = ASKED[method]
        tried = digest(first.one(header), method, uri, user, "wrong")
        last = phone.once(method, uri, contact, f"{answer}: {tried}", to=to)
        seen.add(repr((shape(first), shape(last))))
    assert len(seen) == 1, seen


@pytest.mark.parametrize("method", ["OPTIONS", "SUBSCRIBE", "MESSAGE", "INFO", "NOTIFY", "REFER", "PUBLISH"])
def test_no_other_request_tells_who_exists(agent, method):
    """101 is registered, 102 is not, 999 does not exist."""
    assert agent("101", A).register() == 200
    headers = ("Event: presence", "Refer-To: <sip:1@127.0.0.1>", "Expires: 60")
    stranger = agent("999", A, "")
    seen = {
        repr(shape(stranger.once(method, f"sip:{user}@{A}", f"Contact: {stranger.contact}", *headers)))
        for user in ("101", "102", "999")
    }
    assert len(seen) == 1, seen


def test_the_time_of_an_answer_does_not_tell_who_exists(agent, phones):
    """Medians of 60 tries each, taken in turn."""
    phones.users[(A, "103")] = DirectoryUser("martin", "103", A, a1_hash("103", A, PASSWORD))
    took = {"103": [], "998": []}
    try:
        for _ in range(60):
            for user, times in took.items():
                phone = agent(user, A, "")
                tried = proof(register(phone, user=user).one("www-authenticate"), "wrong", user)
                begun = time.perf_counter()
                assert register(phone, tried, user=user).status == 403
                times.append(time.perf_counter() - begun)
    finally:
        del phones.users[(A, "103")]
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) < 0.002, (known, unknown)
