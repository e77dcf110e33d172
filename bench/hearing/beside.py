"""Raw Vosk in real time, beside calls on the same machine: `python -m bench.hearing.beside MODEL`.

Takes lines of JSON, `say` the names of prompts that are said at once; answers each with when which words were there,
in seconds since the first sample. One recogniser a voice, used again, as ours are.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import vosk

from bench.hearing.prompts import RATE, Prompt, prompts

CHUNK = int(RATE * 0.1) * 2


def main() -> None:
    vosk.SetLogLevel(-1)
    model = vosk.Model(sys.argv[1])
    found = {prompt.name: prompt for prompt in prompts()}
    ears: list[vosk.KaldiRecognizer] = []
    for line in sys.stdin:
        names = json.loads(line)["say"]
        while len(ears) < len(names):
            ears.append(vosk.KaldiRecognizer(model, RATE))
        partials: list[list[tuple[float, str]]] = [[] for _ in names]
        threads = [
            threading.Thread(target=listen, args=(ear, found[name], mine))
            for ear, name, mine in zip(ears, names, partials, strict=False)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(json.dumps(dict(zip(names, partials, strict=True))), flush=True)


def listen(ear: vosk.KaldiRecognizer, prompt: Prompt, partials: list[tuple[float, str]]) -> None:
    """Hear a prompt at the speed at which it is said."""
    samples, began, before = prompt.samples + bytes(RATE), time.monotonic(), ""
    for at in range(0, len(samples), CHUNK):
        time.sleep(max(0.0, began + (at + CHUNK) / 2 / RATE - time.monotonic()))
        if ear.AcceptWaveform(samples[at : at + CHUNK]):
            before = f"{before} {json.loads(ear.Result())['text']}"
            partials.append((time.monotonic() - began, before))
        else:
            words = f"{before} {json.loads(ear.PartialResult())['partial']}"
            partials.append((time.monotonic() - began, words))
    ear.FinalResult()


if __name__ == "__main__":
    main()
