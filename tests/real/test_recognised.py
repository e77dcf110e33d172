"""Callers over RTP are understood by the real recogniser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.live import Live, running
from tests.calls.test_recognised import *  # noqa: F403  (its tests)
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.speech.process import SpeechProcess


@pytest.fixture
def live(outside: tuple[RealOutside, int, int], tmp_path: Path, ears: SpeechProcess) -> Iterator[Live]:  # noqa: F811
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory, SOUFFLEUR_SPEECH_SOCKET=str(ears.socket)) as here:
        yield here
