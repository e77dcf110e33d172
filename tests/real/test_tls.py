"""TLS and SRTP on a real FreeSWITCH: what a phone gets, what it does not get, and that the sound is encrypted."""

from __future__ import annotations

import base64
import errno
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from gevent import socket
from pylibsrtp import Error

from conf.freeswitch import Trunk, certificates
from controller.calls.directory import Directory
from tests.real.carrier import carrier
from tests.real.conftest import CARRIER, PASSWORD, STRANGER, TRUNK, A
from tests.real.offers import Offers
from tests.real.ports import free_port
from tests.real.sip_message import Message
from tests.real.switch import RealSwitch, settings_for
from tests.real.test_media import loudness
from tests.real.tls_phone import TlsAgent, trusting

GCM, CM = "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"
NUMBER = "+33123456789"
UDP, TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM
TONE = "tone_stream://%(3000,0,425)"
TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 = (ssl.TLSVersion[f"TLSv1{end}"] for end in ("", "_1", "_2", "_3"))


@pytest.fixture
def authority(freeswitch) -> str:
    return str(Path(freeswitch.settings.certificate_dir) / certificates.AUTHORITY)


@pytest.fixture
def secure(freeswitch, authority) -> Iterator[Callable[..., TlsAgent]]:
    """Makes phones that speak TLS."""
    made: list[TlsAgent] = []

    def make(user: str = "101", domain: str = A, password: str = PASSWORD, **options: Any) -> TlsAgent:
        port = options.pop("port", freeswitch.settings.internal_tls_port)
        options = {"context": trusting(authority), **options}
        made.append(TlsAgent((freeswitch.address, port), user, domain, password, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


# --- the sound ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suites", [(CM,), (GCM,), (CM, GCM), (GCM, CM)])
def test_a_phone_on_tls_hears_encrypted_sound(secure, offers, suites):
    offers.open()
    phone = secure(suites=suites)
    assert phone.register() == 200
    call = phone.invite("1000")
    offered = offers.next()
    assert offered.variable("sip_via_protocol") == "tls"
    assert offered.variable("souffleur_subscriber") == "martin"
    offered.execute("answer")
    answer = call.response()
    assert answer.status == 200
    assert phone.agree(answer.body).profile == "RTP/SAVP"
    assert phone.agreed.suite == suites[0]  # the phone's first choice
    offered.execute("playback", TONE)
    assert phone.hears(50) > 40
    assert call.bye().status == 200


def test_what_travels_is_not_the_sound(secure, offers):
    """The tone repeats itself; what travels does not, and another key does not open it."""
    offers.open()
    phone = secure()
    call = phone.invite("1000")
    offered = offers.next()
    offered.execute("answer")
    phone.agree(call.response().body)
    offered.execute("playback", TONE)
    assert phone.hears(20) > 5
    packet = phone.raw_packet()
    clear = phone.agreed.session.unprotect(packet)[12:]
    assert len(set(clear)) < 70 < 90 < len(set(packet[12:172]))
    with pytest.raises(Error):
        phone.stranger_session().unprotect(phone.raw_packet())
    assert call.bye().status == 200


def test_what_a_phone_says_arrives_decrypted(secure, offers, freeswitch):
    offers.open()
    phone = secure()
    call = phone.invite("1000")
    offered = offers.next()
    offered.execute("answer")
    phone.agree(call.response().body)
    file = Path(freeswitch.settings.spool_dir) / "said.wav"
    offered.execute("record", f"{file} 2")
    offered.execute("hangup", "NORMAL_CLEARING")
    phone.says_a_tone(seconds=2.4)
    assert call.request(within=15).method == "BYE"
    assert loudness(file) > 2000


def test_a_phone_on_tls_without_srtp_gets_488(secure, offers):
    offers.open()
    phone = secure(suites=())
    assert phone.register() == 200
    assert phone.invite("1000").response().status == 488
    assert offers.nothing()


def test_keys_that_freeswitch_does_not_know_get_488(secure, offers):
    offers.open()
    phone = secure()
    phone.lines = ["a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + "A" * 40]
    call = phone.invite("1000")
    offers.next().execute("answer")
    assert call.response().status == 488


def test_a_call_does_not_fall_back_to_open_sound(secure, offers):
    """A second offer in the same call, as when somebody is put on hold."""
    offers.open()
    phone = secure()
    call = phone.invite("1000")
    offered = offers.next()
    offered.execute("answer")
    assert call.response().status == 200
    call.send("INVITE", f"Contact: {phone.contact}", body=phone.plain_sdp)
    assert call.response().status == 488
    call.send("INVITE", f"Contact: {phone.contact}", body=phone.sdp)
    again = call.response()
    assert (again.status, phone.agree(again.body).profile) == (200, "RTP/SAVP")


def test_a_phone_on_tls_is_called_with_srtp_only(secure, offers, agent, freeswitch):
    offers.open()
    phone = secure()
    assert phone.register() == 200
    agent("102", A).invite("101")
    offered = offers.next()
    offered.execute("bridge", f"sofia/internal/101%{A}")
    call = phone.next_call()
    offer = phone.offer_of(call)
    assert [line.split()[2] for line in offer.splitlines() if line.startswith("m=audio")] == ["RTP/SAVP"]
    assert {line.split()[1] for line in offer.splitlines() if line.startswith("a=crypto")} == {GCM, CM}
    phone.answer_with(call, GCM)
    assert phone.agreed.suite == GCM
    freeswitch.api(f"uuid_broadcast {freeswitch.partner(offered.uuid)} {TONE}")
    assert phone.hears(50) > 20


def test_a_phone_that_answers_in_the_open_is_not_talked_to(secure, offers, agent):
    offers.open()
    phone = secure(suites=())
    assert phone.register() == 200
    caller = agent("102", A).invite("101")
    offered = offers.next()
    offered.execute("bridge", f"sofia/internal/101%{A}")
    offered.execute("hangup", "USER_BUSY")
    phone.next_call().answer()
    assert caller.response().status == 486


def test_no_key_is_offered_in_the_open(agent, offers):
    offers.open()
    phone = agent("101", A)
    assert phone.register() == 200
    agent("102", A).invite("101")
    offers.next().execute("bridge", f"sofia/internal/101%{A}")
    offer = phone.offer_of(phone.next_call())
    assert "RTP/SAVP" not in offer
    assert "a=crypto" not in offer


def test_a_phone_that_shows_its_key_in_the_open_is_answered_alike(agent, offers):
    """It asks for it: whoever hears the one key hears the other. The call would end otherwise."""
    offers.open()
    phone = agent("101", A)
    crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base64.b64encode(bytes(30)).decode()
    sdp = phone.sdp.replace("RTP/AVP", "RTP/SAVP") + f"{crypto}\r\n"
    phone.offers = sdp
    call = phone.invite("1000")
    offers.next().execute("answer")
    answer = call.response()
    assert (answer.status, "RTP/SAVP" in answer.body) == (200, True)


def test_who_offers_nothing_is_refused(secure, offers):
    """An INVITE without a session description, which would leave the offer to us."""
    offers.open()
    phone = secure()
    phone.offers = ""
    assert phone.invite("1000").response().status == 480
    assert offers.nothing()


def test_a_phone_on_tls_and_one_without_talk_to_each_other(secure, agent, offers, freeswitch):
    """Each leg has its own protection; no key reaches the open one."""
    offers.open()
    plain, phone = agent("102", A), secure()
    assert (plain.register(), phone.register()) == (200, 200)
    call = phone.invite("102")
    offered = offers.next()
    offered.execute("answer")
    phone.agree(call.response().body)
    offered.execute("bridge", f"sofia/internal/102%{A}")
    leg = plain.next_call()
    assert "a=crypto" not in plain.offer_of(leg)
    leg.answer()
    freeswitch.partner(offered.uuid)
    call.send("INVITE", f"Contact: {phone.contact}", body=phone.sdp.replace("sendrecv", "sendonly"))
    assert call.response().status == 200
    call.send("INVITE", f"Contact: {phone.contact}", body=phone.sdp.replace("8 0 101", "0 101"))
    assert call.response().status == 200
    assert not [request for request in asked(leg) if "a=crypto" in request.body]


def asked(leg, within: float = 1.5) -> Iterator[Message]:
    """What FreeSWITCH asks in a call, until it asks nothing for a while."""
    with suppress(AssertionError):
        while True:
            yield leg.request(within)


# --- the connection -------------------------------------------------------------------------------------------------


def test_a_phone_behind_a_router_is_reached_over_its_connection(secure, agent, offers):
    offers.open()
    phone = secure(claims=9)
    assert phone.register() == 200
    agent("102", A).invite("101")
    offers.next().execute("bridge", f"sofia/internal/101%{A}")
    assert phone.next_call()


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_todays_tls_is_spoken(secure, authority, version):
    assert secure(context=trusting(authority, version)).register() == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [TLS_1_0, TLS_1_1])
def test_yesterdays_tls_is_not(secure, authority, version):
    with pytest.raises(ssl.SSLError, match="TLSV1_ALERT_PROTOCOL_VERSION"):  # FreeSWITCH's word, not ours
        secure(context=trusting(authority, version))


@pytest.mark.parametrize("cipher", ["AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "NULL", "aNULL"])
def test_ciphers_that_a_recording_or_a_key_gives_away_are_not(secure, authority, cipher):
    context = trusting(authority, TLS_1_2)
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="ALERT_HANDSHAKE_FAILURE"):
        secure(context=context)


def test_a_phone_knows_a_stranger_by_the_certificate(secure, tmp_path):
    """Whoever stands between phone and FreeSWITCH has no certificate of the authority that the phone trusts."""
    certificates.make(tmp_path, [A])
    with pytest.raises(ssl.SSLCertVerificationError):
        secure(context=trusting(str(tmp_path / certificates.AUTHORITY)))
    with pytest.raises(ssl.SSLCertVerificationError):
        secure(server_name="elsewhere.example")


def test_tls_alone_opens_nothing(secure, offers):
    offers.open()
    assert secure(password="").register() == 401
    assert secure(password="wrong").register() == 403
    assert secure(password="").invite("1000").response().status == 407
    assert offers.nothing()


def test_what_is_no_sip_is_dropped(freeswitch, authority, secure):
    """A connection that says nothing, or something else, keeps nobody from calling."""
    where = (freeswitch.address, freeswitch.settings.internal_tls_port)
    opened = [socket.create_connection(where, timeout=5) for _ in range(20)]
    for number, one in enumerate(opened):
        if number % 2:
            one.sendall(b"GET / HTTP/1.1\r\n\r\n" + bytes(1000))
    assert secure().register() == 200
    for one in opened:
        one.close()


def listens(switch, port: int, kind: socket.SocketKind) -> bool:
    """Whether a FreeSWITCH has a port."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((switch.address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def bring_certificate(folder: Path) -> None:
    """As docs/freeswitch.md says: an authority's, with one between it and its root."""
    root = trustme.CA()
    between = root.create_child_ca()
    leaf = between.issue_cert(A)
    folder.mkdir()
    chain = between.cert_pem.bytes() + root.cert_pem.bytes()
    texts = {certificates.AGENT: leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()}
    texts |= {certificates.TRUSTED: chain, certificates.AUTHORITY: root.cert_pem.bytes()}
    for name, text in texts.items():
        (folder / name).write_bytes(text)
        (folder / name).chmod(0o640)
    assert list(certificates.problems(folder)) == []


@pytest.fixture
def beside(strict, secure) -> Callable[..., TlsAgent]:
    """Makes phones of the FreeSWITCH that requires TLS; they trust the root of its certificate."""
    authority = str(Path(strict.settings.certificate_dir) / certificates.AUTHORITY)
    options = {"port": strict.settings.internal_tls_port, "context": trusting(authority)}
    return lambda user="101", **more: secure(user, **{**options, **more})


@pytest.fixture(scope="module")
def strict(freeswitch, phones, tmp_path_factory) -> Iterator[RealSwitch]:
    """A FreeSWITCH of its own, where TLS is required, with a certificate of somebody else's; phones as at the other."""
    folder = tmp_path_factory.mktemp("strict")
    bring_certificate(folder / "brought")
    options = {"certificate_dir": str(folder / "brought"), "require_tls": True}
    switch = RealSwitch(freeswitch.binary, folder, settings_for(folder, **options))
    host, _, port = switch.settings.directories[0].rpartition(":")
    server = Directory(phones.find, switch.settings.directory_secret).listen(host, int(port))
    try:
        switch.start()
        yield switch
    finally:
        switch.stop()
        server.stop(timeout=1)


def test_the_plain_ports_are_open_unless_tls_is_required(freeswitch):
    settings = freeswitch.settings
    assert listens(freeswitch, settings.internal_port, UDP)
    assert listens(freeswitch, settings.internal_port, TCP)
    assert listens(freeswitch, settings.internal_tls_port, TCP)


def test_where_tls_is_required_the_plain_ports_are_closed(strict, beside):
    settings = strict.settings
    assert not listens(strict, settings.internal_port, UDP)
    assert not listens(strict, settings.internal_port, TCP)
    assert listens(strict, settings.internal_tls_port, TCP)
    assert listens(strict, settings.external_port, UDP)
    caller, phone = beside("102"), beside("101")
    assert phone.register() == 200
    offers = Offers(settings.offers[0])
    offers.open()
    try:
        caller.invite("101")
        offers.next().execute("bridge", f"sofia/internal/101%{A}")
        assert "RTP/SAVP" in phone.offer_of(phone.next_call())
        assert beside(suites=()).invite("1000").response().status == 488
    finally:
        offers.end()


def test_where_tls_is_required_a_phone_that_names_an_open_address_is_not_called_there(strict, agent, beside):
    """It registers over TLS, and says that it is to be reached over UDP."""
    settings = strict.settings
    plain, phone = agent("101", A), beside()
    assert phone.register(contact=plain.contact) == 200
    offers = Offers(settings.offers[0])
    offers.open()
    try:
        beside("102").invite("101")
        offers.next().execute("bridge", f"sofia/internal/101%{A}")
        assert plain.is_quiet()
    finally:
        offers.end()


# --- trunks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def trunk(freeswitch) -> Iterator[Callable[..., int]]:
    """Adds a trunk over TLS, and returns the port where its carrier is expected."""
    before = freeswitch.settings.trunks

    def add(**options: Any) -> int:
        port = free_port(CARRIER)
        freeswitch.change(trunks=(*before, Trunk("tls", f"{CARRIER}:{port}", transport="tls", **options)))
        return port

    yield add
    freeswitch.change(trunks=before)
    freeswitch.api("sofia profile external killgw tls")


def test_a_trunk_is_called_over_tls_with_srtp(freeswitch, trunk):
    with carrier(CARRIER, trunk(), freeswitch.folder / "carrier") as one:
        freeswitch.api("bgapi originate sofia/gateway/tls/+33699999999 &park()")
        invite = one.invited()
    assert invite.one("via").startswith("SIP/2.0/TLS")
    assert "RTP/SAVP" in invite.body
    assert "RTP/AVP" not in invite.body
    assert "a=crypto" in invite.body


def test_a_carrier_without_srtp_can_be_asked_for(freeswitch, trunk):
    with carrier(CARRIER, trunk(srtp=False), freeswitch.folder / "carrier") as one:
        freeswitch.api("bgapi originate sofia/gateway/tls/+33699999999 &park()")
        assert "a=crypto" not in one.invited().body


@pytest.mark.parametrize("suites", [(), (CM,)])
def test_a_trunk_that_encrypts_does_so_both_ways(freeswitch, trunk, secure, agent, offers, suites):
    """Its network alone is not enough: over UDP anybody can write a sender's address."""
    trunk(allow=(f"{CARRIER}/32",))
    offers.open()
    assert agent("+33611111111", TRUNK, address=CARRIER).invite(NUMBER).response().status == 403
    carrying = secure(port=freeswitch.settings.external_tls_port, password="", address=CARRIER, suites=suites)
    call = carrying.invite(NUMBER)
    if not suites:
        assert call.response().status == 488
        assert offers.nothing()
        return
    offered = offers.next()
    assert (offered.variable("souffleur_trunk"), offered.variable("souffleur_dialled")) == ("tls", NUMBER)
    offered.execute("answer")
    assert carrying.agree(call.response().body).profile == "RTP/SAVP"


def test_a_carrier_without_srtp_comes_as_it_likes(freeswitch, trunk, secure, agent, offers):
    trunk(allow=(f"{CARRIER}/32",), srtp=False)
    offers.open()
    agent("+33611111111", TRUNK, address=CARRIER).invite(NUMBER)
    offered = offers.next()
    assert offered.variable("souffleur_trunk") == "tls"
    offered.hang_up()
    secure(port=freeswitch.settings.external_tls_port, password="", address=CARRIER, suites=()).invite(NUMBER)
    assert offers.next().variable("souffleur_trunk") == "tls"


@pytest.mark.parametrize("shown", ["other", "unknown"])
def test_a_carrier_with_a_wrong_certificate_is_not_called(freeswitch, trunk, tmp_path, shown):
    """Another name by an authority that is trusted; the right name by one that is not."""
    certificates.make(tmp_path / "unknown", [CARRIER])
    folder = freeswitch.folder / "other" if shown == "other" else tmp_path / "unknown"
    with carrier(CARRIER, trunk(), folder) as one:
        freeswitch.api("bgapi originate sofia/gateway/tls/+33699999999 &park()")
        one.left.wait(8)
        assert one.asked.empty()
    assert one.left.is_set()


def test_a_trunk_over_tls_is_still_a_matter_of_its_network(freeswitch, secure, offers):
    offers.open()
    port = freeswitch.settings.external_tls_port
    assert secure(port=port, password="", address=STRANGER).invite("+33123456789").response().status == 403
    assert offers.nothing()
    secure(port=port, password="", address=TRUNK).invite("+33123456789")
    assert offers.next().variable("souffleur_trunk") == "carrier"
