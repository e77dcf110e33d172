"""What pages and the API do with flows alike: checking them, publishing them, and saying what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from admin_ui import flow_world
from admin_ui.audit import noted
from admin_ui.database import db, looking
from admin_ui.person import me, subscriber_id
from conf.editing import flows, templates
from conf.editing.flows import Draft, Plan, Published
from conf.flow_checks import Checks
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem
from controller.flow.problem import titled

EMPTY = ""  # the key of no template


def checks() -> Checks:
    """The engine's checks, reading in this request's transaction."""
    return flow_world.checks(db.session())


def problems(doc: Document) -> list[dict[str, str]]:
    """Everything wrong with a flow, in the person's language: where, field, code, text, severity."""
    return [shown(problem) for problem in flows.check(db.session(), subscriber_id(), doc, checks())]


def shown(problem: Problem) -> dict[str, str]:
    """One problem, at a node and the field inside it where it has one."""
    return {
        "where": str(problem.fields.get("node", "")),
        "field": str(problem.fields.get("field", problem.field)),
        "code": problem.code,
        "text": text(problem),
        "severity": problem.severity,
    }


def text(problem: Problem) -> str:
    """What a problem says, in the person's language."""
    return (_(problem.message) if problem.message else "").format(**titled(problem.fields, _))


def whole_text(found: Iterable[Problem]) -> str:
    """What several problems say, each with its field."""
    return "\n".join(": ".join(part for part in (problem.field, text(problem)) if part) for problem in found)


def create(name: str, *, doc: Document | None = None, template: str = EMPTY, copy_of: str = EMPTY) -> Draft:
    """Make a flow: from a document, a template, another flow's draft, or empty. The caller commits."""
    session, sid = db.session(), subscriber_id()
    if copy_of:
        doc = flows.draft(session, sid, copy_of).doc
    elif template:
        doc = _from_template(template, name)
    made = flows.create(session, sid, {**(doc or templates.EMPTY), "name": name}, me().login)
    noted("created", "flow", name)
    return made


def rename(name: str, new: str, carry: bool) -> Draft:
    """Give a draft another name. The caller commits."""
    done = flows.rename(db.session(), subscriber_id(), name, new, me().login, carry=carry)
    noted("renamed", "flow", new, [("name", name, new)])
    return done


def remove(name: str) -> None:
    """Take a flow out of use. The caller commits."""
    noted("removed", "flow", name, flows.remove(db.session(), subscriber_id(), name))


def publish(name: str, comment: str, revision: int, despite_failing_tests: bool) -> Published:
    """Publish a draft. The caller commits."""
    checked = _check_ahead(name, revision, despite_failing_tests)
    done = flows.publish(
        db.session(),
        subscriber_id(),
        name,
        comment,
        me().login,
        revision=revision,
        checks=checks(),
        despite_failing_tests=despite_failing_tests,
        checked=checked,
    )
    return _noted("published", name, done)


def roll_back(name: str, version: int, comment: str) -> Published:
    """Publish an old version anew. The caller commits."""
    said = comment or _("As in version %(version)s", version=version)
    with looking(subscriber_id()) as session:
        checked = flows.check_version_ahead(session, subscriber_id(), name, version, checks=checks())
    done = flows.rollback(
        db.session(), subscriber_id(), name, version, said, me().login, checks=checks(), checked=checked
    )
    return _noted("rolled back", name, done)


def plan(name: str, at: datetime, comment: str, revision: int, despite_failing_tests: bool) -> Plan:
    """Publish a draft later. The caller commits."""
    checked = _check_ahead(name, revision, despite_failing_tests)
    made = flows.plan_publication(
        db.session(),
        subscriber_id(),
        name,
        at,
        comment,
        me().login,
        revision=revision,
        checks=checks(),
        despite_failing_tests=despite_failing_tests,
        checked=checked,
    )
    noted("planned", "flow", name, [("at", None, at.isoformat())])
    return made


def cancel(name: str) -> Plan:
    """Cancel what is planned. The caller commits."""
    cancelled = flows.cancel(db.session(), subscriber_id(), name)
    noted("cancelled", "flow", name, [("at", cancelled.at.isoformat(), None)])
    return cancelled


def plan_shown(found: Plan) -> dict[str, Any]:
    """A plan as pages and the API tell it."""
    told = {key: getattr(found, key) for key in ("at", "comment", "author", "state", "version")}
    return {**told, "problem": whole_text(found.problems)}


def _check_ahead(name: str, revision: int, despite_failing_tests: bool) -> flows.Checked:
    """A large flow is checked for a second: before the transaction that writes."""
    with looking(subscriber_id()) as session:
        return flows.check_ahead(
            session,
            subscriber_id(),
            name,
            revision=revision,
            checks=checks(),
            despite_failing_tests=despite_failing_tests,
        )


def _noted(action: str, name: str, done: Published) -> Published:
    if done.change is not None:
        noted(action, "flow", name, done.change)
    return done


def _from_template(key: str, name: str) -> Document:
    from flask_babel import get_locale

    try:
        return templates.fitted(db.session(), subscriber_id(), key, name, get_locale().language)
    except LookupError:
        message = N_("There is no such template.")
        raise ConfigurationError([Problem("no_template", message, field="template")]) from None
