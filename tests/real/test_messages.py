"""Messages that callers leave over RTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.live import Live, running
from tests.calls.test_messages import *  # noqa: F403  (its tests)
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  (a fixture)


@pytest.fixture
def live(outside: tuple[RealOutside, int, int], tmp_path: Path) -> Iterator[Live]:  # noqa: F811
    real, offer, directory = outside
    folder = str(tmp_path / "messages")
    with running(real, tmp_path, offer, directory, SOUFFLEUR_MESSAGE_DIR=folder) as here:
        yield here
