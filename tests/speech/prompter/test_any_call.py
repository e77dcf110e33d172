"""Whatever is said and happens, in whatever order: no error, no card too many, and the same cards again."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.hints import (
    Card,
    Checklists,
    Happened,
    Prompter,
    Rules,
    Said,
    Told,
    Word,
    checklist_problems,
    rule_problems,
)
from speech.prompter.limits import MINUTE
from tests.speech.prompter.calls import NOW, rule
from tests.speech.prompter.test_prompter import CHECKLIST

BUDGET = 3
COOLDOWN = 20.0
RULES = [
    rule("once", said=["bonjour", "remboursement"], once=True, cooldown=0),
    rule("cool", said=["bonjour", "rembours*", "je veux résilier"], cooldown=COOLDOWN, priority=80),
    rule("free", said="avocat", cooldown=0, unless={"phrases": {"fr": ["pas d'avocat"]}, "within": 5}),
    rule("pattern", when={"said": {"regex": [r"\d+", "a.*t"]}}, cooldown=0),
    rule("absent", when={"absent": {"phrases": {"fr": ["bonjour"]}, "within": 5}}, cooldown=0),
    rule("before", when={"absent": {"regex": ["non"], "before": {"phrases": {"fr": ["oui"]}}}}, cooldown=0),
    rule("quiet", when={"silence": {"longer": 2}}, cooldown=0),
    rule("both", when={"cross_talk": {"longer": 0.5}}, cooldown=0),
    rule("long", when={"monologue": {"by": "either", "longer": 3}}, cooldown=0, audience="supervisor"),
    rule("rate", when={"rate": {"by": "either", "above": 100, "over": 5}}, cooldown=0),
    rule("held", when={"event": {"kind": "hold", "longer": 3}}, cooldown=0),
    rule("key", when={"event": {"kind": "key"}}, cooldown=0),
]
LOADED = Rules.load(RULES)
LISTS = Checklists.load([CHECKLIST])

VOCABULARY = ["bonjour", "remboursement", "remboursé", "je", "veux", "résilier", "pas", "d'avocat", "avocat", "oui"]
VOCABULARY += ["non", "[unk]", "quatre", "vingt", "mille", "à quel nom", "L’été", "\ud800", "\x00", ""]
texts = st.one_of(st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join), st.text(max_size=40))
times = st.one_of(st.floats(0, 200), st.sampled_from([-1.0, math.nan, math.inf, 1e300]))
heard_words = st.lists(st.builds(Word, st.sampled_from(VOCABULARY), times, times), max_size=8).map(tuple)
sides = st.sampled_from(["customer", "agent", "nobody"])
KINDS = ["answer", "hold", "unhold", "key", "voice", "quiet", "attribute", "ticked", "end", "strange"]
values = st.dictionaries(
    st.sampled_from(["key", "side", "name", "value", "checklist", "step"]),
    st.one_of(st.none(), st.sampled_from(["customer", "order", "bye", "vip"]), st.text(max_size=5), st.integers()),
)
inputs = st.one_of(
    st.builds(Said, sides, texts, st.just(()), st.booleans(), times, st.sampled_from(["", "fr", "en", "xx"])),
    st.builds(Said, sides, texts, heard_words, st.booleans(), times),
    st.builds(Happened, st.sampled_from(KINDS), times, values),
    times,
)


def play(given: list[Any]) -> list[Told]:
    prompter = Prompter(LOADED, LISTS, languages=("fr",), started=NOW, budget=BUDGET)
    told: list[Told] = []
    for one in given:
        if isinstance(one, Said):
            told += prompter.hear(one)
        elif isinstance(one, Happened):
            told += prompter.event(one)
        else:
            told += prompter.tick(one)
    prompter.standing()
    return told


@given(st.lists(inputs, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_call(given: list[Any]) -> None:
    told = play(given)
    shown = [one for one in told if isinstance(one, Card)]
    assert sum(card.rule == "once" for card in shown) <= 1
    cool = [card.at for card in shown if card.rule == "cool"]
    assert all(later - at >= COOLDOWN for at, later in zip(cool, cool[1:], strict=False))
    for audience in ("agent", "supervisor"):
        at = [card.at for card in shown if card.audience == audience]
        assert all(later - first >= MINUTE for first, later in zip(at, at[BUDGET:], strict=False))
    assert [card.id for card in shown] == list(range(1, len(shown) + 1))
    assert all(later.at >= card.at for card, later in zip(shown, shown[1:], strict=False))
    assert repr(play(given)) == repr(told)  # by heart: `nan` is not itself


@given(st.lists(st.sampled_from(VOCABULARY[:10]), min_size=1, max_size=10), st.integers(0, 10))
@settings(deadline=None)
def test_partials_show_nothing_twice(said: list[str], cut: int) -> None:
    """Word by word, or only the final: within one utterance a rule shows at most one card."""
    beginning = [Said("customer", " ".join(said[:upto]), (), False, float(upto)) for upto in range(cut, len(said) + 1)]
    told = play([*beginning, Said("customer", " ".join(said), (), True, 20.0)])
    rules = [card.rule for card in told if isinstance(card, Card)]
    assert len(rules) == len(set(rules))


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["name", "title", "when", "unless", "only", "links", "cooldown", "from", "text", "languages"])


@given(st.one_of(anything, st.dictionaries(fields, anything).map(lambda more: RULES[0] | more)))
@settings(max_examples=200, deadline=None)
def test_any_document_is_refused_or_works(doc: Any) -> None:
    for problem in (*rule_problems(doc), *checklist_problems(doc)):
        problem.text()
    rules = Rules.load([doc])
    prompter = Prompter(rules, Checklists.load([doc]), languages=("fr",), started=NOW)
    prompter.hear(Said("customer", "bonjour un remboursement"))
