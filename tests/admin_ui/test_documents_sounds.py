"""Prompts: texts are heard as callers hear them, sounds are uploaded, and both come back when removed."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
from pathlib import Path

import gevent
import pytest
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool

from admin_ui.voice import Busy, SharedVoice
from speech.client import VoiceError
from tests.admin_ui.site import Site
from tests.admin_ui.test_documents_pages import form, inputs, read, undo_of


def sound(seconds: float = 0.5, rate: int = 44100) -> bytes:
    """A tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = (int(8000 * math.sin(index / 20)) for index in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return out.getvalue()


def rate_of(content: bytes) -> tuple[int, float]:
    with wave.open(io.BytesIO(content)) as file:
        return file.getframerate(), file.getnframes() / file.getframerate()


def speaks(site: Site, path: Path) -> list[tuple[str, str, int]]:
    """The site with a voice that says what it was asked."""
    asked: list[tuple[str, str, int]] = []

    def speak(text: str, language: str, rate: int) -> Path:
        asked.append((text, language, rate))
        if text == "away":
            raise VoiceError("Texts cannot be spoken: espeak-ng is not installed (Debian: apt install espeak-ng).")
        return path

    site.app.extensions["voice"] = SharedVoice(speak)
    return asked


@pytest.fixture
def spoken(site: Site, tmp_path: Path) -> list[tuple[str, str, int]]:
    path = tmp_path / "spoken.wav"
    path.write_bytes(sound(0.1, 8000))
    return speaks(site, path)


def test_a_text_is_heard_at_8_khz(site: Site, spoken: list[tuple[str, str, int]]) -> None:
    answer = site.as_role("engineer").get("/api/v1/speech", query_string={"text": "Bonjour", "language": "fr"})
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert spoken == [("Bonjour", "fr", 8000)]
    assert rate_of(answer.data)[0] == 8000


def test_a_voice_that_is_away_says_so(site: Site, spoken: list[tuple[str, str, int]]) -> None:
    browser = site.as_role("engineer", language="fr")
    answer = browser.get("/api/v1/speech?text=away&language=fr")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "espeak-ng n'est pas installé" in answer.json["detail"]
    assert browser.get(f"/api/v1/speech?text={'x' * 2001}&language=fr").status_code == 422
    assert site.as_role("agent").get("/api/v1/speech?text=x").status_code == 403


def test_a_prompt_is_heard_in_the_language_that_there_is(site: Site, spoken: list[tuple[str, str, int]]) -> None:
    browser = site.as_role("engineer")
    for language in ("de", "", "it"):
        assert browser.get(f"/api/v1/prompts/welcome/audio?language={language}").status_code == 200
    assert [(text[:8], language) for text, language, _rate in spoken] == [
        ("Bäckerei", "de"),
        ("Boulange", "fr"),
        ("Boulange", "fr"),
    ]
    assert site.as_role("engineer", slug="duval").get("/api/v1/prompts/closed/audio").status_code == 404


def test_a_slow_voice_does_not_take_all_threads() -> None:
    """Requests run in threads; too many at once are turned away rather than kept."""
    go = get_original("threading", "Event")()

    def speak(text: str, _language: str, _rate: int) -> Path:
        go.wait(10.0)
        if text == "bad":
            raise VoiceError("no")
        return Path(text)

    voice, pool = SharedVoice(speak, at_once=2), ThreadPool(3)
    first, second = (pool.spawn(voice.speak, text, "fr") for text in ("one", "bad"))
    while voice._places._value:
        gevent.sleep(0.001)
    with pytest.raises(Busy):
        pool.spawn(voice.speak, "three", "fr").get()
    go.set()
    assert first.get() == Path("one")
    with pytest.raises(VoiceError):
        second.get()
    go.clear()
    with pytest.raises(Busy):
        SharedVoice(speak, patience=0.01).speak("four", "fr")
    go.set()


def test_a_sound_is_uploaded_heard_removed_and_back(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    sent = form(browser, "/prompts/new") | {"name": ["jingle"]}
    answer = browser.post(
        "/prompts/new", data={**sent, "sound": (io.BytesIO(sound()), "x.wav")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    assert read(both_sites, "prompts", "jingle") == {"name": "jingle", "file": "sounds/jingle.wav"}
    heard = browser.get("/api/v1/prompts/jingle/audio")
    assert rate_of(heard.data) == (8000, pytest.approx(0.5, abs=0.01))
    assert "0:00 min at 16 kHz" in browser.get("/prompts/edit/jingle").get_data(as_text=True)
    page = browser.post("/prompts/remove/jingle").get_data(as_text=True)
    assert browser.get("/api/v1/prompts/jingle/audio").status_code == 404
    browser.post("/prompts/restore", data={"kept": undo_of(page)})
    assert rate_of(browser.get("/api/v1/prompts/jingle/audio").data)[0] == 8000


def test_a_sound_over_a_text_is_taken_off_again(site: Site, spoken: list[tuple[str, str, int]]) -> None:
    browser = site.as_role("engineer")
    before = read(site, "prompts", "thanks")
    sent = {**form(browser, "/prompts/edit/thanks"), "sound": (io.BytesIO(sound()), "x.wav")}
    assert browser.post("/prompts/edit/thanks", data=sent, content_type="multipart/form-data").status_code == 303
    assert read(site, "prompts", "thanks") == {**before, "file": "sounds/thanks.wav"}
    assert browser.get("/api/v1/prompts/thanks/audio").status_code == 200
    assert spoken == []
    browser.post("/prompts/silence/thanks")
    assert read(site, "prompts", "thanks") == before
    browser.get("/api/v1/prompts/thanks/audio")
    assert len(spoken) == 1


def test_what_is_no_sound_is_told_at_its_field(site: Site) -> None:
    browser = site.as_role("engineer")
    sent = {**form(browser, "/prompts/new"), "name": ["noise"], "sound": (io.BytesIO(b"MZ\x90"), "x.wav")}
    answer = browser.post("/prompts/new", data=sent, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert inputs(page)["name"] == ["noise"]
    assert re.search(r'data-field="sound">.*?class="error"', page, re.DOTALL)
    empty = browser.post("/prompts/new", data={**form(browser, "/prompts/new"), "name": ["noise"]})
    assert "Write a text, or choose a sound." in empty.get_data(as_text=True)
