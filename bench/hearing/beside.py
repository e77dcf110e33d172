"""Raw Vosk in real time, beside calls on the same machine: `python -m bench.hearing.beside MODEL`.

Takes lines of JSON, `say` the names of prompts that are said at once; answers each with which words were there when,
and when each was said, in seconds since the first sample. One recogniser a voice, used again, as ours are.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

import vosk

from bench.hearing.prompts import RATE, Prompt, prompts

CHUNK = int(RATE * 0.1) * 2


def main() -> None:
    vosk.SetLogLevel(-1)
    model = vosk.Model(sys.argv[1])
    found = {prompt.name: prompt for prompt in prompts()}
    ears: list[Ear] = []
    for line in sys.stdin:
        names = json.loads(line)["say"]
        while len(ears) < len(names):
            ears.append(Ear(model))
        heard: list[dict[str, Any]] = [{"partials": [], "ends": []} for _ in names]
        threads = [
            threading.Thread(target=ear.listen, args=(found[name], mine))
            for ear, name, mine in zip(ears, names, heard, strict=False)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(json.dumps(dict(zip(names, heard, strict=True))), flush=True)


class Ear:
    """A recogniser, whose times count on from one prompt to the next."""

    def __init__(self, model: vosk.Model) -> None:
        self._vosk = vosk.KaldiRecognizer(model, RATE)
        self._vosk.SetWords(True)
        self._before = 0.0  # seconds heard before this prompt

    def listen(self, prompt: Prompt, heard: dict[str, Any]) -> None:
        """Hear a prompt at the speed at which it is said."""
        samples, began = prompt.samples + bytes(RATE), time.monotonic()
        for at in range(0, len(samples), CHUNK):
            time.sleep(max(0.0, began + (at + CHUNK) / 2 / RATE - time.monotonic()))
            partial = ""
            if self._vosk.AcceptWaveform(samples[at : at + CHUNK]):
                heard["ends"] += self._ends(self._vosk.Result())
            else:
                partial = json.loads(self._vosk.PartialResult())["partial"]
            text = " ".join([*(word for word, _ in heard["ends"]), partial])
            heard["partials"].append((time.monotonic() - began, text))
        heard["ends"] += self._ends(self._vosk.FinalResult())
        self._before += len(samples) / 2 / RATE

    def _ends(self, result: str) -> list[tuple[str, float]]:
        """The words of a result, and when each was over."""
        words = json.loads(result).get("result", [])
        return [(one["word"], one["end"] - self._before) for one in words]


if __name__ == "__main__":
    main()
