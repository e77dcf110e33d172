"""On a real FreeSWITCH: what a caller says, and keys as a secret, is in no event, account or log of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.live import Live
from tests.calls.test_told_nobody import (  # noqa: F401  (a test and its fixtures)
    events,
    found,
    replies,
    speech,
    test_a_phone_that_is_to_show_it_is_told_in_headers_alone,
    test_nobody_is_told_what_was_said,
)
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.real.test_prompter import live as prompted  # noqa: F401  (a fixture)

TIMES = re.compile(r"\d{10,}|[0-9a-f]{8}-[0-9a-f-]{27}|\d+\.\d+")


def accounts(real: RealOutside) -> set[Path]:
    return set(Path(real.switch.folder).rglob("*.cdr.json"))


@pytest.fixture
def live(
    outside: tuple[RealOutside, int, int], prompted: Live, request: pytest.FixtureRequest  # noqa: F811
) -> Iterator[Live]:
    real, *_ = outside
    before, others = len(real.switch.log), accounts(real)
    yield prompted
    if "nobody" in request.node.name:
        log = TIMES.sub("", real.switch.log[before:])
        assert [line for line in log.splitlines() if found(line)] == []
        ours = accounts(real) - others
        assert ours
        assert [file for file in ours if found(TIMES.sub("", file.read_text()))] == []
