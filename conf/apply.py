"""Loading a folder into the database: everything or nothing, and nothing when nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from conf import flow_checks, folder_checks
from conf.applied import Applied
from conf.apply_trunks import apply_trunks
from conf.database import narrowed, operator
from conf.difference import compare
from conf.flow_checks import NONE, Checks
from conf.folder import Folder, open_folder
from conf.models import Document, Number, Subscriber
from conf.problems import N_, ConfigurationError, Problem
from conf.subscriber_rows import SubscriberRows


def apply(
    engine: Engine,
    root: Path,
    *,
    prompts_dir: Path,
    domain: str = "pbx.localhost",
    checks: Checks = NONE,
    dry_run: bool = False,
) -> Applied:
    """Load a subscriber's folder, or the operator's. The files are the truth: what is no longer there is removed.

    `domain` is the operator's; the subscriber's SIP domain is its slug in it. A dry run says the same and does nothing.

    Raises:
        ConfigurationError: with every problem, each with file, line and field. The database is unchanged.
    """
    folder = open_folder(root)
    problems = _found(engine, folder, checks)
    with operator(engine) as session:
        if folder.subscriber is None:
            done = apply_trunks(session, folder)
        else:
            done = _subscriber(session, folder, folder.subscriber.doc, domain, prompts_dir, dry_run)
        if dry_run:
            session.rollback()
    return replace(done, warnings=(*problems, *done.warnings))


def _found(engine: Engine, folder: Folder, checks: Checks) -> list[Problem]:
    """The warnings; raises ConfigurationError when there is more: mistakes of form first, then what follows of them."""
    problems = _sorted([*folder.problems, *flow_checks.form(folder, checks)])
    problems += _sorted(folder_checks.check(folder))
    problems += _sorted(flow_checks.check(folder, checks))
    with operator(engine, read_only=True) as session:
        problems += _taken_numbers(session, folder)
    _refuse(problems)
    problems += _sorted(flow_checks.rehearse(folder, checks))
    _refuse(problems)
    return problems


def _refuse(problems: list[Problem]) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.severity != "error"))


def _subscriber(
    session: Session, folder: Folder, doc: Document, domain: str, prompts_dir: Path, dry_run: bool
) -> Applied:
    slug = doc["slug"]
    row = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one_or_none()
    before = {slug: (0, row.doc)} if row else {}
    changes = list(compare("subscriber", before, {slug: (0, doc)}))
    if row is None:
        row = Subscriber(doc=doc)
        session.add(row)
    elif changes:
        row.doc = doc
    session.flush()
    subscriber_id = row.id
    with narrowed(session, subscriber_id):
        rows = SubscriberRows(session, subscriber_id, folder, f"{slug}.{domain}", prompts_dir)
        changes += rows.bring(dry_run)
    version = session.scalars(select(Subscriber.version).where(Subscriber.id == subscriber_id)).one()
    return Applied(slug, tuple(changes), credentials=tuple(rows.credentials), version=version)


def _taken_numbers(session: Session, folder: Folder) -> Iterator[Problem]:
    if folder.subscriber is None or not folder.subscriber.right:
        return
    wanted = (
        select(Number.number)
        .join(Subscriber, Subscriber.id == Number.subscriber_id)
        .where(Number.number.in_(folder.names("numbers", "number")), Subscriber.slug != folder.subscriber.doc["slug"])
    )
    taken = set(session.scalars(wanted))
    for item in folder.right("numbers"):
        if item.doc["number"] in taken:  # whose it is, is nobody else's business
            message = N_("{number} is not available")
            yield item.problem(("number",), "number_taken", message, number=item.doc["number"])


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file, problem.line))
