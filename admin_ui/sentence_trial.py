"""A rule of the prompter tried on a sentence that somebody types: whether it would fire, and why or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from admin_ui import prompter_words as words
from admin_ui.forms import options
from conf.models import Document
from speech.hints import Card, Checklists, Prompter, Rules, Said

LEAST = 60  # the lowest similarity that a rule may have
WORDY = ("said", "absent")
_NO_CHECKLISTS = Checklists()


@dataclass(frozen=True)
class Verdict:
    """`words` are those of the sentence, `first` to `last` the places of those that fit (-1: none)."""

    fires: bool
    reason: str
    words: Sequence[str] = ()
    first: int = -1
    last: int = -1
    title: str = ""


def tried(doc: Document, side: str, text: str, language: str) -> Verdict:
    """Hold a sentence against a rule that is right. Conditions of the call, its dates and its pauses do not count."""
    kind, about = next(iter(doc["when"].items()))
    if kind not in WORDY:
        return Verdict(False, _("This rule does not listen to words: a sentence alone never makes it fire."))
    said = _bare(doc, {key: value for key, value in about.items() if key not in ("within", "after", "before")})
    card = _heard(said, side, text, language)
    if card is None:
        return Verdict(False, _why_not(said, side, text, language), text.split())
    seen = card.why.seen
    place = (seen.first, seen.last) if seen else (-1, -1)
    if kind == "absent":
        return Verdict(False, _("“%(phrase)s” counts as said: the card stays away.", phrase=card.why.fitted),
                       text.split(), *place)  # fmt: skip
    return Verdict(True, _("“%(phrase)s” fits.", phrase=card.why.fitted), text.split(), *place, title=card.title)


def _why_not(doc: Document, side: str, text: str, language: str) -> str:
    """The nearest reason that a sentence does not make a rule fire."""
    said = doc["when"]["said"]
    spoken = doc.get("languages") or []
    if spoken and language not in spoken:
        return _("The rule does not count in calls in this language.")
    free = {key: value for key, value in doc.items() if key != "unless"}
    if card := _heard(free, side, text, language):
        return _("“%(phrase)s” fits, but the words of “Not when” keep the rule back.", phrase=card.why.fitted)
    if _heard(_with(free, by="either"), side, text, language):
        return _("The words fit, but here somebody else must say them: %(side)s.", side=_side(said.get("by")))
    for other in said.get("phrases", {}):
        if other != language and _heard(free, side, text, other):
            title = dict(options.LANGUAGES).get(other, other)
            return _("The words fit, but they stand among those of another language: %(language)s.", language=title)
    if (near := _nearest(free, side, text, language)) is not None:
        return _("Nearly: it would fire if “How near” were %(near)s or less.", near=near)
    return _("None of its words is heard in this sentence.")


def _nearest(doc: Document, side: str, text: str, language: str) -> int | None:
    """The highest similarity at which a sentence would make a rule fire; None when there is none."""
    at_most = doc["when"]["said"].get("similarity", 85)
    low, high = LEAST, at_most - 1
    if high < low or not _heard(_with(doc, similarity=low), side, text, language):
        return None
    while low < high:  # what fits at one similarity fits at every lower one
        middle = (low + high + 1) // 2
        if _heard(_with(doc, similarity=middle), side, text, language):
            low = middle
        else:
            high = middle - 1
    return low


def _heard(doc: Document, side: str, text: str, language: str) -> Card | None:
    rules = Rules.load([doc])
    prompter = Prompter(rules, _NO_CHECKLISTS, languages=(language,), started=datetime.now(UTC))
    told = prompter.hear(Said(side, text, final=True, at=1.0, language=language))
    return next((one for one in told if isinstance(one, Card)), None)


def _bare(doc: Document, said: Any) -> Document:
    """The rule without what a sentence does not decide."""
    apart = ("only", "cooldown", "once", "from", "until", "active", "when")
    return {**{key: value for key, value in doc.items() if key not in apart}, "when": {"said": said}}


def _with(doc: Document, **changes: Any) -> Document:
    return {**doc, "when": {"said": {**doc["when"]["said"], **changes}}}


def _side(name: str | None) -> str:
    return str(words.SIDES.get(name or "either", ""))
