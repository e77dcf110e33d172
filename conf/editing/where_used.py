"""Where a document is used: what would lead nowhere without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.editing import flow_names, stored
from conf.folder import Folder
from conf.models import Document, Flow, FlowDraft, FlowVersion
from conf.problems import N_, Problem
from conf.yaml_source import Path_, dotted

Name = tuple[str, str]  # kind and name

TOLD = {
    "users": N_("{used} is used by the user {name} ({place})"),
    "extensions": N_("{used} is used by the extension {name} ({place})"),
    "numbers": N_("{used} is used by the number {name} ({place})"),
    "lists": N_("{used} is used by the list {name} ({place})"),
    "flows": N_("{used} is used by the published flow {name} ({place})"),
    "drafts": N_("{used} is used by the draft of the flow {name} ({place})"),
    "subscriber": N_("{used} is used in the settings of {name} ({place})"),
    "outbound": N_("{used} is used by the outbound rule {name} ({place})"),
    "subscribers": N_("{used} is used by published flows of subscribers ({name})"),
}


@dataclass(frozen=True)
class Use:
    """One place that names a document: in another one of a kind, a flow's published version, or its draft.

    `kind` is a kind of documents, flows, drafts, or subscribers: how many have flows that name a trunk. `of` is the
    kind and name of what is used there.
    """

    kind: str
    name: str
    path: Path_ = ()
    of: Name = ("", "")

    @property
    def field(self) -> str:
        """The path as people read it: `nodes.opening.schedule`."""
        return dotted(self.path)


def where_used(session: Session, subscriber_id: int, kind: str, name: str) -> list[Use]:
    """Every use of a document, or of a flow. A user's uses are those of its extension too."""
    folder = stored.folder(session, subscriber_id)
    wanted = {(kind, name)}
    if kind == "users":
        wanted |= {("extensions", item.doc["extension"]) for item in folder.users if _is(item.doc, name)}
    found = uses(folder, drafts(session, subscriber_id) if subscriber_id else {}, wanted - {("extensions", "")})
    return [*found, *(_of_subscribers(session, name) if kind == "trunks" else ())]


def uses(folder: Folder, drafts: dict[str, Document], wanted: Iterable[Name], *, together: bool = True) -> list[Use]:
    """The uses of some names among a subscriber's documents, published flows and drafts.

    When the names go `together`, what they use among themselves does not count.
    """
    names = set(wanted)
    every = [use for use in _uses(folder, drafts) if use.of in names]
    return [use for use in every if not together or (use.kind, use.name) not in names]


def drafts(session: Session, subscriber_id: int) -> dict[str, Document]:
    """The drafts of a subscriber's flows, where they are not what is published anyway."""
    wanted = (
        select(Flow.name, FlowDraft.doc, FlowVersion.doc)
        .join(FlowDraft, FlowDraft.flow_id == Flow.id)
        .outerjoin(FlowVersion, (FlowVersion.flow_id == Flow.id) & (FlowVersion.version == Flow.published))
        .where(Flow.subscriber_id == subscriber_id)
        .order_by(Flow.name)
    )
    return {name: draft for name, draft, published in session.execute(wanted) if draft != published}


def problems(found: Iterable[Use], fields: Mapping[str, str], told: Mapping[str, str] = TOLD) -> list[Problem]:
    """The uses as problems; `fields` has the field at which what is used has its name, by its kind."""
    return [
        Problem(
            "in_use",
            told[use.kind],
            {"used": use.of[1], "name": use.name, "place": use.field},
            field=fields.get(use.of[0], ""),
        )
        for use in found
    ]


def _is(doc: Document, login: str) -> bool:
    return bool(doc["login"] == login and doc.get("extension"))


def _uses(folder: Folder, drafts: dict[str, Document]) -> Iterator[Use]:
    for item in folder.users:
        yield from _of_user(item.doc)
    for item in folder.extensions:
        yield Use("extensions", item.doc["extension"], ("flow",), ("flows", item.doc.get("flow", "")))
    for item in folder.numbers:
        yield from _of_number(item.doc)
    for item in folder.lists:
        action = item.doc.get("action")
        if isinstance(action, dict):
            yield Use("lists", item.doc["name"], ("action", "flow"), ("flows", action.get("flow", "")))
    for item in folder.outbound:
        for index, trunk in enumerate(item.doc.get("trunks", ())):
            yield Use("outbound", item.doc["name"], ("trunks", index), ("trunks", trunk))
    if folder.subscriber is not None:
        doc = folder.subscriber.doc
        yield Use("subscriber", doc["slug"], ("fallback",), ("extensions", doc.get("fallback", "")))
        for kind in ("numbers", "users"):
            for index, name in enumerate((doc.get("prompter") or {}).get(kind, ())):
                yield Use("subscriber", doc["slug"], ("prompter", kind, index), (kind, name))
    for item in folder.flows:
        yield from _of_flow("flows", item.doc["name"], item.doc)
    for name, doc in drafts.items():
        yield from _of_flow("drafts", name, doc)


def _of_user(doc: Document) -> Iterator[Use]:
    for when, forward in doc.get("forward", {}).items():
        if forward:
            yield Use("users", doc["login"], ("forward", when, "to"), ("extensions", forward["to"]))
    yield Use("users", doc["login"], ("outbound_number",), ("numbers", doc.get("outbound_number", "")))


def _of_number(doc: Document) -> Iterator[Use]:
    number = doc["number"]
    yield Use("numbers", number, ("flow",), ("flows", doc.get("flow", "")))
    yield Use("numbers", number, ("fallback",), ("extensions", doc.get("fallback", "")))
    for index, login in enumerate(doc.get("fax_to", [])):
        yield Use("numbers", number, ("fax_to", index), ("users", login))


def _of_flow(kind: str, flow: str, doc: Document) -> Iterator[Use]:
    for what, name, path in flow_names.named(doc):
        if (what, name) != ("flows", flow):
            yield Use(kind, flow, path, (what, name))


def _of_subscribers(session: Session, trunk: str) -> Iterator[Use]:
    """The operator is told how many, not who or where."""
    published = select(Flow.subscriber_id, FlowVersion.doc).join(
        FlowVersion, (FlowVersion.flow_id == Flow.id) & (FlowVersion.version == Flow.published)
    )
    wanted = ("trunks", trunk)
    owners = {
        owner for owner, doc in session.execute(published) if wanted in {named[:2] for named in flow_names.named(doc)}
    }
    if owners:
        yield Use("subscribers", str(len(owners)), of=wanted)
