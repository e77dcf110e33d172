"""The speech process that most tests of the recogniser share: it takes a second to load its model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.calls.live import free_port
from tests.speech.process import SpeechProcess, need_model


@pytest.fixture(scope="session")
def ears(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    models = need_model()
    process = SpeechProcess(tmp_path_factory.mktemp("ears"), free_port(), models, speech_workers="1")
    process.wait()
    yield process
    process.close()
