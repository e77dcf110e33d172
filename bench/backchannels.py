"""Whether the length of a voice tells an answer from an "uh huh": how long each is heard without a pause.

Were it so, a prompt could be stopped by voice alone, before there is a word. Backchannels are made by the voice of the
product (flows' languages); words of one syllable that a person said stand beside them, since a machine is brisk.
"""

from __future__ import annotations

import audioop
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.hearing.prompts import RATE, SOUNDS, digits, prompts
from bench.listening import LONGEST
from bench.table import Row
from controller.flow.backchannel import SAID, is_backchannel
from speech.client import Voice
from speech.recognition.activity import Activity

LENGTHS = (0.45, 0.6, 0.85)  # seconds of voice after which a prompt might be stopped
SHORT = ("digits/oh", "digits/at", "is", "for", "letters/a", "hello")
SILENCE = bytes(RATE * 2)


def measure() -> list[Row]:
    """Backchannels, words of one syllable, and answers of two words and more."""
    answers = [one.samples for one in prompts() if one.seconds <= LONGEST and not is_backchannel(one.words[0], "en")]
    human = [*(_samples(SOUNDS / f"{name}.wav") for name in SHORT), *(one.samples for one in digits())]
    groups = {"backchannels, made": list(_made()), "short words, a person": human, "answers, a person": answers}
    return [_row(who, [_voiced(one) for one in samples]) for who, samples in groups.items()]


def _row(who: str, seconds: Sequence[float]) -> Row:
    shares = ", ".join(
        f"{sum(one > length for one in seconds) / len(seconds):.0%} over {length} s" for length in LENGTHS
    )
    value = f"median {median(seconds):.2f} s, longest {max(seconds):.2f} s; {shares}"
    return Row(f"voice without a pause, {len(seconds)}", who, value)


def _voiced(samples: bytes) -> float:
    """Seconds from where voice begins until it first ceases."""
    activity, began = Activity(RATE), 0.0
    data = SILENCE[: RATE // 2 * 2] + samples + SILENCE
    for at in range(0, len(data) - activity.frame + 1, activity.frame):
        match activity.hear(data[at : at + activity.frame]):
            case "voice":
                began = activity.began
            case "quiet":
                return activity.voiced - began
    return 0.0


def _made() -> Iterator[bytes]:
    with TemporaryDirectory(prefix="souffleur-bench-") as folder:
        voice = Voice(folder)
        voice.start()
        try:
            for language, said in SAID.items():
                for phrase in said.split(","):
                    yield _samples(Path(voice.speak(" ".join(phrase.split()), language)))
        finally:
            voice.close()


def _samples(file: Path) -> bytes:
    with wave.open(str(file)) as sound:
        samples, rate = sound.readframes(sound.getnframes()), sound.getframerate()
    return samples if rate == RATE else audioop.ratecv(samples, 2, 1, rate, RATE, None)[0]
