"""Two people talk, and the real recogniser hears both: the right card comes while they do."""

from __future__ import annotations

import signal
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.live import Live, free_port, running
from tests.calls.prompted import NUMBER, SLUG, Page, make
from tests.calls.test_prompter import hints, kept
from tests.calls.test_recognised import ears, prompt  # noqa: F401  (a fixture)
from tests.outside.virtual import VirtualOutside
from tests.speech.process import SpeechProcess, human, silence

pytestmark = pytest.mark.slow
CARD = "5555555555554444"


@pytest.fixture
def live(tmp_path: Path, ears: SpeechProcess) -> Iterator[Live]:  # noqa: F811
    offer = free_port()
    socket = {"SOUFFLEUR_SPEECH_SOCKET": str(ears.socket)}
    with running(VirtualOutside(offer, speed=1.0), tmp_path, offer, free_port(), **socket) as here:
        yield here


def reads_a_card(folder: Path) -> str:
    """Somebody reads the number of a card aloud."""
    with wave.open(str(folder / "card.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(human(f"digits/{digit}") + silence(0.05) for digit in CARD))
    return str(folder / "card.wav")


def test_two_people_talk_and_the_card_comes(live: Live, tmp_path: Path) -> None:
    live.load(make(tmp_path / "houses"))
    anne = live.outside.phone("201", SLUG)
    customer = live.outside.from_trunk(NUMBER)
    page = Page(live)
    call = page.until("call", state="talking")["call"]
    live.until(lambda: list(live.settings.tap_dir.iterdir()))
    anne.says(prompt("queue-thankyou"))
    assert "patience" in page.until("said", 15, side="agent", final=True)["text"]
    steps = page.of("checklist")[0]["steps"]
    assert [step["at"] is not None for step in steps] == [False, True]
    customer.says(prompt("vm-intro"))
    card = page.until("card", 15, rule="message")
    assert card["why"]["seen"]["side"] == "customer"
    assert not customer.has_ended(0)
    heard = page.until("said", 15, key=card["why"]["seen"]["key"], final=True)
    assert "leave your message after the tone" in heard["text"]
    customer.says(reads_a_card(tmp_path))
    live.until(lambda: any("•••" in one["text"] for one in page.of("said") if one["final"]), 20)
    customer.hangs_up()
    page.until("call", state="over")
    found = live.until(lambda: (one := kept(live, call)) and "•••" in str(one.customer) and one)
    assert found.agent
    assert "patience" in found.agent[0]["text"]
    words = " ".join(said["text"] for said in found.customer)
    assert "message after the tone" in words
    assert words.count("•••") >= 14
    shown = [one["text"] for one in page.documents if one["type"] == "said"]
    assert not any(text.count("five") > 3 for text in shown)
    assert [row[1] for row in hints(live, call)] == ["message"]
    assert all(said["end"] > said["start"] >= 0 for said in (*found.customer, *found.agent))


def test_a_process_that_stands_still_is_told_and_words_come_again(live: Live, ears: SpeechProcess) -> None:  # noqa: F811
    live.load(make(live.settings.data_dir / "houses"))
    anne = live.outside.phone("201", SLUG)
    customer = live.outside.from_trunk(NUMBER)
    page = Page(live)
    page.until("call", state="talking")
    live.until(lambda: list(live.settings.tap_dir.iterdir()))
    assert ears.process
    ears.process.send_signal(signal.SIGSTOP)
    try:
        page.until("call", 20, degraded="away")
    finally:
        ears.process.send_signal(signal.SIGCONT)
    page.until("call", 20, degraded="")
    anne.says(prompt("queue-thankyou"))
    assert "patience" in page.until("said", 15, side="agent", final=True)["text"]
    assert not customer.has_ended(0)
    customer.hangs_up()
    assert live.record().problem == ""
