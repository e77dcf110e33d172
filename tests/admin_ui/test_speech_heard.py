"""A browser's sound is understood by the real recogniser, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from speech.models import installed
from tests.admin_ui.site import Site
from tests.calls.live import free_port
from tests.speech.process import MODELS, SpeechProcess

SAID = Path("/usr/share/asterisk/sounds/en_US_f_Allison/vm-goodbye.wav")


@pytest.fixture
def listening(site: Site, tmp_path: Path) -> Iterator[Site]:
    """A web UI beside a speech process."""
    if not ("en" in installed(MODELS) and SAID.exists()):
        pytest.skip("no English model or no human prompts: scripts/setup.sh test installs both")
    process = SpeechProcess(tmp_path, free_port(), MODELS)
    process.wait(60)
    site.app.config["SETTINGS"] = replace(site.app.config["SETTINGS"], speech_socket=process.socket)
    yield site
    process.close()


def test_words_are_understood_and_the_sound_is_gone(listening: Site) -> None:
    browser = listening.as_role("engineer", language="fr")
    answer = browser.post("/api/v1/speech/heard?language=en", data=SAID.read_bytes(), content_type="audio/wav")
    assert (answer.status_code, answer.json) == (200, {"text": "goodbye"})
    assert list(listening.app.config["SETTINGS"].spool_dir.glob("heard-*")) == []
    none = browser.post("/api/v1/speech/heard?language=fr", data=SAID.read_bytes(), content_type="audio/wav")
    assert (none.status_code, "Aucun modèle" in none.json["detail"]) == (503, True)
    noise = browser.post("/api/v1/speech/heard?language=en", data=b"no sound at all", content_type="audio/wav")
    assert (noise.status_code, noise.json["errors"][0]["code"]) == (422, "not_heard")


def test_without_a_speech_process_the_words_are_typed(site: Site) -> None:
    browser = site.as_role("engineer", language="fr")
    answer = browser.post("/api/v1/speech/heard", data=b"RIFF", content_type="audio/wav")
    assert answer.status_code == 503
    assert "saisissez les mots" in answer.json["detail"]
    assert browser.post("/api/v1/speech/heard", data=b"", content_type="audio/wav").status_code == 400
