"""What may stand in a rule of the prompter and in a checklist: the words of `prompter/*.yaml`, the API and the pages.

A document is kept as it was written; these classes say whether it is right. `speech.hints` acts by them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from conf.document_fields import Day, Name, Note, Regex, wrong
from conf.documents import Written
from conf.problems import N_

Side = Literal["customer", "agent", "either"]
EventKind = Literal["answer", "hold", "unhold", "key", "node", "queue", "called", "attribute", "transfer"]
EVENTS: tuple[str, ...] = get_args(EventKind)
VALUELESS = ("answer", "unhold", "hold")

_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?([/?#][^\s\x00-\x1f<>\"]*)?")
_STARRED = re.compile(r"[^*]*\*?")


def _heard(value: str) -> str:
    if not any(char.isalnum() for char in value):
        raise wrong("nothing_said", N_("holds no word that could be heard"))
    if not all(_STARRED.fullmatch(word) for word in value.split()):
        raise wrong("not_a_beginning", N_("may have a * at the end of a word only"))
    return value


def _https(value: str) -> str:
    if not _LINK.fullmatch(value):
        raise wrong("not_https", N_("must begin with https:// and a host's name"))
    return value


Code = Annotated[str, Field(pattern="^[a-z]{2}$")]
Phrase = Annotated[str, Field(max_length=200), AfterValidator(_heard)]
PhrasesBy = Annotated[dict[Code, Annotated[list[Phrase], Field(max_length=200)]], Field(max_length=20)]
Regexes = Annotated[list[Annotated[Regex, Field(min_length=1)]], Field(max_length=50)]
ShortText = Annotated[
    dict[Code, Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=20)
]
LongText = Annotated[dict[Code, Annotated[str, Field(max_length=4000)]], Field(max_length=20)]
Seconds = Annotated[float, Field(ge=0.5, le=7200)]
Matched = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]
Similarity = Annotated[int, Field(ge=60, le=100)]


class Words(Written):
    """Words of one side: phrases by language, and regular expressions over the folded text.

    `similarity` is how near what was heard must come to a phrase; 100: word for word. `rembours*` is a beginning.
    """

    by: Side = "either"
    phrases: PhrasesBy = {}
    regex: Regexes = []
    similarity: Similarity = 85

    @model_validator(mode="after")
    def _says_something(self) -> Words:
        if not any(self.phrases.values()) and not self.regex:
            raise wrong("no_words", N_("needs phrases or a regular expression"))
        return self


class Unless(Words):
    """Words that keep a rule from firing: in the same utterance, or heard within so many seconds before."""

    within: Annotated[float, Field(ge=0, le=3600)] = 0.0


class Absent(Words):
    """Words that were not said: within so many seconds of an event, or before other words."""

    within: Seconds | None = None
    after: Literal["answer", "unhold", "node", "queue", "transfer"] = "answer"
    before: Words | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Absent:
        if (self.within is None) == (self.before is None):
            raise wrong("not_one_end", N_("needs either within or before"))
        return self


class Longer(Written):
    """Something that lasts, in seconds."""

    longer: Seconds


class Monologue(Longer):
    """One side speaks on and on."""

    by: Side = "agent"


class Rate(Written):
    """How fast one side speaks, in words per minute over its last seconds of speech."""

    by: Side = "agent"
    above: Annotated[float, Field(ge=20, le=1000)] | None = None
    below: Annotated[float, Field(ge=20, le=1000)] | None = None
    over: Annotated[float, Field(ge=5, le=120)] = 20.0

    @model_validator(mode="after")
    def _has_one_bound(self) -> Rate:
        if (self.above is None) == (self.below is None):
            raise wrong("not_one_bound", N_("needs either above or below"))
        return self


class Event(Written):
    """Something that happens to the call. `is` is its value, `*` at the end for any that begin so; "" is any.

    `name` says which attribute of the customer's record; `longer` how long a hold lasts, in seconds.
    """

    kind: EventKind
    is_: Annotated[str, Field(alias="is", max_length=200)] = ""
    name: Annotated[str, Field(max_length=64)] = ""
    longer: Seconds | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Event:
        if (self.kind == "attribute") != bool(self.name):
            raise wrong("not_its_name", N_("an attribute needs a name, and nothing else has one"))
        if self.longer is not None and self.kind != "hold":
            raise wrong("not_a_hold", N_("only a hold can be longer than something"))
        if self.is_ and self.kind in VALUELESS:
            raise wrong("no_value", N_("{kind} has no value"), kind=self.kind)
        return self


class When(Written):
    """What makes a rule fire: one of these."""

    said: Words | None = None
    absent: Absent | None = None
    silence: Longer | None = None
    cross_talk: Longer | None = None
    monologue: Monologue | None = None
    rate: Rate | None = None
    event: Event | None = None

    @model_validator(mode="after")
    def _is_one(self) -> When:
        if sum(getattr(self, name) is not None for name in type(self).model_fields) != 1:
            message = N_("needs one of said, absent, silence, cross_talk, monologue, rate, event")
            raise wrong("not_one_trigger", message)
        return self

    @property
    def kind(self) -> str:
        """The name of the one that is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)


class Only(Written):
    """What must be true of the call besides. Each list needs one that fits; `*` at the end stands for any rest."""

    called: Matched = []
    queues: Matched = []
    nodes: Matched = []
    directions: Matched = []
    attributes: Annotated[dict[str, Matched], Field(max_length=20)] = {}


class Link(Written):
    """A page that helps. `{{variables}}` may stand after the host."""

    title: ShortText
    url: Annotated[str, Field(max_length=2000), AfterValidator(_https)]


class Rule(Written):
    """A line of prompter/rules.yaml: what to listen for, and the card that it shows.

    Where the budget of a minute is short, the rule of the highest `priority` is shown. `cooldown` is seconds.
    """

    name: Name
    title: ShortText
    text: LongText = {}
    links: Annotated[list[Link], Field(max_length=10)] = []
    category: Annotated[str, Field(max_length=64)] = ""
    priority: Annotated[int, Field(ge=0, le=100)] = 50
    audience: Literal["agent", "supervisor"] = "agent"
    languages: Annotated[list[Code], Field(max_length=20)] = []
    when: When
    unless: Unless | None = None
    only: Only = Only()
    cooldown: Annotated[float, Field(ge=0, le=86400)] = 60.0
    once: bool = False
    from_: Annotated[Day | Literal[""], Field(alias="from")] = ""
    until: Day | Literal[""] = ""
    active: bool = True
    note: Note = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Rule:
        if self.from_ and self.until and self.until < self.from_:
            raise wrong("ends_before", N_("until lies before from"))
        if self.unless and self.when.kind not in ("said", "absent"):
            raise wrong("unless_without_words", N_("unless needs a rule that listens to words"))
        return self


class Step(Written):
    """A thing to be said. An optional one does not count for the adherence."""

    name: Name
    title: ShortText
    by: Side = "agent"
    phrases: PhrasesBy = {}
    regex: Regexes = []
    similarity: Similarity = 85
    weight: Annotated[float, Field(ge=0.1, le=100)] = 1.0
    optional: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Step:
        if not any(self.phrases.values()) and not self.regex:
            raise wrong("no_words", N_("needs phrases or a regular expression"))
        return self


class Checklist(Written):
    """A line of prompter/checklists.yaml. Where it is `ordered`, a step that comes too early counts half."""

    name: Name
    title: ShortText
    languages: Annotated[list[Code], Field(max_length=20)] = []
    only: Only = Only()
    ordered: bool = False
    steps: Annotated[list[Step], Field(min_length=1, max_length=50)]
    active: bool = True
    note: Note = ""

    @model_validator(mode="after")
    def _names_each_once(self) -> Checklist:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise wrong("step_twice", N_("has two steps of one name"))
        return self


Doc = dict[str, Any]
