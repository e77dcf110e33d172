"""Listening in calls: words in the controller as soon as raw Vosk has them, and a prompt that falls silent for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.hearing.prompts import prompts
from bench.processes import ROOT, Failed
from bench.speech import began, later_than, p95, raw, raw_model, row
from bench.table import Row
from speech.models import installed
from tests.speech.process import MODELS

LOADS = {1: 24, 4: 6}  # calls that are spoken in at once: turns
LATER = 0.100  # seconds that a partial may come after raw Vosk has it
SILENT = 0.600
VOICE = 0.250
SHOWN = 0.5  # of the callers


def measure() -> list[Row]:
    """Raw Vosk once, then calls; over RTP where a FreeSWITCH is here."""
    if "en" not in installed(MODELS):
        raise Failed(f"no model of English in {MODELS}")
    onsets = {prompt.name: began(prompt.samples) for prompt in prompts()}
    with TemporaryDirectory() as folder:
        there = raw(raw_model(Path(folder) / "model"), "words").splitlines()
    partials = {one["name"]: one["partials"] for one in map(json.loads, there)}
    return [one for at_once, turns in LOADS.items() for one in _rows(at_once, calls(turns, at_once), onsets, partials)]


def _rows(
    at_once: int, found: list[dict[str, Any]], onsets: dict[str, float], partials: dict[str, list[tuple[float, int]]]
) -> list[Row]:
    who = ("FreeSWITCH" if found[0]["switch"] == "real" else "virtual switch") + f", {at_once} at once"
    said = found[1:]
    later = [late for one in said for late in later_than(partials[one["name"]], one["heard"])]
    silent = sorted(one["silent"] - onsets[one["name"]] for one in said if one["silent"])
    voices = [one["voice"] - onsets[one["name"]] for one in said if one["voice"]]
    # A prompt cannot fall silent for a word before there is one: what the words themselves take is raw Vosk's.
    first = [next(at for at, count in partials[one["name"]] if count) - onsets[one["name"]] for one in said]
    if not later or not silent:
        raise Failed("nothing was heard in the calls")
    middle = silent[int(len(silent) * SHOWN)]
    return [
        row("partial in the controller after raw Vosk has it, p95", who, _ms(p95(later)), LATER, p95(later)),
        row("caller begins -> voice in the controller, p95", who, _ms(p95(voices)), VOICE, p95(voices)),
        Row("caller begins -> raw Vosk has a word, p95", "raw Vosk", _ms(p95(first))),
        row(
            f"caller begins -> prompt silent by words, p95 of {len(silent)}/{len(said)}",
            who, f"{_ms(p95(silent))}, median {_ms(middle)}", SILENT, p95(silent),
        ),
    ]  # fmt: skip


def calls(turns: int, at_once: int) -> list[dict[str, Any]]:
    """Calls in a process of their own: what each heard, after a line about the switch."""
    command = [sys.executable, "-m", "bench.hearing.calls", str(turns), str(at_once)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise Failed(f"the calls ended\n{done.stderr[-3000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
