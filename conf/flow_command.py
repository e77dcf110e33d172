"""`python -m conf flows test`: the tests saved with flows, of a folder or as published, and what they walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from conf.database import operator
from conf.editing import stored
from conf.folder import Folder, open_folder
from conf.models import Document, Subscriber
from conf.problems import N_, ConfigurationError, Problem, Translate


class Wrong(Protocol):
    """What a test found: `field` is its path in the flow's document."""

    @property
    def where(self) -> str: ...
    @property
    def field(self) -> str: ...
    def text(self, translate: Translate = ...) -> str: ...


class Tested(Protocol):
    """How one test went."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def problems(self) -> Sequence[Wrong]: ...


class Walked(Protocol):
    """How often each node and exit was walked by the tests of a flow."""

    @property
    def nodes(self) -> Mapping[str, int]: ...
    @property
    def exits(self) -> Mapping[str, int]: ...
    @property
    def uncovered(self) -> Sequence[str]: ...


Play = Callable[[Document], tuple[Sequence[Tested], Walked]]


class FlowTests:
    """Runs the tests of flows, one flow after the other; `failed` counts those that did not go as expected."""

    def __init__(self, play: Play, say: Translate) -> None:
        self._play = play
        self._say = say
        self.passed = self.failed = 0

    def run(self, flows: Mapping[str, Document]) -> Iterator[str]:
        """Say line by line how it goes."""
        for name, doc in flows.items():
            tests, walked = self._play(doc)
            yield name
            yield from (f"    {line}" for test in tests for line in self._told(test))
            yield f"    {self._coverage(walked) if tests else self._say(N_('has no tests'))}"
        yield self._say(N_("{passed} passed, {failed} failed")).format(passed=self.passed, failed=self.failed)

    def _told(self, test: Tested) -> Iterator[str]:
        self.passed += test.ok
        self.failed += not test.ok
        yield f"{self._say(N_('passed') if test.ok else N_('FAILED'))}  {test.name}".rstrip()
        for problem in test.problems:
            place = problem.field if problem.field.startswith("tests.") else f"{problem.where}.{problem.field}"
            yield f"    {place.strip('.')}: {problem.text(self._say)}"

    def _coverage(self, walked: Walked) -> str:
        places = {"nodes": walked.nodes, "exits": walked.exits}
        counted = {name: sum(map(bool, times.values())) for name, times in places.items()}
        whole = {f"all_{name}": len(times) for name, times in places.items()}
        text = self._say(N_("walked: {nodes} of {all_nodes} nodes, {exits} of {all_exits} exits"))
        text = text.format(**counted, **whole)
        if not walked.uncovered:
            return text
        return "; ".join((text, self._say(N_("not walked: {names}")).format(names=", ".join(walked.uncovered))))


def of_folder(root: Path) -> tuple[Folder, dict[str, Document]]:
    """A subscriber's folder and its flows. Raises ConfigurationError when a file of it cannot be read."""
    folder = open_folder(root)
    if problems := [problem for problem in folder.problems if problem.severity == "error"]:
        raise ConfigurationError(problems)
    return folder, {item.doc["name"]: item.doc for item in folder.right("flows")}


def published(session: Session, subscriber_id: int) -> dict[str, Document]:
    """The flows that a subscriber has published, as calls walk them."""
    return {item.doc["name"]: item.doc for item in stored.folder(session, subscriber_id).flows}


def subscriber(engine: Engine, slug: str) -> int:
    """Whose slug it is. Raises ConfigurationError when it is nobody's."""
    with operator(engine, read_only=True) as session:
        found = session.scalar(select(Subscriber.id).where(Subscriber.slug == slug))
    if found is None:
        message = N_("{name} is neither a folder nor a subscriber")
        raise ConfigurationError([Problem("no_subscriber", message, {"name": slug})])
    return found


def chosen(flows: Mapping[str, Document], name: str) -> Mapping[str, Document]:
    """All flows, or the one of a name. Raises ConfigurationError when there is none."""
    if name and name not in flows:
        raise ConfigurationError([Problem("no_flow", N_("there is no flow {name}"), {"name": name})])
    return {name: flows[name]} if name else flows
