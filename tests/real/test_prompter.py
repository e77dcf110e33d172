"""The prompter on a real FreeSWITCH: sides, holds and transfers over SIP and RTP, and a controller that dies."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from tests.calls.houses_made import music
from tests.calls.live import Live, running
from tests.calls.prompted import AGENT, ANNE, BERT, CUSTOMER, NUMBER, PASSWORDS, SLUG, Page, make, says
from tests.calls.speech_stand_in import StandIn
from tests.calls.test_prompter import kept, speech  # noqa: F401  (a fixture)
from tests.calls.test_prompter_killed import test_the_next_one_goes_on  # noqa: F401
from tests.outside import real as outside_real
from tests.outside.real import RealOutside, RealPhone
from tests.real.test_calls import outside  # noqa: F401  (a fixture)


@pytest.fixture
def live(
    outside: tuple[RealOutside, int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> Iterator[Live]:
    for extension, password in PASSWORDS.items():
        monkeypatch.setitem(outside_real.PASSWORDS, f"{extension}@{SLUG}", password)
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory) as here:
        yield here


def loudness(file: Path) -> tuple[float, float]:
    """Of the last second of both sides."""
    data = file.read_bytes()[-32_000:]
    data = data[: len(data) // 4 * 4]
    frames = list(struct.iter_unpack("<hh", data))
    return tuple(sum(abs(frame[side]) for frame in frames) / max(1, len(frames)) for side in (0, 1))  # type: ignore[return-value]


def reinvites(phone: RealPhone, direction: str) -> None:
    """The phone that answered holds, or resumes."""
    sdp = phone.agent.sdp.replace("a=sendrecv", f"a={direction}")
    phone.calls[-1].send("INVITE", f"Contact: {phone.agent.contact}", body=sdp)


def test_left_is_the_customer_and_right_the_agent(live: Live, speech: StandIn, tmp_path: Path) -> None:  # noqa: F811
    music(tmp_path / "tone.wav", 6.0)
    live.load(make(tmp_path / "houses"))
    phone = live.outside.phone("201", SLUG)
    caller = live.outside.from_trunk(NUMBER)
    stream = speech.next()
    page = Page(live)
    assert page.until("call", state="talking")["user"] == ANNE
    caller.says(str(tmp_path / "tone.wav"))
    live.until(lambda: (heard := loudness(stream.file))[0] > 500 and heard[1] < 100)
    caller.is_silent()
    live.until(lambda: loudness(stream.file)[0] < 100)
    phone.says(str(tmp_path / "tone.wav"))
    live.until(lambda: (heard := loudness(stream.file))[1] > 500 and heard[0] < 100)
    says(stream, CUSTOMER, "I want a refund")
    says(stream, AGENT, "good morning", 3.0)
    page.until("card", rule="refund")
    caller.hangs_up()
    page.until("call", state="over")
    live.until(lambda: list(live.settings.tap_dir.iterdir()) == [])


def test_a_hold_of_either_phone_is_seen_and_its_music_is_not_heard(
    live: Live, speech: StandIn, tmp_path: Path  # noqa: F811
) -> None:
    live.load(make(tmp_path / "houses"))
    phone = live.outside.phone("201", SLUG)
    assert isinstance(phone, RealPhone)
    caller = live.outside.from_trunk(NUMBER)
    stream = speech.next()
    page = Page(live)
    call = page.until("call", state="talking")["call"]
    reinvites(phone, "sendonly")
    page.until("call", state="held")
    assert stream.stopped.wait(5)
    stream.ends()
    live.until(lambda: list(live.settings.tap_dir.iterdir()) == [])
    live.until(lambda: 200 in phone.calls[-1].statuses)  # else the next re-INVITE would be too early
    reinvites(phone, "sendrecv")
    again = speech.next()
    page.until("call", state="talking")
    says(again, CUSTOMER, "I want a refund", 0.1)
    page.until("card", rule="refund")
    caller.hangs_up()
    found = live.until(lambda: (one := kept(live, call)) and one.customer and one)
    assert [event["kind"] for event in found.events if "hold" in event["kind"]] == ["hold", "unhold"]


def test_a_transfer_by_the_phone_goes_on_with_the_next_user(
    live: Live, speech: StandIn, tmp_path: Path  # noqa: F811
) -> None:
    """REFER, blind: FreeSWITCH offers the call anew, which is then an internal one."""
    live.load(make(tmp_path / "houses", directions=["inbound"]))
    phone, other = live.outside.phone("201", SLUG), live.outside.phone("202", SLUG)
    assert isinstance(phone, RealPhone)
    caller = live.outside.from_trunk(NUMBER)
    stream = speech.next()
    page, bert = Page(live), Page(live, BERT)
    call = page.until("call", state="talking")["call"]
    says(stream, CUSTOMER, "tell me once")
    page.until("said", final=True)
    domain = f"{SLUG}.pbx.localhost"
    phone.calls[-1].send("REFER", f"Refer-To: <sip:202@{domain}>", f"Contact: {phone.agent.contact}")
    second = speech.next()
    stream.ends()
    assert bert.until("call", state="talking")["user"] == BERT
    assert bert.until("call")["call"] == call
    page.until("call", state="over")
    says(second, CUSTOMER, "tell me once")
    says(second, CUSTOMER, "I want a refund", 3.0)
    bert.until("card", rule="refund")
    assert [one["rule"] for one in bert.of("card")] == ["told twice", "refund"]
    assert other.rung == 1
    caller.hangs_up()
    found = live.until(lambda: (one := kept(live, call)) and len(one.customer) == 3 and one)
    assert found.call == call


def test_an_attended_transfer_goes_on_with_whoever_was_asked(
    live: Live, speech: StandIn, tmp_path: Path  # noqa: F811
) -> None:
    live.load(make(tmp_path / "houses", directions=["inbound"]))
    phone = live.outside.phone("201", SLUG)
    live.outside.phone("202", SLUG)
    assert isinstance(phone, RealPhone)
    caller = live.outside.from_trunk(NUMBER)
    stream = speech.next()
    page, bert = Page(live), Page(live, BERT)
    call = page.until("call", state="talking")["call"]
    reinvites(phone, "sendonly")
    page.until("call", state="held")
    stream.ends()
    asked = phone.agent.invite("202")
    live.until(lambda: 200 in asked.statuses)
    gevent.sleep(0.5)  # they talk
    leg = next(message for message in list(asked.answers.queue) if message.status == 200)
    to_tag, from_tag = (re.search(r"tag=([^;>\s]+)", leg.one(name))[1] for name in ("to", "from"))  # type: ignore[index]
    replaces = f"{leg.one('call-id')}%3Bto-tag%3D{to_tag}%3Bfrom-tag%3D{from_tag}"
    domain = f"{SLUG}.pbx.localhost"
    target = f"Refer-To: <sip:202@{domain}?Replaces={replaces}>"
    phone.calls[-1].send("REFER", target, f"Contact: {phone.agent.contact}")
    second = speech.next()
    assert bert.until("call", state="talking", call=call)["user"] == BERT
    says(second, CUSTOMER, "I want a refund")
    bert.until("card", rule="refund")
    caller.hangs_up()
