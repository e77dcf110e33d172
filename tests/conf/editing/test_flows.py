"""Flows: drafts, versions, going back, and what may be renamed or removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine

from admin_ui import flow_world
from conf import publishing, snapshot
from conf.apply import apply
from conf.database import operator, scoped
from conf.editing import documents, flows
from conf.editing.flows import FailingTests, Stale
from conf.flow_checks import Checks
from conf.problems import ConfigurationError
from tests.conf.conftest import SAMPLES
from tests.conf.editing.conftest import Open

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVA = "eva@martin.example"
GOOD: dict[str, Any] = {"name": "new", "start": "end", "nodes": {"end": {"kind": "hang_up"}}}


@pytest.fixture
def checks(engine: Engine) -> Checks:
    return flow_world.checks(engine)


def codes(error: pytest.ExceptionInfo[ConfigurationError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems if problem.severity == "error"]


def changed(doc: dict[str, Any], node: str, **fields: Any) -> dict[str, Any]:
    nodes = {**doc["nodes"], node: {**doc["nodes"].get(node, {}), **fields}}
    return {**doc, "nodes": nodes}


def test_a_flow_from_files_is_opened_and_published_anew(
    opened: Open, martin: int, checks: Checks, engine: Engine
) -> None:
    with opened() as session:
        draft = flows.draft(session, martin, "reception")
        assert (draft.revision, draft.published, draft.changed) == (1, 1, False)
        doc = changed(draft.doc, "shop", ring=40)
        saved = flows.save_draft(session, martin, "reception", doc, draft.revision, EVA, now=NOW)
        assert (saved.revision, saved.changed, saved.saved_by, saved.saved_at) == (2, True, EVA, NOW)
    with operator(engine, read_only=True) as session:
        assert (
            snapshot.take(session, martin).flows["reception"][1]["nodes"]["shop"]["ring"] == 25
        )  # callers hear nothing of it
    with opened() as session:
        done = flows.publish(session, martin, "reception", "ring longer", EVA, revision=2, checks=checks)
        assert done.version == 2
        assert done.change is not None
        assert "ring" in "\n".join(done.change.lines())
        after = flows.draft(session, martin, "reception")
        assert (after.revision, after.published, after.changed) == (2, 2, False)
        told = [(v.version, v.comment, v.author, v.published) for v in flows.versions(session, martin, "reception")]
        assert told == [(2, "ring longer", EVA, True), (1, "", "", False)]
        again = flows.publish(session, martin, "reception", "again", EVA, revision=2, checks=checks)
        assert (again.version, again.change) == (2, None)


def test_saving_a_draft_changes_nothing_for_controllers(opened: Open, martin: int, engine: Engine) -> None:
    with operator(engine, read_only=True) as session:
        before = snapshot.versions(session)[martin]
    with opened() as session:
        draft = flows.draft(session, martin, "reception")
        flows.save_draft(session, martin, "reception", {**draft.doc, "note": "x"}, draft.revision, EVA)
    with operator(engine, read_only=True) as session:
        assert snapshot.versions(session)[martin] == before


def test_two_editors_see_each_other(opened: Open, martin: int, checks: Checks) -> None:
    with opened() as session:
        flows.create(session, martin, GOOD, EVA, now=NOW)
        first = flows.draft(session, martin, "new")
        flows.save_draft(session, martin, "new", {**GOOD, "note": "mine"}, first.revision, EVA)
    with pytest.raises(Stale) as stale, opened() as session:
        flows.save_draft(session, martin, "new", {**GOOD, "note": "yours"}, first.revision, "paul@martin.example")
    assert (stale.value.present.doc["note"], stale.value.present.saved_by) == ("mine", EVA)
    with pytest.raises(Stale), opened() as session:
        flows.publish(session, martin, "new", "", EVA, revision=first.revision, checks=checks)


def test_a_draft_may_be_unfinished_but_not_published(opened: Open, martin: int, checks: Checks) -> None:
    empty = {"name": "empty", "start": "", "nodes": {}}
    with opened() as session:
        made = flows.create(session, martin, empty, EVA)
        assert made.doc == empty
        with pytest.raises(ConfigurationError) as error:
            flows.publish(session, martin, "empty", "", EVA, revision=made.revision, checks=checks)
        assert ("nodes", "no_nodes") in codes(error)
        doc = {
            "name": "empty",
            "start": "a",
            "nodes": {"a": {"kind": "hours", "schedule": "none", "exits": {"open": "a"}}},
        }
        made = flows.save_draft(session, martin, "empty", doc, made.revision, EVA)
        with pytest.raises(ConfigurationError) as error:
            flows.publish(session, martin, "empty", "", EVA, revision=made.revision, checks=checks)
        assert ("nodes.a.schedule", "unknown_schedule") in codes(error)
        assert ("nodes.a.exits.closed", "unwired_exit") in codes(error)
        assert {problem.fields["node"] for problem in error.value.problems} == {"a"}
        assert flows.draft(session, martin, "empty").published is None


@pytest.mark.parametrize(
    ("doc", "code"),
    [
        ({"name": "a/b", "start": "", "nodes": {}}, "not_a_name"),
        ({"start": "", "nodes": {}}, "string_type"),
        ({"name": "reception", "start": "", "nodes": {}}, "given_twice"),
        ({"name": "x", "note": "\x00"}, "unstorable"),
        ({"name": "x", "note": float("nan")}, "not_a_number"),
        ({"name": "x", "note": "x" * 2_000_001}, "too_large"),
    ],
)
def test_what_no_draft_may_be(opened: Open, martin: int, doc: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigurationError) as error, opened() as session:
        flows.create(session, martin, doc, EVA)
    assert [problem.code for problem in error.value.problems] == [code]


def test_failing_tests_warn(opened: Open, martin: int, checks: Checks) -> None:
    doc = {**GOOD, "tests": [{"name": "t", "expect": {"path": ["elsewhere"]}}]}
    with opened() as session:
        made = flows.create(session, martin, doc, EVA)
        with pytest.raises(FailingTests) as error:
            flows.publish(session, martin, "new", "", EVA, revision=made.revision, checks=checks)
        assert [problem.code for problem in error.value.problems] == ["path"]
        done = flows.publish(
            session, martin, "new", "", EVA, revision=made.revision, checks=checks, despite_failing_tests=True
        )
        assert done.version == 1
        assert [(problem.code, problem.severity) for problem in done.warnings] == [("path", "warning")]


def test_tests_look_into_lists_with_their_entries(opened: Open, martin: int, checks: Checks) -> None:
    """`a number that rings once` fails when the list is empty."""
    with opened() as session:
        draft = flows.draft(session, martin, "reception")
        saved = flows.save_draft(session, martin, "reception", {**draft.doc, "note": "x"}, draft.revision, EVA)
        done = flows.publish(session, martin, "reception", "", EVA, revision=saved.revision, checks=checks)
        assert done.version == 2
        assert done.warnings == ()


def test_a_flow_that_enters_another_keeps_its_version(
    opened: Open, martin: int, checks: Checks, engine: Engine
) -> None:
    with opened() as session:
        draft = flows.draft(session, martin, "orders")
        saved = flows.save_draft(session, martin, "orders", {**draft.doc, "note": "x"}, draft.revision, EVA)
        flows.publish(session, martin, "orders", "", EVA, revision=saved.revision, checks=checks)
    with operator(engine, read_only=True) as session:
        taken = snapshot.take(session, martin).flows
        assert (taken["orders"][0], taken["reception"][1]["nodes"]["orders"]["version"]) == (2, 1)
    with opened() as session:
        done = flows.publish(session, martin, "reception", "", EVA, revision=1, checks=checks)
        assert done.version == 2
        assert publishing.standing(session, martin)["reception"].pins == {"orders": 2}
        back = flows.rollback(session, martin, "reception", 1, "as before", EVA, checks=checks)
        assert back.version == 3
        assert publishing.standing(session, martin)["reception"].pins == {"orders": 1}


def test_going_back_makes_a_new_version(opened: Open, martin: int, checks: Checks) -> None:
    with opened() as session:
        before = flows.draft(session, martin, "reception")
        saved = flows.save_draft(session, martin, "reception", changed(before.doc, "shop", ring=40), 1, EVA)
        flows.publish(session, martin, "reception", "", EVA, revision=saved.revision, checks=checks)
        done = flows.rollback(session, martin, "reception", 1, "no", EVA, checks=checks)
        assert (done.version, [v.version for v in flows.versions(session, martin, "reception")]) == (3, [3, 2, 1])
        assert flows.version(session, martin, "reception", 3) == before.doc
        assert flows.draft(session, martin, "reception").doc == before.doc
        with pytest.raises(LookupError):
            flows.version(session, martin, "reception", 9)
        restored = flows.restore(
            session, martin, "reception", 2, flows.draft(session, martin, "reception").revision, EVA
        )
        assert (restored.changed, restored.doc["nodes"]["shop"]["ring"]) == (True, 40)


def test_going_back_to_what_is_gone_is_refused(opened: Open, martin: int, checks: Checks) -> None:
    with opened() as session:
        draft = flows.draft(session, martin, "reception")
        feast = changed(draft.doc, "feast", prompt="nobody")
        saved = flows.save_draft(session, martin, "reception", feast, draft.revision, EVA)
        flows.publish(
            session, martin, "reception", "", EVA, revision=saved.revision, checks=checks, despite_failing_tests=True
        )
        documents.remove(session, martin, "prompts", "holiday", checks=checks)
        with pytest.raises(ConfigurationError) as error:
            flows.rollback(session, martin, "reception", 1, "", EVA, checks=checks)
        assert codes(error) == [("nodes.feast.prompt", "unknown_prompt")]


def test_work_on_a_draft_outlives_a_load_of_files(
    opened: Open, martin: int, engine: Engine, tmp_path: Any, checks: Checks
) -> None:
    import shutil

    root = tmp_path / "martin"
    shutil.copytree(SAMPLES / "martin", root)
    with opened() as session:
        draft = flows.draft(session, martin, "discovery")
        flows.save_draft(session, martin, "discovery", {**draft.doc, "note": "work"}, draft.revision, EVA)
        orders = flows.draft(session, martin, "orders")
        saved = flows.save_draft(session, martin, "orders", {**orders.doc, "note": "published"}, orders.revision, EVA)
        flows.publish(session, martin, "orders", "", EVA, revision=saved.revision, checks=checks)
    for name in ("discovery", "orders"):
        path = root / "flows" / f"{name}.yaml"
        path.write_text(path.read_text() + "note: from files\n")
    apply(engine, root, prompts_dir=tmp_path / "prompts")
    with opened() as session:
        kept, followed = (flows.draft(session, martin, name) for name in ("discovery", "orders"))
        assert (kept.doc["note"], kept.changed, kept.published) == ("work", True, 2)
        assert (followed.doc["note"], followed.changed, followed.published) == ("from files", False, 3)


def test_what_is_led_to_is_not_removed(opened: Open, martin: int, checks: Checks) -> None:
    with opened() as session:
        with pytest.raises(ConfigurationError) as error:
            flows.remove(session, martin, "reception")
        assert codes(error) == [("name", "in_use")] * 2
        documents.remove(session, martin, "extensions", "1001", checks=checks)
        assert flows.remove(session, martin, "discovery").what == "removed"
        assert [flow.name for flow in flows.listed(session, martin)] == ["orders", "reception"]
        with pytest.raises(LookupError):
            flows.draft(session, martin, "discovery")
        made = flows.create(session, martin, {**GOOD, "name": "discovery"}, EVA)  # the name is free again
        assert flows.publish(session, martin, "discovery", "", EVA, revision=made.revision, checks=checks).version == 2


def test_a_draft_is_renamed_and_what_was_published_is_not(opened: Open, martin: int) -> None:
    with opened() as session:
        flows.create(session, martin, GOOD, EVA)
        enters = {"name": "other", "start": "a", "nodes": {"a": {"kind": "subflow", "flow": "new", "exits": {}}}}
        flows.create(session, martin, enters, EVA)
        with pytest.raises(ConfigurationError) as error:
            flows.rename(session, martin, "new", "newer", EVA)
        assert codes(error) == [("name", "in_use")]
        renamed = flows.rename(session, martin, "new", "newer", EVA, carry=True)
        assert (renamed.name, renamed.doc["name"]) == ("newer", "newer")
        assert flows.draft(session, martin, "other").doc["nodes"]["a"]["flow"] == "newer"
        with pytest.raises(ConfigurationError) as error:
            flows.rename(session, martin, "reception", "desk", EVA, carry=True)
        assert codes(error) == [("name", "published_name")]
        with pytest.raises(ConfigurationError) as error:
            flows.rename(session, martin, "newer", "reception", EVA)
        assert codes(error) == [("name", "given_twice")]


def test_the_list_of_flows(opened: Open, martin: int) -> None:
    with opened() as session:
        flows.create(session, martin, GOOD, EVA, now=NOW)
        found = {flow.name: flow for flow in flows.listed(session, martin)}
    assert list(found) == ["discovery", "new", "orders", "reception"]
    assert (found["new"].published, found["new"].changed, found["new"].saved_by) == (None, True, EVA)
    reception = found["reception"]
    assert (reception.published, reception.changed, reception.nodes, reception.tests) == (1, False, 12, 9)
    assert [(use.kind, use.name) for use in reception.uses] == [("extensions", "1000"), ("numbers", "+33123456789")]
    assert [(use.kind, use.name) for use in found["orders"].uses] == [("flows", "reception")]


def test_another_subscriber_s_flows_are_not_there(engine: Engine, opened: Open, martin: int) -> None:
    with operator(engine, read_only=True) as session:
        duval = snapshot.domains(session)["duval"]
    with scoped(engine, duval) as session:
        assert [flow.name for flow in flows.listed(session, duval)] == ["empfang"]
        with pytest.raises(LookupError):
            flows.draft(session, duval, "reception")


def test_a_publication_is_planned_and_done_once(engine: Engine, opened: Open, martin: int, checks: Checks) -> None:
    with opened() as session:
        made = flows.create(session, martin, GOOD, EVA, now=NOW)
        for hours in (1, 2):
            plan = flows.plan_publication(
                session,
                martin,
                "new",
                NOW + timedelta(hours=hours),
                "soon",
                EVA,
                revision=made.revision,
                checks=checks,
                now=NOW,
            )
        flows.save_draft(session, martin, "new", {**GOOD, "note": "later work"}, made.revision, EVA, now=NOW)
        assert flows.planned(session, martin, "new") == plan
        assert flows.listed(session, martin)[1].planned_at == NOW + timedelta(hours=2)
        with pytest.raises(ConfigurationError) as error:
            flows.plan_publication(
                session, martin, "new", NOW, "", EVA, revision=made.revision + 1, checks=checks, now=NOW
            )
        assert codes(error) == [("at", "past")]
    assert flows.publish_due(engine, NOW + timedelta(hours=1.5), checks=checks) == []
    done: list[flows.Plan] = []
    due = NOW + timedelta(hours=3)
    processes = [Thread(target=lambda: done.extend(flows.publish_due(engine, due, checks=checks))) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [(plan.flow, plan.state, plan.version) for plan in done] == [("new", "done", 1)]
    with opened() as session:
        assert flows.version(session, martin, "new", 1) == GOOD  # as it was when it was planned
        assert flows.draft(session, martin, "new").doc["note"] == "later work"
        assert flows.planned(session, martin, "new") is None


def test_a_plan_that_no_longer_checks_fails_and_says_why(
    engine: Engine, opened: Open, martin: int, checks: Checks
) -> None:
    later = NOW + timedelta(hours=1)
    with opened() as session:
        documents.save(session, martin, "schedules", None, {"name": "summer"}, domain="x", checks=checks)
        exits = {"open": "end", "closed": "end"}
        doc = {
            **GOOD,
            "start": "a",
            "nodes": {"a": {"kind": "hours", "schedule": "summer", "exits": exits}, **GOOD["nodes"]},
        }
        made = flows.create(session, martin, doc, EVA, now=NOW)
        flows.plan_publication(session, martin, "new", later, "", EVA, revision=made.revision, checks=checks, now=NOW)
        flows.save_draft(session, martin, "new", GOOD, made.revision, EVA, now=NOW)
        documents.remove(session, martin, "schedules", "summer", checks=checks)
    (failed,) = flows.publish_due(engine, later, checks=checks)
    assert failed.state == "failed"
    assert [(problem.field, problem.code) for problem in failed.problems][0] == ("nodes.a.schedule", "unknown_schedule")
    with opened() as session:
        assert flows.planned(session, martin, "new") == failed
        assert flows.draft(session, martin, "new").published is None


def test_a_plan_is_cancelled(engine: Engine, opened: Open, martin: int, checks: Checks) -> None:
    later = NOW + timedelta(hours=1)
    with opened() as session:
        made = flows.create(session, martin, GOOD, EVA, now=NOW)
        flows.plan_publication(session, martin, "new", later, "", EVA, revision=made.revision, checks=checks, now=NOW)
        assert flows.cancel(session, martin, "new").state == "cancelled"
        with pytest.raises(LookupError):
            flows.cancel(session, martin, "new")
    assert flows.publish_due(engine, later, checks=checks) == []
