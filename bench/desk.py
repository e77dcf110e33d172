"""The agent's desk: from the end of a phrase to its card on the page, in a real browser."""

from __future__ import annotations

import os
import shutil
import sys
from statistics import median

from bench.processes import Failed, running
from bench.speech import p95, row
from bench.table import Row
from speech.models import installed
from tests.speech.process import MODELS

WANTED = 1.0  # seconds
LEAST = 8  # cards, for a figure to say something


def measure() -> list[Row]:
    """A customer says sentences; the real recogniser hears them, on the virtual switch."""
    if "en" not in installed(MODELS):
        raise Failed(f"no model of English in {MODELS}")
    if shutil.which("chromium") is None:
        raise Failed("no chromium on this machine")
    with running([sys.executable, "-m", "bench.hearing.at_desk"], dict(os.environ)) as desk:
        told = desk.hear(300)
    late = [one["late"] for one in told if "late" in one]
    way = [one["way"] for one in told if "late" in one]
    if len(late) < LEAST:
        raise Failed(f"only {len(late)} of {len(told)} cards came")
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return [
        row(
            f"a phrase is over -> its card is on the page, p95 of {len(late)}/{len(told)}, {load}",
            "virtual switch, Chromium",
            _value(late),
            WANTED,
            p95(late),
        ),
        Row("a card is shown in the controller -> it is on the page, p95", "Chromium", _value(way)),
    ]


def _value(seconds: list[float]) -> str:
    return f"{p95(seconds) * 1000:.0f} ms, median {median(seconds) * 1000:.0f} ms"
