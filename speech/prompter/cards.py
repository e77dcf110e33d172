"""The card of a rule, in a language, with the call's facts written in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from conf.prompter.documents import Rule
from speech.prompter.heard import Card, Why

_VARIABLE = re.compile(r"\{\{\s*([\w.-]{1,64})\s*\}\}")


def compose(rule: Rule, number: int, why: Why, at: float, languages: Sequence[str], facts: Mapping[str, str]) -> Card:
    """A rule's card. `{{said}}` are the words that it was shown for; what is not known is left empty."""
    values = {**facts, "said": " ".join(why.seen.words) if why.seen else ""}
    return Card(
        id=number,
        rule=rule.name,
        title=_filled(spoken(rule.title, languages), values),
        text=_filled(spoken(rule.text, languages), values),
        links=tuple(
            (_filled(spoken(link.title, languages), values), _address(link.url, values)) for link in rule.links
        ),
        category=rule.category,
        priority=rule.priority,
        audience=rule.audience,
        at=at,
        why=why,
    )


def spoken(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    """The text of the first language that has one; of any, when none has."""
    for language in languages:
        if texts.get(language):
            return texts[language]
    return next((text for text in texts.values() if text), "")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def _address(url: str, values: Mapping[str, str]) -> str:
    """Variables stand after the host only, and cannot leave their place."""
    return _VARIABLE.sub(lambda found: quote(_storable(values.get(found[1], "")), safe=""), url)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
