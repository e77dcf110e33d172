"""Ready-made flows run as they are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from admin_ui import flow_world
from conf.database import operator, scoped
from conf.editing import documents, flows
from conf.editing.templates import ORDER, fitted, template, templates
from conf.models import Subscriber
from tests.conf.conftest import about

SCHEDULE: dict[str, Any] = {"name": "office", "hours": {"mon-fri": ["08:00-18:00"]}}


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("key", ORDER)
def test_a_fresh_subscriber_has_only_a_schedule_to_choose(sqlite: Engine, key: str, language: str) -> None:
    with operator(sqlite) as session:
        row = Subscriber(doc={**about("fresh"), "language": language})
        session.add(row)
        session.flush()
        fresh = row.id
    checks = flow_world.checks(sqlite)
    with scoped(sqlite, fresh) as session:
        doc = fitted(session, fresh, key, "mine", language)
        errors = [problem for problem in flows.check(session, fresh, doc, checks) if problem.severity == "error"]
        assert {problem.code for problem in errors} <= {"unknown_schedule"}
        assert len(errors) == len(template(key, language).needs.get("schedules", []))
        user = {"login": "a@fresh.example", "name": "A", "role": "agent", "extension": "101"}
        documents.save(session, fresh, "users", None, user, domain="x", checks=checks)
        documents.save(session, fresh, "schedules", None, {**SCHEDULE, "name": "other"}, domain="x", checks=checks)
        doc = fitted(session, fresh, key, "mine", language)
        assert flows.check(session, fresh, doc, checks) == []
        made = flows.create(session, fresh, doc, "a@fresh.example")
        assert flows.publish(session, fresh, "mine", "", "a", revision=made.revision, checks=checks).warnings == ()


def test_what_a_template_says_of_itself() -> None:
    english, french = templates(), templates("fr")
    assert [one.title for one in english][:2] == ["Opening hours and menu", "Reception"]
    assert [one.title for one in french][:2] == ["Horaires et menu", "Standard"]
    assert [one.title for one in templates("xx")] == [one.title for one in english]
    assert [one.needs for one in english] == [{"schedules": ["office"]}, {}, {"schedules": ["office"]}, {}]
    for one in (*english, *french, *templates("de")):
        texts = [node["text"] for node in one.doc["nodes"].values() if "text" in node]
        assert texts
        assert all(set(text) == {"en", "fr", "de"} for text in texts)
    desk = template("reception", "fr").doc
    assert desk["nodes"]["standard occupé"]["choices"] == {"1": "réessayer"}
    assert [test["name"] for test in desk["tests"]][1] == "second essai"
    with pytest.raises(LookupError):
        template("../reception")
