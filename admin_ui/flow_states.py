"""How flows stand: what is wrong with them, and how their own tests go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from admin_ui import flow_work
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf.editing import flows, stored
from conf.models import Document


@dataclass(frozen=True)
class State:
    """`failing` counts the tests that fail; they are only run when nothing is wrong."""

    name: str
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    tests: int = 0
    failing: int = 0

    @property
    def ok(self) -> bool:
        """Whether it could be published as it is."""
        return not self.errors and not self.failing


def states(docs: Iterable[Document]) -> Iterator[State]:
    """How each of some flows stands."""
    session, sid, checks = db.session(), subscriber_id(), flow_work.checks()
    folder = stored.folder(session, sid)
    for doc in docs:
        found = flows.check(session, sid, doc, checks, folder=folder)
        errors = [flow_work.shown(problem) for problem in found if problem.severity == "error"]
        warnings = [flow_work.shown(problem) for problem in found if problem.severity != "error"]
        tests = doc.get("tests")
        number = len(tests) if isinstance(tests, list) else 0
        failed = flows.failing(session, sid, doc, checks, folder=folder) if number and not errors else []
        # A test that fails says so at `tests.3.expect.path`.
        failing = {problem.field.split(".")[0] for problem in failed}
        yield State(str(doc.get("name", "")), errors, warnings, number, len(failing))
