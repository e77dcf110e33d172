"""Calls with real sound, by sipp: what a caller says arrives, what we play is heard, two people hear each other."""

import array
import math
import wave
from pathlib import Path

import pytest

from tests.real.conftest import PASSWORD, TRUNK, A, missing
from tests.real.sipp import Sipp, found

NUMBER = "+33123456789"


@pytest.fixture
def sipp(tmp_path):
    if not found():
        missing("no sipp here: apt install sip-tester")
    runs = []

    def run(scenario, address, **options):
        runs.append(Sipp(scenario, tmp_path, address, **options))
        return runs[-1]

    yield run
    for one in runs:
        one.close()


@pytest.fixture
def from_trunk(sipp, freeswitch):
    remote = f"{freeswitch.address}:{freeswitch.settings.external_port}"
    return lambda: sipp("trunk", TRUNK, remote=remote, words=["-s", NUMBER, "-key", "caller", "+33611111111"])


def loudness(file):
    """Root mean square of a WAV file's second half, 16 bits."""
    with wave.open(str(file)) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    half = samples[len(samples) // 2 :]
    return math.sqrt(sum(sample * sample for sample in half) / len(half))


def test_what_a_caller_says_arrives_in_the_spool(from_trunk, offers, freeswitch):
    offers.open()
    run = from_trunk()
    offered = offers.next()
    offered.execute("answer")
    file = Path(freeswitch.settings.spool_dir) / "heard.wav"
    offered.execute("record", f"{file} 2")
    offered.execute("hangup", "NORMAL_CLEARING")
    assert run.finished() == 0, run.said
    assert loudness(file) > 2000


def test_a_phone_registers_and_calls(sipp, offers, freeswitch):
    offers.open()
    remote = f"{freeswitch.address}:{freeswitch.settings.internal_port}"
    words = ["-s", "1000", "-au", "101", "-ap", PASSWORD, "-key", "user", "101", "-key", "domain", A]
    run = sipp("phone", "127.0.0.1", remote=remote, words=words)
    offered = offers.next()
    assert offered.variable("souffleur_subscriber") == "martin"
    offered.execute("answer")
    offered.execute("playback", "tone_stream://%(300,0,600)")
    offered.execute("hangup", "NORMAL_CLEARING")
    assert run.finished() == 0, run.said


def test_two_people_hear_each_other(sipp, from_trunk, offers, freeswitch):
    """The one outside repeats what it hears, so the caller's own tone comes back through both legs."""
    offers.open()
    host, _, port = freeswitch.settings.trunks[0].host.partition(":")
    callee = sipp("callee", host, port=int(port), words=["-rtp_echo"])
    caller = from_trunk()
    offered = offers.next()
    offered.execute("answer")
    offered.execute("bridge", "sofia/gateway/carrier/+33699999999")
    leg = freeswitch.partner(offered.uuid)
    file = Path(freeswitch.settings.spool_dir) / "talk.wav"
    freeswitch.api(f"uuid_setvar {leg} RECORD_READ_ONLY true")
    assert freeswitch.api(f"uuid_record {leg} start {file} 2").startswith("+OK")
    offered.command("api msleep 2500")
    freeswitch.api(f"uuid_kill {offered.uuid}")
    assert (caller.finished(), callee.finished()) == (0, 0), caller.said + callee.said
    assert loudness(file) > 2000
