"""Rules and checklists of the prompter: saved, renamed, moved, removed; written to files and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from conf import audit, snapshot
from conf.apply import apply
from conf.database import operator, scoped
from conf.editing import documents
from conf.export import export
from conf.models import Subscriber
from conf.problems import ConfigurationError, Problem
from conf.prompter import editing, files
from conf.prompter.policy import listens
from conf.yaml_source import read
from speech.hints import Checklists, Rules, checklist_problems, rule_problems
from tests.conf.conftest import SAMPLES
from tests.conf.folders import SUBSCRIBER, folder

MARTIN = SAMPLES / "martin" / "prompter"


def rule(name: str, phrase: str = "bonjour", **more: Any) -> dict[str, Any]:
    return {"name": name, "title": {"fr": name}, "when": {"said": {"phrases": {"fr": [phrase]}}}, **more}


def test_a_rule_is_saved_changed_and_removed(engine: Engine, two: tuple[int, int]) -> None:
    mine, theirs = two
    with scoped(engine, mine) as session:
        made = editing.save(session, mine, "rules", None, rule("a"), check=rule_problems)
        assert made.change is not None
        assert (made.change.kind, made.change.what) == ("rule", "added")
        entry = audit.record(session, "claire", "", "saved", "rule", "a", made.change)
        assert ["name", None, "a"] in entry.changes
        assert editing.save(session, mine, "rules", "a", rule("a")).change is None
        changed = editing.save(session, mine, "rules", "a", rule("a", priority=80), expected=editing.etag(rule("a")))
        assert changed.change is not None
        assert editing.read(session, mine, "rules", "a")["priority"] == 80
        editing.save(session, mine, "rules", "a", rule("b"))  # another name: it is renamed
        with pytest.raises(LookupError):
            editing.read(session, mine, "rules", "a")
    with scoped(engine, theirs) as session:
        assert editing.read_all(session, theirs, "rules") == []
        editing.save(session, theirs, "rules", None, rule("b", "autre"))
    with scoped(engine, mine) as session:
        assert editing.read(session, mine, "rules", "b") == rule("b")
        removed = editing.remove(session, mine, "rules", "b")
        assert removed.change is not None
        assert removed.change.what == "removed"
        assert editing.read_all(session, mine, "rules") == []


def test_two_editors_of_one_rule(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[0]) as session:
        editing.save(session, two[0], "rules", None, rule("a"))
        seen = editing.etag(rule("a"))
        editing.save(session, two[0], "rules", "a", rule("a", priority=1), expected=seen)
        for act in (
            lambda: editing.save(session, two[0], "rules", "a", rule("a", priority=2), expected=seen),
            lambda: editing.remove(session, two[0], "rules", "a", expected=seen),
        ):
            with pytest.raises(editing.Stale) as stale:
                act()
            assert stale.value.present["priority"] == 1


def refused(session: Any, owner: int, kind: str, doc: Any, name: str | None = None) -> list[tuple[str, str]]:
    check = rule_problems if kind == "rules" else checklist_problems
    with pytest.raises(ConfigurationError) as error:
        editing.save(session, owner, kind, name, doc, check=check)
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_what_is_wrong_is_refused_with_its_field(sqlite: Engine) -> None:
    with operator(sqlite) as session:
        session.add(Subscriber(doc={"slug": "a", "name": "a"}))
    with scoped(sqlite, 1) as session:
        editing.save(session, 1, "rules", None, rule("a"))
        editing.save(session, 1, "rules", None, rule("b"))
        assert refused(session, 1, "rules", rule("a")) == [("name", "given_twice")]
        assert refused(session, 1, "rules", rule("a"), "b") == [("name", "given_twice")]
        assert refused(session, 1, "rules", rule("c", cooldown=-1)) == [("cooldown", "greater_than_equal")]
        assert refused(session, 1, "rules", rule("c", "\x00")) == [("when.said.phrases.fr[0]", "unstorable")]
        links = [{"title": {"fr": "x"}, "url": "javascript:alert(1)"}]
        assert refused(session, 1, "rules", rule("c", links=links)) == [("links[0].url", "not_https")]
        regex = {"said": {"regex": ["[z-é]"]}}  # right, but not without its accent
        assert refused(session, 1, "rules", rule("c") | {"when": regex}) == [("when.said.regex[0]", "not_a_regex")]
        step = {"name": "s", "title": {"fr": "s"}, "phrases": {"fr": ["oui"]}}
        twice = {"name": "c", "title": {"fr": "c"}, "steps": [step, step]}
        assert refused(session, 1, "checklists", twice) == [("", "step_twice")]
        assert [doc["name"] for doc in editing.read_all(session, 1, "rules")] == ["a", "b"]


def test_rules_have_an_order(engine: Engine, two: tuple[int, int]) -> None:
    mine = two[0]
    with scoped(engine, mine) as session:
        for name in "abcd":
            editing.save(session, mine, "rules", None, rule(name))
        moved = editing.move(session, mine, "rules", "d", 1)
        assert moved.change is not None
        assert moved.change.what == "moved"
        editing.remove(session, mine, "rules", "a")
        assert [doc["name"] for doc in editing.read_all(session, mine, "rules")] == ["d", "b", "c"]
        assert editing.move(session, mine, "rules", "d", 0).change is None
        editing.save(session, mine, "rules", None, rule("e"))
        assert [doc["name"] for doc in editing.read_all(session, mine, "rules")] == ["d", "b", "c", "e"]


def test_the_samples_are_written_and_read_without_a_loss(engine: Engine, two: tuple[int, int]) -> None:
    mine = two[0]
    for kind in ("rules", "checklists"):
        docs, problems = files.read((MARTIN / f"{kind}.yaml").read_bytes(), kind)
        assert problems == []
        with scoped(engine, mine) as session:
            check = rule_problems if kind == "rules" else checklist_problems
            assert len(files.load(session, mine, kind, docs, check=check)) == len(docs)
            assert files.load(session, mine, kind, docs, check=check) == []
            again = files.read(files.write(editing.read_all(session, mine, kind)).encode(), kind)
        assert again == (docs, [])


def test_a_file_that_is_wrong_changes_nothing(engine: Engine, two: tuple[int, int]) -> None:
    text = b"- {name: a, title: {fr: A}, when: {said: {phrases: {fr: [oui]}}}}\n- {name: b}\n- {name: a}\n"
    _, problems = files.read(text, "rules", "rules.yaml")
    assert [(problem.line, problem.field, problem.code) for problem in problems] == [
        (2, "[1].title", "missing"),
        (2, "[1].when", "missing"),
        (3, "[2].title", "missing"),
        (3, "[2].when", "missing"),
        (3, "[2].name", "given_twice"),
    ]
    assert files.read(b"- [", "rules")[1][0].code == "not_yaml"
    assert files.read(b"text", "rules")[1][0].code == "list_type"
    mine = two[0]
    with scoped(engine, mine) as session:
        with pytest.raises(ConfigurationError) as error:
            files.load(session, mine, "rules", [rule("a"), rule("b", cooldown=-1)])
        assert [(problem.file, problem.field) for problem in error.value.problems] == [("rules/b", "cooldown")]
        assert editing.read_all(session, mine, "rules") == []


def test_apply_and_export_know_them(engine: Engine, tmp_path: Path) -> None:
    done = apply(engine, SAMPLES / "martin", prompts_dir=tmp_path)
    assert {change.kind for change in done.changes} >= {"rule", "checklist"}
    assert apply(engine, SAMPLES / "martin", prompts_dir=tmp_path).changes == ()
    out = tmp_path / "out"
    assert "prompter/rules.yaml" in export(engine, "martin", out, prompts_dir=tmp_path)
    assert read(out / "prompter" / "rules.yaml", "").value == read(MARTIN / "rules.yaml", "").value
    with operator(engine) as session:
        found = snapshot.take(session, snapshot.domains(session)["martin"])
    loaded = Rules.load(found.prompter["rules"])
    assert (len(loaded.rules), loaded.problems) == (12, ())
    assert Checklists.load(found.prompter["checklists"]).problems == ()
    assert found.prompter["policy"] is None
    (out / "prompter" / "rules.yaml").unlink()
    (out / "prompter" / "rule.yaml").write_text("[]")
    with pytest.raises(ConfigurationError) as error:
        apply(engine, out, prompts_dir=tmp_path)
    assert [(problem.file, problem.code) for problem in error.value.problems] == [("prompter/rule.yaml", "stranger")]
    (out / "prompter" / "rule.yaml").unlink()
    removed = apply(engine, out, prompts_dir=tmp_path).changes
    assert {(change.kind, change.what) for change in removed} == {("rule", "removed")}


def test_the_policy_names_what_there_is(engine: Engine, tmp_path: Path) -> None:
    policy = "prompter: {{numbers: [{number}], users: [nobody@martin.example], mask: ['\\d{{3}}']}}\n"
    numbers = '- {number: "+33123456789"}\n'
    text = SUBSCRIBER.replace("    ", "") + policy.format(number='"+33123456789"')
    with pytest.raises(ConfigurationError) as error:
        apply(engine, folder(tmp_path, subscriber=text, numbers=numbers), prompts_dir=tmp_path)
    assert [(problem.field, problem.code) for problem in error.value.problems] == [("prompter.users[0]", "no_user")]
    text = text.replace("users: [nobody@martin.example], ", "")
    apply(engine, folder(tmp_path, subscriber=text, numbers=numbers), prompts_dir=tmp_path)
    with operator(engine) as session:
        doc = session.scalars(select(Subscriber.doc)).one()
    assert listens(doc["prompter"], number="+33123456789")
    assert not listens(doc["prompter"], number="+33123456780")


def test_a_new_login_is_carried_into_the_policy(engine: Engine, tmp_path: Path) -> None:
    apply(engine, SAMPLES / "martin", prompts_dir=tmp_path)
    with operator(engine, read_only=True) as session:
        mine = snapshot.domains(session)["martin"]
    with scoped(engine, mine) as session:
        about = documents.read(session, mine, "subscriber", "martin")
        policy = {"users": ["paul@martin.example"], "numbers": ["+33123456780"]}
        documents.save(session, mine, "subscriber", "martin", about | {"prompter": policy}, domain="x")
        user = documents.read(session, mine, "users", "paul@martin.example") | {"login": "p@martin.example"}
        with pytest.raises(ConfigurationError, match="in use|used"):
            documents.save(session, mine, "users", "paul@martin.example", user, domain="x")
        documents.save(session, mine, "users", "paul@martin.example", user, domain="x", carry=True)
        assert documents.read(session, mine, "subscriber", "martin")["prompter"]["users"] == ["p@martin.example"]
        with pytest.raises(ConfigurationError, match="used"):
            documents.remove(session, mine, "numbers", "+33123456780")


@pytest.mark.parametrize(
    ("policy", "call", "listened"),
    [
        (None, {"number": "+33123456789"}, False),
        ({}, {"number": "+33123456789"}, False),
        ({"every": True}, {}, True),
        ({"every": True}, {"direction": "outbound"}, False),
        ({"every": True, "directions": ["outbound"]}, {"direction": "outbound"}, True),
        ({"queues": ["orders"]}, {"queue": "orders"}, True),
        ({"queues": ["orders"]}, {"queue": ""}, False),
        ({"users": ["Claire@martin.example"]}, {"user": "claire@martin.example"}, True),
    ],
)
def test_which_calls_are_listened_to(policy: Any, call: dict[str, str], listened: bool) -> None:
    assert listens(policy, **call) is listened


def test_problems_can_be_told() -> None:
    for problem in rule_problems({"name": "a", "title": {}, "when": {"event": {"kind": "hold", "is": "x"}}}):
        assert isinstance(problem, Problem)
        assert problem.text()
