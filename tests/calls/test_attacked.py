"""What an attack on the recovery of calls found: each of these once lost, doubled, stole or told something wrong."""

from __future__ import annotations

import orjson
import pytest

from controller.calls.checkpoint import LIMIT, Checkpoint, read
from controller.calls.tally import LAST_DIALLED, Tally
from controller.flow.commands import Dialled

# --- the checkpoint -------------------------------------------------------------------------------------------------


def test_a_call_that_rings_somebody_for_hours_still_leaves_its_checkpoint() -> None:
    rung = [Dialled("answered", "101", "SUCCESS", 3.0, 60.5)]
    rung += [Dialled("no_answer", "", "NO_ANSWER", 25.012, 0.0) for _ in range(500)]
    text = Checkpoint("a", 3, 1, "inbound", "+33123456789", 0, {}, Tally(dialled=rung)).dump()
    assert text
    found = read(text)
    assert found
    assert len(found.tally.dialled) == LAST_DIALLED + 1
    assert found.tally.dialled[0] == Dialled("answered", "", "", pytest.approx(3 + 480 * 25.012), 60.5)


def test_four_kilobytes_are_bytes() -> None:
    text = Checkpoint("a", 3, 1, "inbound", "", 0, {"variables": {"x": "電" * (LIMIT // 2)}}).dump()
    assert text is None or len(text.encode()) <= LIMIT


def test_a_call_of_the_former_version_goes_on_where_it_is() -> None:
    """It wrote no tally: what is known of the record begins with who takes the call over."""
    walk = {"v": 1, "stack": [["reception", 1, "choose", "menu", 1]], "variables": {}, "command": 3}
    found = read(orjson.dumps([1, "a", 2, 7, "inbound", "+33123456789", 4, walk]).decode())
    assert found == Checkpoint("a", 2, 7, "inbound", "+33123456789", 4, walk, Tally())
