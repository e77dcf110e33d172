"""The prompter with 200 rules over a call of half an hour: what a partial costs, and how much it remembers."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.table import Row
from speech.hints import Checklists, Happened, Prompter, Rules, Said, Word

RULES = 200
MINUTES = 30
WANTED = 0.005  # seconds, p95 of one hear()
SYLLABLES = (
    "ba be bi bo bu da de di do du ga go la le li lo lu ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta"
)
PACE = 0.35  # seconds a word
CHUNK = 0.5  # seconds between partials


def measure() -> list[Row]:
    """Every partial and final of a made-up conversation in which the rules' phrases come up."""
    chance = random.Random(18)
    vocabulary = sorted({"".join(chance.choices(SYLLABLES.split(), k=chance.randint(1, 4))) for _ in range(3000)})
    docs = [_rule(chance, vocabulary, number) for number in range(RULES)]
    heard = list(_conversation(chance, vocabulary, docs))
    began = time.perf_counter()
    rules = Rules.load(docs)
    assert not rules.problems
    rules.book("fr")
    loaded = time.perf_counter() - began
    taken = sorted(_timed(rules, heard))
    cards, grown = _weighed(rules, heard)
    p95, middle, worst = taken[len(taken) * 95 // 100], taken[len(taken) // 2], taken[-1]
    value = f"p95 {p95 * 1000:.2f} ms (median {middle * 1000:.2f} ms, longest {worst * 1000:.1f} ms)"
    what = f"prompter: {RULES} rules, {MINUTES} min, {len(heard):,} partials and finals, {cards} cards"
    return [
        Row(what, "souffleur", value, wanted=f"p95 <= {WANTED * 1000:.0f} ms", met=p95 <= WANTED),
        Row(f"prompter: {RULES} rules loaded", "souffleur", f"{loaded * 1000:.0f} ms"),
        Row("prompter: memory held at the end of that call", "souffleur", f"{grown / 1024:.0f} kB"),
    ]


def _timed(rules: Rules, heard: list[Said]) -> Iterator[float]:
    prompter = Prompter(rules, Checklists.load([]), languages=("fr",), started=datetime.now(UTC))
    for said in heard:
        began = time.perf_counter()
        prompter.hear(said)
        yield time.perf_counter() - began


def _weighed(rules: Rules, heard: list[Said]) -> tuple[int, int]:
    """The cards of the call, and the bytes that one more call of the same rules holds at its end."""
    tracemalloc.start()
    prompter = Prompter(rules, Checklists.load([]), languages=("fr",), started=datetime.now(UTC))
    prompter.event(Happened("answer", 0.0))
    cards = sum(len(prompter.hear(said)) for said in heard)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return cards, grown


def _rule(chance: random.Random, vocabulary: list[str], number: int) -> dict[str, Any]:
    phrases = [" ".join(chance.choices(vocabulary, k=chance.randint(1, 5))) for _ in range(5)]
    said: dict[str, Any] = {"by": chance.choice(["customer", "agent", "either"]), "phrases": {"fr": phrases}}
    if number % 4 == 0:
        said["regex"] = [rf"\b{chance.choice(vocabulary)} \d+\b"]
    rule = {"name": f"rule {number}", "title": {"fr": "x"}, "when": {"said": said}}
    if number % 5 == 0:
        rule["unless"] = {"phrases": {"fr": chance.choices(vocabulary, k=2)}, "within": 10}
    if number % 20 == 1:
        rule["when"] = chance.choice(
            [{"silence": {"longer": 8}}, {"monologue": {"longer": 60}}, {"rate": {"above": 180}}]
        )
    return rule


def _conversation(chance: random.Random, vocabulary: list[str], docs: list[dict[str, Any]]) -> Iterator[Said]:
    """Both sides in turn, in utterances of up to 60 words; each grows by partials until its final."""
    spoken = [phrase for doc in docs if "said" in doc["when"] for phrase in doc["when"]["said"]["phrases"]["fr"]]
    at, side = 0.0, "agent"
    while at < MINUTES * 60:
        side = "customer" if side == "agent" else "agent"
        texts = chance.choices(vocabulary, k=chance.randint(1, 55))
        if chance.random() < 0.2:
            texts[len(texts) // 2 : len(texts) // 2] = chance.choice(spoken).split()
        words = tuple(Word(text, at + index * PACE, at + (index + 1) * PACE) for index, text in enumerate(texts))
        end, here = at + len(words) * PACE, at + CHUNK
        while here < end:
            yield _said(side, tuple(word for word in words if word.end <= here), False, here)
            here += CHUNK
        at = end + 1.0
        yield _said(side, words, True, at)


def _said(side: str, words: tuple[Word, ...], final: bool, at: float) -> Said:
    return Said(side, " ".join(word.word for word in words), words, final, at)
