"""Rules and checklists as files: the YAML of `prompter/rules.yaml` and `prompter/checklists.yaml`, out and in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from conf import document_problems
from conf.difference import Change
from conf.export import dump
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem
from conf.prompter import editing
from conf.prompter.editing import KINDS, Check, nothing
from conf.yaml_source import read_content


def write(docs: Iterable[Document]) -> str:
    """Documents as YAML, in their order; `read` gives them back without a loss."""
    return dump(list(docs))


def read(content: bytes, kind: str, file: str = "") -> tuple[list[Document], list[Problem]]:
    """The documents of a file (one, or a list of them) and everything that is wrong there, with lines."""
    source = read_content(content, file)
    if source.problems:
        return [], source.problems
    docs = [source.value] if isinstance(source.value, dict) else source.value
    if not isinstance(docs, list):
        return [], [source.problem((), Problem("list_type", N_("must be a list")))]
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for index, doc in enumerate(docs):
        path = () if docs[0] is source.value else (index,)
        problems += document_problems.check(KINDS[kind].model, doc, source, path)
        name = doc.get("name") if isinstance(doc, dict) else None
        if isinstance(name, str) and first.setdefault(name, index) != index:
            fields = {"name": name, "first": source.line((first[name], "name"))}
            message = N_("{name} is given twice, first in line {first}")
            problems.append(source.problem((index, "name"), Problem("given_twice", message, fields)))
    return [doc for doc in docs if isinstance(doc, dict)], problems


def load(
    session: Session, subscriber_id: int, kind: str, docs: Iterable[Document], *, check: Check = nothing
) -> list[Change]:
    """Save documents: over those of the same names, the others as new ones. What is not among them stays.

    Raises ConfigurationError with every problem, its field led by the document's name; nothing was written then.
    """
    present = {doc["name"] for doc in editing.read_all(session, subscriber_id, kind)}
    changes: list[Change] = []
    problems: list[Problem] = []
    with session.begin_nested() as savepoint:
        for doc in docs:
            name = doc.get("name")
            try:
                known = name if name in present else None
                saved = editing.save(session, subscriber_id, kind, known, doc, check=check)
            except ConfigurationError as error:
                problems += [problem.at(file=f"{kind}/{name}") for problem in error.problems]
                continue
            changes += [saved.change] if saved.change else []
        if problems:
            savepoint.rollback()
    if problems:
        raise ConfigurationError(problems)
    return changes
