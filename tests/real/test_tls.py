"""TLS and SRTP on a real FreeSWITCH: what a phone gets, what it does not get, and that the sound is encrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conf.freeswitch import certificates
from tests.real.conftest import PASSWORD, A
from tests.real.tls_phone import TlsAgent, trusting

GCM, CM = "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"
TONE = "tone_stream://%(2000,0,425)"


@pytest.fixture
def authority(freeswitch) -> str:
    return str(Path(freeswitch.settings.certificate_dir) / certificates.AUTHORITY)


@pytest.fixture
def secure(freeswitch, authority) -> Iterator[Callable[..., TlsAgent]]:
    made: list[TlsAgent] = []

    def make(user: str = "101", domain: str = A, password: str = PASSWORD, **options: Any) -> TlsAgent:
        server = (freeswitch.address, freeswitch.settings.internal_tls_port)
        options = {"context": trusting(authority), **options}
        made.append(TlsAgent(server, user, domain, password, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("suites", [(CM,), (GCM,), (CM, GCM)])
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
