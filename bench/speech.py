"""Speech: the same words as raw Vosk, at little more cost, as soon; and how many voices until it lags."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.hearing import ours
from bench.hearing.prompts import Prompt, errors, plain, prompts
from bench.hearing.told import later_than, texts
from bench.processes import ROOT, Failed
from bench.table import Row
from speech.models import installed
from tests.speech.process import MODELS

WORD_ERRORS = 0.155
MORE_CPU = 0.10
STREAMS = 8
SECONDS = 12.0
ROUNDS = 5
LATER = 0.100  # seconds a partial may come after raw Vosk has it
VOICE = 0.250
BACK = 2.0
LAG = 0.200
STEPS = (2, 3, 4, 5, 6, 7, 8, 9, 10)  # voices a core
SPOKEN = 40  # prompts said in real time
RAW, OURS = "raw Vosk", "Souffleur"


def measure() -> list[Row]:
    """Raw Vosk and our process on the same prompts, one after the other."""
    found = prompts()
    if "en" not in installed(MODELS):
        raise Failed(f"no model of English in {MODELS}")
    with TemporaryDirectory() as folder:
        model = raw_model(Path(folder) / "model")
        there = [json.loads(line) for line in raw(model, "words").splitlines()]
        rows = words(found, there)
        with ours.serving(streams=STREAMS) as process:
            rows += costs(model, process, found)
            rows += latencies(process, found, {one["name"]: one["partials"] for one in there})
            took = sorted(ours.killed(process, found, 5))
            rows.append(row("worker killed -> words again, worst of 5", OURS, f"{took[-1]:.2f} s", BACK, took[-1]))
        rows += capacity(model, found)
    return rows


def words(found: list[Prompt], there: list[dict[str, Any]]) -> list[Row]:
    """Word errors of both."""
    with ours.serving() as process:
        heard = ours.texts(process, found)
    total = sum(len(prompt.words) for prompt in found)
    raw_errors = sum(errors(one.words, plain(other["text"])) for one, other in zip(found, there, strict=True)) / total
    our_errors = sum(errors(one.words, plain(text)) for one, text in zip(found, heard, strict=True)) / total
    what = f"word errors, {len(found)} human prompts"
    return [
        Row(what, RAW, f"{raw_errors:.1%}"),
        Row(what, OURS, f"{our_errors:.1%}", 0.0, f"<= {WORD_ERRORS:.1%}", our_errors <= WORD_ERRORS),
    ]


def costs(model: Path, process: ours.SpeechProcess, found: list[Prompt]) -> list[Row]:
    """CPU of eight people who speak without a pause, by turns, since a machine is never twice as quick as before."""
    there, here = [], []
    for _ in range(ROUNDS):
        there.append(json.loads(raw(model, "streams", str(STREAMS), str(SECONDS))))
        here.append(ours.streams(process, found, STREAMS, SECONDS))
    theirs, cost = median(one["cost"] for one in there), median(cost for cost, _ in here)
    more = median(cost / one["cost"] - 1 for one, (cost, _) in zip(there, here, strict=True))
    what = f"CPU of a voice, {STREAMS} at once, median of {ROUNDS}"
    return [
        Row(what, RAW, f"{theirs:.3f} of a core, lag p95 {median(one['lag'] for one in there) * 1000:.0f} ms"),
        Row(
            what,
            OURS,
            f"{cost:.3f} of a core ({more:+.0%}), lag p95 {median(lag for _, lag in here) * 1000:.0f} ms",
            0.0,
            f"<= +{MORE_CPU:.0%}",
            more <= MORE_CPU,
        ),
    ]


def latencies(process: ours.SpeechProcess, found: list[Prompt], there: dict[str, list[tuple[float, str]]]) -> list[Row]:
    """In real time: when voice and words are told, against when raw Vosk has the same words."""
    voices, later = [], []
    for prompt in found[:SPOKEN]:
        onset = began(prompt.samples)
        caller = ours.Caller(process, prompt.samples + bytes(8000), prompt.name)
        caller.speak()
        if (voice := next((moment for moment, heard in caller.heard if heard.type == "voice"), None)) is not None:
            voices.append(voice - onset)
        later += later_than(there[prompt.name], texts(caller.heard))
    if not later or not voices:
        raise Failed("nothing was heard in real time")
    voice_p95, later_p95 = p95(voices), p95(later)
    return [
        row("somebody speaks -> voice told, p95", OURS, f"{voice_p95 * 1000:.0f} ms", VOICE, voice_p95),
        row(
            "partial after raw Vosk has it, p95",
            OURS,
            f"{later_p95 * 1000:.0f} ms (median {median(later) * 1000:.0f} ms)",
            LATER,
            later_p95,
        ),
    ]


def capacity(model: Path, found: list[Prompt]) -> list[Row]:
    """Voices at once until the lag's p95 is too long."""
    cores = os.cpu_count() or 1
    most = {RAW: 0, OURS: 0}
    for voices in STEPS:
        if json.loads(raw(model, "streams", str(voices * cores), "10"))["lag"] > LAG:
            break
        most[RAW] = voices * cores
    with ours.serving(streams=max(STEPS)) as process:
        for voices in STEPS:
            if ours.streams(process, found, voices * cores, 10.0)[1] > LAG:
                break
            most[OURS] = voices * cores
    what = f"voices without a pause until the lag's p95 is past {LAG * 1000:.0f} ms"
    return [Row(what, who, str(count)) for who, count in most.items()]


def raw_model(folder: Path) -> Path:
    """The stock model with the one line that lets it hear 8 kHz."""
    shutil.copytree(installed(MODELS)["en"].folder, folder)
    with (folder / "conf" / "mfcc.conf").open("a") as file:
        file.write("\n--allow-upsample=true\n")
    return folder


def raw(model: Path, *what: str) -> str:
    """Raw Vosk in a process of its own."""
    command = [sys.executable, "-m", "bench.hearing.raw", str(model), *what]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"raw Vosk ended\n{done.stderr[-2000:]}")
    return done.stdout


def began(samples: bytes) -> float:
    """When a prompt's sound begins: the first 10 ms that are a tenth as loud as its loudest."""
    levels = [max(memoryview(samples[at : at + 160]).cast("h")) for at in range(0, len(samples) - 160, 160)]
    return next(index for index, level in enumerate(levels) if level > max(levels) / 10) * 0.01


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def row(what: str, who: str, value: str, most: float, measured: float) -> Row:
    """A row that must not pass `most` seconds."""
    wanted = f"<= {most:.0f} s" if most >= 1 else f"<= {most * 1000:.0f} ms"
    return Row(what, who, value, 0.0, wanted, measured <= most)
