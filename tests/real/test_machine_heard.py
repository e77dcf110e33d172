"""Over RTP a campaign meets an answering machine: it hears greeting and tone, and leaves its message after them."""

from __future__ import annotations

import array
import math
import wave
from pathlib import Path
from typing import Any

import pytest

from tests.calls.live import Live
from tests.calls.test_bad_days import break_flow
from tests.calls.test_campaigns import ANNE, begin, concluded
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.real.test_recognised import ears, live  # noqa: F401  (fixtures)
from tests.speech.process import RATE, human, silence

pytestmark = pytest.mark.slow
NODES: dict[str, Any] = {
    "english": {"kind": "set", "variables": {"language": "en"}, "exits": {"next": "who"}},
    "who": {"kind": "who_answers", "hear_out": True, "exits": {"person": "talk", "machine": "leave"}},
    "talk": {"kind": "hang_up", "outcome": "person"},
    "leave": {"kind": "say", "text": {"en": "Please call us back."}, "exits": {"next": "left"}},
    "left": {"kind": "hang_up", "outcome": "message_left"},
}


def greeting(file: Path) -> float:
    """Write what a machine says, with its tone of 0.4 s; how long it is in seconds."""
    tone = array.array("h", (int(9000 * math.sin(2 * math.pi * 1000 * at / RATE)) for at in range(RATE * 4 // 10)))
    said = human("vm-nobodyavail") + silence(0.2) + human("vm-intro") + silence(0.5) + tone.tobytes()
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(said)
    return len(said) / 2 / RATE


def test_a_message_is_left_after_the_tone(live: Live, tmp_path: Path) -> None:  # noqa: F811
    seconds = greeting(tmp_path / "machine.wav")
    machine = live.outside.trunk(ANNE)
    break_flow(live, "survey", lambda doc: doc | {"start": "english", "nodes": NODES})
    begin(live, ANNE)
    live.until(lambda: any(call["doing"] == "Listen" for call in live.calls()))
    machine.says(str(tmp_path / "machine.wav"))
    record = live.record(within=40)
    assert (live.path(record), record.outcome) == (["english", "who", "leave", "left"], "message_left")
    live.until(lambda: [one for one in live.events("command") if one.data["type"] == "play"])
    first = {one.data["type"]: one.at for one in reversed(live.events("command"))}
    # Not in the greeting, and at once after the tone: without one it would be silence for 3.5 s.
    assert seconds - 0.5 < (first["play"] - first["listen"]).total_seconds() < seconds + 2.5
    assert [call.outcome for call in concluded(live)] == ["message_left"]
