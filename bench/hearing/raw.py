"""Vosk by itself, as its examples use it: what our own process is compared with.

`python -m bench.hearing.raw MODEL streams N SECONDS` follows N voices in real time on one thread a core and prints what
it cost; `... MODEL words` prints what it heard of each prompt, and when.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time

import vosk

from bench.hearing.prompts import RATE, Prompt, prompts

CHUNK = int(RATE * 0.1) * 2
WARM = 10.0  # seconds heard before their lag is counted: a recogniser is dearer at first


def loop(found: list[Prompt], seconds: float, first: int) -> bytes:
    """Prompts one after the other, beginning with another one for each voice."""
    voice = b"".join(one.samples for one in found[first:] + found[:first])
    size = int(seconds * RATE) * 2
    return (voice * (size // len(voice) + 1))[:size]


def words(model: vosk.Model) -> None:
    """Each prompt by one recogniser that is used again."""
    recogniser = vosk.KaldiRecognizer(model, RATE)
    recogniser.SetWords(True)
    for prompt in prompts():
        heard: list[str] = []
        partials: list[tuple[float, str]] = []
        samples = prompt.samples + bytes(RATE)
        for at in range(0, len(samples), CHUNK):
            began = time.monotonic()
            if recogniser.AcceptWaveform(samples[at : at + CHUNK]):
                heard.append(json.loads(recogniser.Result())["text"])
            else:
                text = " ".join([*heard, json.loads(recogniser.PartialResult())["partial"]])
                took = time.monotonic() - began
                partials.append((min(at + CHUNK, len(samples)) / 2 / RATE + took, text))
        heard.append(json.loads(recogniser.FinalResult())["text"])
        print(json.dumps({"name": prompt.name, "text": " ".join(heard), "partials": partials}), flush=True)


def streams(model: vosk.Model, count: int, seconds: float) -> None:
    """Voices in real time; prints CPU seconds for each second of a voice, and the p95 of the lag."""
    found = prompts()
    cores = os.cpu_count() or 1
    voices = [(vosk.KaldiRecognizer(model, RATE), loop(found, seconds + WARM, index * 7)) for index in range(count)]
    for recogniser, _ in voices:
        recogniser.SetWords(True)
    lags: list[float] = []
    began = time.monotonic()
    before = cpu()

    def follow(mine: list[tuple[vosk.KaldiRecognizer, bytes]]) -> None:
        for at in range(0, len(mine[0][1]), CHUNK):
            due = began + (at + CHUNK) / 2 / RATE
            time.sleep(max(0.0, due - time.monotonic()))
            for recogniser, samples in mine:
                if recogniser.AcceptWaveform(samples[at : at + CHUNK]):
                    recogniser.Result()
                else:
                    recogniser.PartialResult()
                if due - began > WARM:
                    lags.append(time.monotonic() - due)

    threads = [
        threading.Thread(target=follow, args=(part,)) for part in (voices[core::cores] for core in range(cores)) if part
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lags.sort()
    cost = (cpu() - before) / (seconds + WARM) / count
    print(json.dumps({"cost": cost, "lag": lags[int(len(lags) * 0.95)]}), flush=True)


def cpu() -> float:
    """Seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    vosk.SetLogLevel(-1)
    model = vosk.Model(sys.argv[1])
    if sys.argv[2] == "words":
        words(model)
    else:
        streams(model, int(sys.argv[3]), float(sys.argv[4]))


if __name__ == "__main__":
    main()
