"""Whatever is sent as a flow or a document, it is refused with problems or kept as it is; nothing breaks."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from admin_ui import flow_world
from conf import snapshot
from conf.database import open_engine, operator, scoped
from conf.difference import same
from conf.editing import documents, flows
from conf.editing.diff import diff
from conf.editing.flow_files import export_flow, import_flow
from conf.editing.storable import unstorable
from conf.problems import ConfigurationError

texts = st.sampled_from(
    ["", "a", "end", "office", "101", "reception", "{{x}}", "a/b", "\x00", "é", "no", "12:30", "1.5", "null"]
)
plain = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.just(10**40), st.floats(), texts)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
FIELDS = ["exits", "to", "flow", "version", "schedule", "list", "prompt", "text", "choices", "again", "at", "exit"]
nodes = st.dictionaries(
    texts,
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["say", "menu", "dial", "hours", "subflow", "check_list", "leave", "set", "when"])},
        optional=dict.fromkeys(FIELDS, values),
    ),
    max_size=3,
)
drafts = st.fixed_dictionaries(
    {}, optional={"start": texts | values, "nodes": nodes | values, "tests": values, "more": values}
)


@pytest.fixture(scope="module")
def loaded(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, int]:
    """A database of its own, which every example leaves as it was."""
    root = tmp_path_factory.mktemp("any")
    shutil.copy(filled_folder / "test.db", root)
    engine = open_engine(f"sqlite:///{root / 'test.db'}")
    with operator(engine, read_only=True) as session:
        return engine, snapshot.domains(session)["martin"]


@given(drafts)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_draft(loaded: tuple[Engine, int], doc: dict[str, Any]) -> None:
    engine, martin = loaded
    doc = {"name": "any", **doc}
    with scoped(engine, martin) as session:
        checks = flow_world.checks(session)
        try:
            made = flows.create(session, martin, doc, "x")
        except ConfigurationError as error:
            assert error.problems == tuple(unstorable(doc))  # noqa: PT017  nothing else keeps a draft from being kept
            return
        assert same(made.doc, doc)
        assert same(import_flow(export_flow(doc))[0], doc)
        diff(doc, flows.draft(session, martin, "reception").doc)
        problems = flows.check(session, martin, doc, checks)
        for problem in problems:
            problem.text()
        with suppress(ConfigurationError):
            flows.publish(session, martin, "any", "", "x", revision=made.revision, checks=checks)
        flows.listed(session, martin)
        documents.where_used(session, martin, "schedules", "office")
        session.rollback()


@given(st.sampled_from(["users", "extensions", "numbers", "schedules", "lists", "prompts", "subscriber"]), values)
@settings(max_examples=150, deadline=None)
def test_any_document(loaded: tuple[Engine, int], kind: str, value: Any) -> None:
    engine, martin = loaded
    with scoped(engine, martin) as session:
        checks = flow_world.checks(session)
        base = documents.read_all(session, martin, kind)[0]
        key = next(iter(base)) if kind != "subscriber" else "slug"
        for doc in (value, {**base, "more": value}, {**base, list(base)[-1]: value}):
            try:
                documents.save(session, martin, kind, base[key], doc, checks=checks, domain="x")
            except ConfigurationError as error:
                for problem in error.problems:
                    problem.text()
        session.rollback()
