"""A subscriber's rules and checklists made ready: checked, compiled once, shared by all calls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import re2

from conf.document_problems import check
from conf.problems import N_, Problem
from conf.prompter import documents
from conf.yaml_source import Source
from speech.prompter.folding import fold_regex, fold_text
from speech.prompter.phrases import PhraseBook, Wanted

Document = Mapping[str, Any]
Listened = tuple[str, int, str]  # what for: said, unless, absent, before or step; whose (its place); which step


@dataclass(frozen=True)
class Rule:
    """One rule. `etag` is a hash of its document, so that marks can be counted for the rule as it is now."""

    doc: documents.Rule
    etag: str

    @property
    def name(self) -> str:
        return self.doc.name

    @cached_property
    def kind(self) -> str:
        """The kind of its trigger."""
        return self.doc.when.kind

    def listens_to(self) -> Iterator[tuple[str, documents.Words]]:
        """The words that it listens for, each with what they are for."""
        when = self.doc.when
        if when.said:
            yield "said", when.said
        if when.absent:
            yield "absent", when.absent
            if when.absent.before:
                yield "before", when.absent.before
        if self.doc.unless:
            yield "unless", self.doc.unless


@dataclass(frozen=True)
class Rules:
    """Rules that are right, and what is wrong with the others."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()
    _books: dict[str, PhraseBook] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, docs: Iterable[Document]) -> Rules:
        """Make rules of their documents. A document that is wrong is left out; `problems` name field and reason."""
        rules: list[Rule] = []
        problems: list[Problem] = []
        for doc in docs:
            wrong = [*rule_problems(doc)]
            if isinstance(doc, Mapping) and any(rule.name == doc.get("name") for rule in rules):
                wrong.append(_twice(doc))
            problems += [problem.at(file=_place("rules", doc)) for problem in wrong]
            if not _errors(wrong):
                rules.append(Rule(documents.Rule.model_validate(doc), etag(doc)))
        return cls(tuple(rules), tuple(problems))

    def book(self, language: str) -> PhraseBook:
        """All the phrases of a language, to be found at once. The owner of each is a `Listened`."""
        if language not in self._books:
            wanted = (
                one
                for index, rule in enumerate(self.rules)
                if _speaks(rule.doc.languages, language)
                for purpose, words in rule.listens_to()
                for one in _wanted(words, language, (purpose, index, words.by))
            )
            self._books[language] = PhraseBook(wanted, language)
        return self._books[language]


@dataclass(frozen=True)
class Checklists:
    """Checklists that are right, and what is wrong with the others."""

    checklists: tuple[documents.Checklist, ...] = ()
    problems: tuple[Problem, ...] = ()
    _books: dict[str, PhraseBook] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, docs: Iterable[Document]) -> Checklists:
        """Make checklists of their documents, as `Rules.load` does."""
        found: list[documents.Checklist] = []
        problems: list[Problem] = []
        for doc in docs:
            wrong = [*checklist_problems(doc)]
            if isinstance(doc, Mapping) and any(one.name == doc.get("name") for one in found):
                wrong.append(_twice(doc))
            problems += [problem.at(file=_place("checklists", doc)) for problem in wrong]
            if not _errors(wrong):
                found.append(documents.Checklist.model_validate(doc))
        return cls(tuple(found), tuple(problems))

    def book(self, language: str) -> PhraseBook:
        """All the phrases of a language. The owner of each is (checklist's place, step's place, side)."""
        if language not in self._books:
            wanted = (
                one
                for index, checklist in enumerate(self.checklists)
                if checklist.active and _speaks(checklist.languages, language)
                for place, step in enumerate(checklist.steps)
                for one in _wanted(step, language, (index, place, step.by))
            )
            self._books[language] = PhraseBook(wanted, language)
        return self._books[language]


def rule_problems(doc: Any) -> list[Problem]:
    """Everything that is wrong with a rule's document; a warning leaves it usable."""
    found = [problem.at(line=0) for problem in check(documents.Rule, doc, Source(""))]
    return found or [*_unheard(doc)]


def checklist_problems(doc: Any) -> list[Problem]:
    """Everything that is wrong with a checklist's document."""
    found = [problem.at(line=0) for problem in check(documents.Checklist, doc, Source(""))]
    return found or [*_unheard(doc)]


def etag(doc: Document) -> str:
    """A hash of a document as it is written: the one that `conf.prompter.editing` gives."""
    return hashlib.sha256(json.dumps(doc).encode()).hexdigest()[:32]


def _unheard(doc: Any, path: str = "") -> Iterator[Problem]:
    """Words in a document that folding leaves nothing of, patterns that are none without their accents."""
    for key, value in doc.items() if isinstance(doc, dict) else enumerate(doc) if isinstance(doc, list) else ():
        at = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".removeprefix(".")
        if key == "phrases":
            for language, phrases in value.items():
                for index, phrase in enumerate(phrases):
                    if not fold_text(phrase, language):
                        message = N_("holds no word that could be heard")
                        yield Problem("nothing_said", message, field=f"{at}.{language}[{index}]")
        elif key == "regex":
            for index, pattern in enumerate(value):
                if not _is_pattern(fold_regex(pattern)):
                    message = N_("is no regular expression any more without its accents")
                    yield Problem("not_a_regex", message, field=f"{at}[{index}]")
        else:
            yield from _unheard(value, at)


def _is_pattern(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True


def _wanted(words: documents.Words | documents.Step, language: str, owner: Hashable) -> Iterator[Wanted]:
    for text in words.phrases.get(language, ()):
        yield Wanted(text, owner, words.similarity)
    for pattern in words.regex:
        yield Wanted(pattern, owner, pattern=True)


def _speaks(languages: list[str], language: str) -> bool:
    return not languages or language in languages


def _errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _twice(doc: Document) -> Problem:
    return Problem("given_twice", N_("{name} exists already"), {"name": doc.get("name")}, field="name")


def _place(kind: str, doc: Any) -> str:
    return f"{kind}/{doc.get('name', '')}" if isinstance(doc, Mapping) else kind
