"""Listening in calls: words in the controller as soon as raw Vosk has them, and a prompt that falls silent for them.

Raw Vosk hears each prompt in real time just before the calls do, so that both meet the same load of the machine.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.hearing.prompts import Prompt, digits, prompts
from bench.hearing.told import after_end
from bench.processes import Failed, Program, running
from bench.speech import began, p95, raw_model, row
from bench.table import Row
from controller.flow.backchannel import is_backchannel
from speech.models import installed
from tests.speech.process import MODELS

LOADS = {1: 24, 4: 6}  # calls that are spoken in at once: turns
LONGEST = 3.0  # seconds of a prompt that is said
SEED = 11
LATER = 0.100  # seconds that a partial may come after raw Vosk has it
SILENT = 0.600
VOICE = 0.250
Told = dict[str, Any]


def measure() -> list[Row]:
    """Over RTP where a FreeSWITCH is here, else on the virtual switch."""
    if "en" not in installed(MODELS):
        raise Failed(f"no model of English in {MODELS}")
    # What begins with a word that a prompt is not stopped for would measure our rule, not our speed.
    said = [one for one in prompts() if one.seconds <= LONGEST and not is_backchannel(one.words[0], "en")]
    random.Random(SEED).shuffle(said)
    with TemporaryDirectory() as folder:
        model = raw_model(Path(folder) / "model")
        commands = [[sys.executable, "-m", "bench.hearing.beside", str(model)]]
        commands.append([sys.executable, "-m", "bench.hearing.calls"])
        environment = dict(os.environ)
        with running(commands[0], environment) as raw, running(commands[1], environment) as calls:
            switch = "FreeSWITCH" if calls.hear(90)["switch"] == "real" else "virtual switch"
            for one in (raw, calls):
                one.ask(say=[said[-1].name])  # the first is not like the others
            rows = [one for at_once, turns in LOADS.items() for one in _load(raw, calls, switch, said, at_once, turns)]
            rows += _phrases(calls, switch)
            calls.ask(say=[])
            return rows


def _load(raw: Program, calls: Program, switch: str, said: list[Prompt], at_once: int, turns: int) -> list[Row]:
    theirs: Told = {}
    ours: Told = {}
    for turn in range(turns):
        batch = [prompt.name for prompt in said[turn * at_once : (turn + 1) * at_once]]
        theirs |= raw.ask(say=batch)
        ours |= calls.ask(say=batch)
    onsets = {prompt.name: began(prompt.samples) for prompt in said}
    return _rows(f"{switch}, {at_once} at once", theirs, ours, onsets)


def _phrases(calls: Program, switch: str) -> list[Row]:
    """A digit, where one of the ten is asked for."""
    silent = []
    for prompt in digits() * 2:
        told = calls.ask(say=[prompt.name])[prompt.name]
        silent += [told["silent"] - began(prompt.samples)] if told["silent"] else []
    what = f"caller begins -> prompt silent by a phrase, p95 of {len(silent)}/20"
    return [row(what, f"{switch}, 1 at once", _value(silent), SILENT, p95(silent))]


def _rows(who: str, theirs: Told, ours: Told, onsets: dict[str, float]) -> list[Row]:
    there = [late for one in theirs.values() for late in after_end(one["partials"], one["ends"])]
    here = [late for name, one in ours.items() for late in after_end(one["heard"], theirs[name]["ends"])]
    silent = [told["silent"] - onsets[name] for name, told in ours.items() if told["silent"]]
    voices = [told["voice"] - onsets[name] for name, told in ours.items() if told["voice"]]
    # A prompt cannot fall silent for a word before there is one.
    first = [next((at for at, text in theirs[name]["partials"] if text.strip()), 0.0) - onsets[name] for name in ours]
    if not here or not silent or not voices:
        raise Failed("nothing was heard in the calls")
    raw, load = f"raw Vosk, {who}", f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return [
        Row(f"a word is over -> it is in a partial, p95 of {len(there)}, {load}", raw, _value(there)),
        row(
            f"a word is over -> it is told in the controller, p95 of {len(here)}",
            who, _value(here), p95(there) + LATER, p95(here),
        ),
        row("caller begins -> voice in the controller, p95", who, _value(voices), VOICE, p95(voices)),
        Row("caller begins -> a word is in a partial, p95", raw, _value(first)),
        row(
            f"caller begins -> prompt silent by words, p95 of {len(silent)}/{len(ours)}",
            who, _value(silent), SILENT, p95(silent),
        ),
    ]  # fmt: skip

def _value(seconds: list[float]) -> str:
    return f"{p95(seconds) * 1000:.0f} ms, median {median(seconds) * 1000:.0f} ms"
