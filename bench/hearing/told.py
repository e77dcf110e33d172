"""What was told of speech, and when: by raw Vosk and by ours alike."""

from __future__ import annotations

from speech.client import Heard


def texts(told: list[tuple[float, Heard]]) -> list[tuple[float, str]]:
    """What of a prompt had been told when, its finals among it."""
    found, said = [], ""
    for moment, heard in told:
        if heard.type in ("partial", "final"):
            found.append((moment, f"{said} {heard.text}"))
        if heard.type == "final":
            said = found[-1][1]
    return found


def later_than(raw_texts: list[tuple[float, str]], our_texts: list[tuple[float, str]]) -> list[float]:
    """Seconds by which the same word at the same place was told later, where both told it."""
    there, here = first_told(raw_texts), first_told(our_texts)
    return [here[word] - there[word] for word in there.keys() & here.keys()]


def first_told(told: list[tuple[float, str]]) -> dict[tuple[int, str], float]:
    """When each word was first told at its place."""
    found: dict[tuple[int, str], float] = {}
    for moment, text in told:
        for place in enumerate(text.split()):
            found.setdefault(place, moment)
    return found


def after_end(told: list[tuple[float, str]], ends: list[tuple[str, float]]) -> list[float]:
    """Seconds from the end of each word, where and when it was said, until it was told there."""
    first = first_told(told)
    return [first[place, word] - end for place, (word, end) in enumerate(ends) if (place, word) in first]
