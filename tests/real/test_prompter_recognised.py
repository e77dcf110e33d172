"""Two people talk over RTP and the real recogniser hears both: the right card comes while they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.live import Live, running
from tests.calls.prompted import PASSWORDS, SLUG
from tests.calls.test_prompter_recognised import ears, test_two_people_talk_and_the_card_comes  # noqa: F401
from tests.outside import real as outside_real
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.speech.process import SpeechProcess


@pytest.fixture
def live(
    outside: tuple[RealOutside, int, int],  # noqa: F811
    tmp_path: Path,
    ears: SpeechProcess,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Live]:
    for extension, password in PASSWORDS.items():
        monkeypatch.setitem(outside_real.PASSWORDS, f"{extension}@{SLUG}", password)
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory, SOUFFLEUR_SPEECH_SOCKET=str(ears.socket)) as here:
        yield here
