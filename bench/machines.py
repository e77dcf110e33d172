"""Person or machine: greetings and answers of a human speaker, told apart by the words and by how long they take.

The set is made of Debian's telephone prompts. Machines: the voicemail's own sentences with 40 different mailboxes, in
four wordings. People: sentences of at most 1.6 s and five words that say nothing of messages, such as "hello" or
"please try again": nobody recorded answers for us, so the length and the voice of a person is all that they stand for.
"""

from __future__ import annotations

import random
import wave
from concurrent.futures import ThreadPoolExecutor

from bench.hearing import ours
from bench.hearing.prompts import RATE, SOUNDS, Prompt, plain, prompts
from bench.table import Row
from controller.flow.nodes.who_answers import LONGEST
from controller.flow.understanding.machine import who
from speech.client import Request, Side, listen
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
    missed = sum(found != "machine" for found in of_machines)
    mistaken = sum(found == "machine" for found in of_people)
    return [
        _row(f"{len(machines)} machines taken for a person", missed, len(machines), 0.05),
        _row(f"{len(people)} people taken for a machine", mistaken, len(people), 0.02),
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


def _row(what: str, wrong: int, of: int, most: float) -> Row:
    share = wrong / of
    return Row(what, "Souffleur", f"{wrong} ({share:.1%})", wanted=f"<= {most:.0%}", met=share <= most)
