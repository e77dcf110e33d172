"""The directory over HTTP, asked as mod_xml_curl asks."""

import base64
import hashlib
from urllib.parse import urlencode
from xml.etree import ElementTree as Xml

import gevent
import pytest
from gevent import socket

from controller.calls.directory import Directory, DirectoryUser, a1_hash

SECRET = "directory-secret"
DOMAIN = "martin.pbx.example"
USER = DirectoryUser("martin", "101", DOMAIN, a1_hash("101", DOMAIN, "phone-secret"), "claire@martin.example")
NOT_FOUND = b'<document type="freeswitch/xml"><section name="result"><result status="not found" /></section></document>'


class Store:
    """Where phones are kept; it can be away, or slow."""

    def __init__(self, *users):
        self.users = {(user.domain, user.user): user for user in users}
        self.trouble = None
        self.asked = 0

    def find(self, domain, user):
        self.asked += 1
        if self.trouble:
            self.trouble()
        return self.users.get((domain, user))


@pytest.fixture
def store():
    return Store(USER)


@pytest.fixture
def directory(store):
    return Directory(store.find, SECRET, patience=0.05)


@pytest.fixture
def ask(directory):
    server = directory.listen("127.0.0.1", 0)
    yield lambda *args, **options: request(server.server_port, *args, **options)
    server.stop(timeout=1)


def request(port, body, *, secret=SECRET, method="POST", path="/directory"):
    """One HTTP exchange; returns the status and the body."""
    token = base64.b64encode(f"freeswitch:{secret}".encode()).decode()
    credentials = f"Authorization: Basic {token}\r\n" if secret else ""
    body = body.encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n{credentials}Connection: close\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), content


def question(user="101", domain=DOMAIN, **changes):
    """The form of an authentication of a REGISTER, in FreeSWITCH's words."""
    form = {
        "hostname": "pbx",
        "section": "directory",
        "tag_name": "domain",
        "key_name": "name",
        "key_value": domain,
        "action": "sip_auth",
        "sip_profile": "internal",
        "sip_auth_username": user,
        "sip_auth_realm": domain,
        "sip_auth_method": "REGISTER",
        "sip_auth_qop": "auth",
        "sip_auth_nc": "00000001",
        "sip_auth_cnonce": "abcd",
        "sip_to_user": user,
        "sip_to_host": domain,
        "user": user,
        "domain": domain,
        "ip": "127.0.0.1",
    }
    return urlencode({name: value for name, value in {**form, **changes}.items() if value is not None})


def names(xml, tag):
    return {item.get("name"): item.get("value") for item in Xml.fromstring(xml).iter(tag)}


def test_a_phone_is_told_by_its_digest_and_its_subscriber(ask):
    status, xml = ask(question())
    assert status == 200
    assert names(xml, "param") == {"allow-empty-password": "false", "a1-hash": USER.a1_hash}
    assert names(xml, "variable") == {
        "souffleur_subscriber": "martin",
        "souffleur_user": "claire@martin.example",
        "user_context": "internal",
    }
    assert Xml.fromstring(xml).find("section/domain").get("name") == DOMAIN
    assert Xml.fromstring(xml).find("section/domain/user").get("id") == "101"


def test_the_digest_is_the_one_a_phone_computes():
    assert a1_hash("101", DOMAIN, "é") == hashlib.md5(f"101:{DOMAIN}:é".encode()).hexdigest()


def test_only_an_authentication_is_told_the_digest(ask):
    for action in ("user_call", "message-count", "", None):
        _, xml = ask(question(action=action))
        assert names(xml, "param") == {"allow-empty-password": "false"}
        assert USER.a1_hash.encode() not in xml


@pytest.mark.parametrize("changes", [
    {"user": "102"},
    {"domain": "durand.pbx.example"},
    {"section": "dialplan"},
    {"section": "configuration", "tag_name": "configuration", "key_value": "acl.conf"},
    {"tag_name": "group"},
    {"key_name": "x"},
    {"key_value": None},
    {"purpose": "gateways", "key_name": None, "key_value": None},
])  # fmt: skip
def test_everything_else_is_not_found(ask, changes):
    assert ask(question(**changes)) == (200, NOT_FOUND)


@pytest.mark.parametrize("user", ["", "'; drop table user; --", "../x", "é", "a b", "101\n", "x" * 65, "<user>"])
def test_a_name_that_is_none_asks_nobody(ask, store, user):
    assert ask(question(user=user)) == (200, NOT_FOUND)
    assert store.asked == 0


@pytest.mark.parametrize("changes", [
    {"sip_to_host": "durand.pbx.example"},
    {"sip_to_user": "102"},
    {"sip_auth_realm": "durand.pbx.example"},
    {"sip_auth_username": "102"},
    {"sip_to_host": None},
])  # fmt: skip
def test_one_phones_credentials_do_not_register_another(ask, store, changes):
    assert ask(question(**changes)) == (200, NOT_FOUND)
    assert store.asked == 0


@pytest.mark.parametrize("missing", ["sip_auth_qop", "sip_auth_nc", "sip_auth_cnonce"])
def test_a_proof_that_counts_nothing_is_answered_for_nobody(ask, store, missing):
    """FreeSWITCH would take it again from whoever heard it."""
    for method in ("REGISTER", "INVITE"):
        assert ask(question(**{missing: None, "sip_auth_method": method})) == (200, NOT_FOUND)
    assert store.asked == 0


def test_a_value_given_twice_counts_as_none(ask):
    assert ask(question() + f"&sip_to_host={DOMAIN}") == (200, NOT_FOUND)
    assert ask(question() + "&user=102") == (200, NOT_FOUND)


def test_a_call_names_whom_it_likes_in_its_to(ask):
    status, xml = ask(question(sip_auth_method="INVITE", sip_to_user="+33123456789", sip_to_host="elsewhere"))
    assert (status, names(xml, "variable")["souffleur_subscriber"]) == (200, "martin")


def test_domains_are_compared_without_case(ask):
    status, xml = ask(question(domain="Martin.PBX.example"))
    assert (status, names(xml, "param")["a1-hash"]) == (200, USER.a1_hash)


@pytest.mark.parametrize("secret", ["wrong-secret", "", SECRET + "x", SECRET[:-1]])
def test_a_wrong_secret_is_refused(ask, store, secret):
    assert ask(question(), secret=secret) == (403, b"")
    assert store.asked == 0


def test_only_its_own_address_and_method_are_served(ask):
    assert ask("", method="GET")[0] == 404
    assert ask(question(), path="/")[0] == 404
    assert ask("x" * 70000)[0] == 413


def test_what_is_not_a_form_is_not_found(ask):
    assert ask("\x00\xff%%%&&&===") == (200, NOT_FOUND)


def away():
    raise ConnectionError("no database")


def slow():
    gevent.sleep(5)


@pytest.mark.parametrize("trouble", [away, slow])
def test_the_last_answer_serves_while_the_database_is_away(ask, store, trouble):
    known = ask(question())
    store.trouble = trouble
    assert ask(question()) == known
    assert ask(question(user="102")) == (200, NOT_FOUND)


def test_a_phone_that_was_removed_is_forgotten(ask, store):
    ask(question())
    store.users.clear()
    assert ask(question()) == (200, NOT_FOUND)
    store.trouble = away
    assert ask(question()) == (200, NOT_FOUND)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("controller.calls.directory.KEPT", 3)
    users = [DirectoryUser("martin", str(number), DOMAIN, "0" * 32) for number in range(100, 110)]
    store = Store(*users)
    directory = Directory(store.find, SECRET)
    for user in users:
        directory.answer({name: [value] for name, value in form_of(user).items()})
    store.trouble = away
    answers = [directory.answer({name: [value] for name, value in form_of(user).items()}) for user in users]
    assert [answer == NOT_FOUND for answer in answers] == [True] * 7 + [False] * 3


def form_of(user):
    asked = {"section": "directory", "tag_name": "domain", "key_name": "name"}
    return {**asked, "key_value": user.domain, "user": user.user}


def test_values_are_escaped():
    odd = DirectoryUser("martin", "101", DOMAIN, "0" * 32, "\"><x y='&")
    directory = Directory(Store(odd).find, SECRET)
    xml = directory.answer({name: [value] for name, value in form_of(odd).items()})
    assert names(xml, "variable")["souffleur_user"] == "\"><x y='&"
    assert b"<x" not in xml


def test_it_listens_on_loopback_only(directory):
    for address in ("0.0.0.0", "192.0.2.1"):
        with pytest.raises(ValueError, match="loopback"):
            directory.listen(address, 0)


def test_a_short_secret_is_refused(store):
    with pytest.raises(ValueError, match="too short"):
        Directory(store.find, "short")


def test_the_digest_is_never_shown():
    assert USER.a1_hash not in repr(USER)
