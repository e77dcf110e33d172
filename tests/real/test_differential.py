"""A sample of the generated calls, on a real FreeSWITCH: it gives the path that the phone beside the canvas gave.

A few calls, always the same ones. More, and others: SOUFFLEUR_EXAMPLES=30 pytest tests/real/test_differential.py
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from tests.calls.live import running
from tests.calls.test_differential import EXAMPLES, compare, replies  # noqa: F401  a fixture
from tests.calls.whole_calls import Replies
from tests.flow.known_calls import LAST_IS_BUSY
from tests.flow.whole_flows import Whole, calls
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  a fixture


@pytest.mark.timeout(180 + 20 * EXAMPLES)
def test_the_same_way_on_freeswitch(
    outside: tuple[RealOutside, int, int],  # noqa: F811
    tmp_path: Path,
    replies: Replies,  # noqa: F811
) -> None:
    real, offer, directory = outside
    number = count()

    @settings(
        max_examples=EXAMPLES or 4,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(calls())
    @example(LAST_IS_BUSY)
    def each(whole: Whole) -> None:
        folder = tmp_path / str(next(number))
        folder.mkdir()
        with running(real, folder, offer, directory) as live:
            compare(live, folder / "house", whole, replies)

    each()
