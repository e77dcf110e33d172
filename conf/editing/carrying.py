"""A new name carried into what used the old one: other documents, and drafts. What is published never changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.difference import Change
from conf.editing import checking, flow_names, rows
from conf.editing.kinds import ALL, SUBSCRIBER
from conf.editing.where_used import TOLD, Name, Use, problems
from conf.folder import Folder
from conf.models import Document, Flow, FlowDraft
from conf.problems import N_

PUBLISHED = N_(
    "{used} is used by the published flow {name} ({place}), and what is published never changes: "
    "publish that flow without it first"
)
_FIXED = {**TOLD, "flows": PUBLISHED}


@dataclass(frozen=True)
class Along:
    """Another document that changes along; `kind` is a kind of documents, or drafts."""

    kind: str
    name: str
    before: Document
    after: Document

    def into(self, folder: Folder) -> Folder:
        """The folder with this change."""
        return folder if self.kind == "drafts" else checking.carried(folder, self.kind, self.name, self.after)

    def write(self, session: Session, subscriber_id: int) -> list[Change]:
        """Write it."""
        if self.kind == "drafts":
            draft = _draft(session, subscriber_id, self.name)
            draft.doc, draft.revision = self.after, draft.revision + 1
        else:
            rows.row(session, subscriber_id, self.kind, self.name).doc = self.after
        session.flush()
        word = "draft" if self.kind == "drafts" else ALL[self.kind].word
        return [Change(word, self.name, "changed", self.before, self.after)]


def along(
    folder: Folder,
    drafts: Mapping[str, Document],
    found: list[Use],
    given: Mapping[Name, str],
    fields: Mapping[str, str],
) -> list[Along]:
    """What uses some names, with the new ones: `given` has the new name of each old one.

    Raises ConfigurationError where a published flow uses one, or where there is no new name.
    """
    stuck = [use for use in found if use.kind in ("flows", "subscribers") or use.of not in given]
    checking.refuse(problems(stuck, fields, _FIXED))
    places: dict[Name, list[Use]] = defaultdict(list)
    for use in found:
        places[use.kind, use.name].append(use)
    return [_changed(_document(folder, drafts, *place), place, uses, given) for place, uses in places.items()]


def _changed(before: Document, place: Name, uses: list[Use], given: Mapping[Name, str]) -> Along:
    after = before
    for use in uses:
        after = flow_names.replaced(after, [use.path], given[use.of])
    for (kind, old), new in given.items() if place[0] == "drafts" else ():
        after = flow_names.renamed(after, kind, old, new)  # in its tests too
    return Along(*place, before, after)


def _document(folder: Folder, drafts: Mapping[str, Document], kind: str, name: str) -> Document:
    if kind == "drafts":
        return drafts[name]
    if kind == SUBSCRIBER:
        assert folder.subscriber is not None
        return folder.subscriber.doc
    return next(item.doc for item in getattr(folder, kind) if item.doc[ALL[kind].key] == name)


def _draft(session: Session, subscriber_id: int, name: str) -> FlowDraft:
    wanted = (
        select(FlowDraft)
        .join(Flow, Flow.id == FlowDraft.flow_id)
        .where(Flow.subscriber_id == subscriber_id, Flow.name == name)
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one()
