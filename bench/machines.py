"""Person or machine: greetings and answers of a human speaker, told apart by the words and by how long they take.

The set is made of Debian's telephone prompts. Machines: the voicemail's own sentences with 40 different mailboxes, in
four wordings. People: sentences of at most 1.6 s and five words that say nothing of messages, such as "hello" or
"please try again": nobody recorded answers for us, so the length and the voice of a person is all that they stand for.
"""

from __future__ import annotations

import itertools
import random
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bench.hearing import ours
from bench.hearing.prompts import RATE, SOUNDS, Prompt, plain, prompts
from bench.table import Row
from controller.flow.nodes.who_answers import LONGEST
from controller.flow.understanding.machine import who
from speech.client import Request, Side, listen
from speech.recognition.beep import Beeps
from tests.speech.process import SpeechProcess

PAUSE = 0.6  # as the node asks
MAILBOXES = 40
SHORT, FEW = 1.6, 5
WORDINGS = (
    ("vm-theperson", "{digits}", "vm-isunavail", "vm-intro"),
    ("vm-theperson", "{digits}", "vm-isonphone", "vm-intro"),
    ("vm-nobodyavail", "vm-intro"),
    ("vm-goodbye", "vm-theperson", "{digits}", "vm-isunavail"),
)
OF_MACHINES = ("message", "mail", "mailbox", "tone", "unavailable", "vm")


def measure() -> list[Row]:
    """How many of each are taken for the other."""
    machines, people = _machines(), _people()
    with ours.serving() as process, ThreadPoolExecutor(2) as pool:
        of_machines = list(pool.map(lambda one: _who(process, one), machines))
        of_people = list(pool.map(lambda one: _who(process, one), people))
    tones = _tones()
    unheard = sum(not _beeps(greeting, at) for greeting, at in tones)
    false = sum(_beep(one.samples) is not None for one in (*machines, *people, *prompts()))
    missed = sum(found != "machine" for found in of_machines)
    mistaken = sum(found == "machine" for found in of_people)
    return [
        _row(f"{len(machines)} machines taken for a person", missed, len(machines), 0.05),
        _row(f"{len(people)} people taken for a machine", mistaken, len(people), 0.02),
        _row(f"{len(tones)} tones after a greeting, not heard", unheard, len(tones), 0.02),
        _row(
            f"{len(people) + len(machines) + len(prompts())} sentences with a tone heard in them",
            false,
            len(people) + len(machines) + len(prompts()),
            0.01,
        ),
    ]


def _who(process: SpeechProcess, prompt: Prompt) -> str:
    """What the node would tell: it hears the first words, no longer than it waits for."""
    file = process.socket.parent / f"{prompt.name}.raw"
    file.write_bytes(prompt.samples[: int(LONGEST * RATE) * 2])
    began = ended = 0.0
    text = ""
    with listen(process.socket, Request(file, (Side("en"),), PAUSE)) as listening:
        listening.stop()
        while (heard := listening.next(60)) and heard.type != "ended":
            if heard.type == "final" and not text:
                text, began, ended = heard.text, heard.start, heard.end
    file.unlink()
    return who(text, ended - began, "en")


def _machines() -> list[Prompt]:
    chance = random.Random(1)
    found = []
    for number in range(MAILBOXES):
        digits = [f"digits/{digit}" for digit in str(chance.randrange(100, 10_000))]
        wording = WORDINGS[number % len(WORDINGS)]
        names = [name for part in wording for name in (digits if part == "{digits}" else [part])]
        found.append(Prompt(f"machine-{number}", b"".join(map(_samples, names)), ()))
    return found


def _people() -> list[Prompt]:
    short = [one for one in prompts() if one.seconds <= SHORT and len(one.words) <= FEW]
    people = [one for one in short if not any(word in plain(one.name) or word in one.words for word in OF_MACHINES)]
    return [Prompt("hello", _samples("hello"), ("hello",)), *people]


def _samples(name: str) -> bytes:
    with wave.open(str(SOUNDS / f"{name}.wav")) as sound:
        return sound.readframes(sound.getnframes())


def _tones() -> list[tuple[bytes, float]]:
    """Greetings with a tone of 7 pitches, 3 lengths and 3 loudnesses after them, and when each ends in seconds."""
    greeting, found = _samples("vm-intro"), list[tuple[bytes, float]]()
    ways = itertools.product((400, 440, 620, 1000, 1400, 1700, 2100), (0.2, 0.5, 1.5), (9e3, 2e3, 4e2))
    for pitch, length, loud in ways:
        tone = loud * np.sin(2 * np.pi * pitch * np.arange(int(length * RATE)) / RATE)
        samples = greeting + bytes(RATE) + tone.astype("<i2").tobytes() + bytes(RATE)
        found.append((samples, len(greeting) / 2 / RATE + 0.5 + length))
    return found


def _beeps(samples: bytes, at: float) -> bool:
    end = _beep(samples)
    return end is not None and abs(end - at) < 0.1


def _beep(samples: bytes) -> float | None:
    """When the first tone ends that is heard."""
    beeps = Beeps(RATE)
    frames = (samples[begin : begin + 320] for begin in range(0, len(samples) - 319, 320))
    return next((one.end for one in map(beeps.hear, frames) if one), None)


def _row(what: str, wrong: int, of: int, most: float) -> Row:
    share = wrong / of
    return Row(what, "Souffleur", f"{wrong} ({share:.1%})", wanted=f"<= {most:.0%}", met=share <= most)
