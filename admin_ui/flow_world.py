"""The flow engine's checks, composed over a subscriber's documents: what `apply` and the editor ask alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from conf import publishing
from conf.database import operator
from conf.difference import same
from conf.editing import stored
from conf.flow_checks import Checks, Found
from conf.folder import Folder, Item
from conf.models import Document, Trunk
from controller.flow import document, lists, schedules
from controller.flow.check import check
from controller.flow.rehearse import rehearse
from controller.flow.world import World

Versions = Mapping[str, Mapping[int, Document]]


def checks(source: Engine | Session) -> Checks:
    """The checks for `apply` and for editing; they read the published flows and the trunks when they need them.

    With a session they read in its transaction, and take no second connection.
    """
    flows = FlowCheck(source)
    return Checks(flows.check, schedules.problems, lists.problems, flows.form, flows.rehearse)


def world(session: Session, subscriber_id: int, doc: Document | None = None) -> World:
    """What a subscriber's flows act in, by a session of theirs. A flow that is edited is the newest of its name.

    The lists that the flow looks numbers up in come with their entries, the others without.
    """
    folder = stored.folder(session, subscriber_id)
    about = folder.subscriber.doc if folder.subscriber else {}
    if doc is not None and isinstance(doc.get("name"), str):
        others = tuple(item for item in folder.flows if item.doc["name"] != doc["name"])
        folder = folder.having("flows", (*others, stored.item("flows", doc["name"], doc)))
        folder = stored.rehearsable(session, subscriber_id, folder, doc)
    return compose(folder, publishing.versions(session, about.get("slug", "")), trunks(session))


def trunks(session: Session) -> list[str]:
    """The operator's trunks, by name."""
    return list(session.scalars(select(Trunk.name).order_by(Trunk.position, Trunk.id)))


def compose(folder: Folder, published: Versions, trunk_names: list[str]) -> World:
    """The world of a folder: its flows are the newest, above the versions that were published."""
    about = folder.subscriber.doc if folder.subscriber and folder.subscriber.right else {}
    # A flow without a file is withdrawn by this very load: nothing may enter it any more, at no version.
    flows = {name: dict(published.get(name, {})) for name in folder.names("flows")}
    for item in folder.right("flows"):
        _add(flows[item.doc["name"]], item)
    language = about.get("language", "en")
    return World(
        schedules=_by_name(folder, "schedules"),
        lists=_by_name(folder, "lists"),
        prompts=_by_name(folder, "prompts"),
        flows=flows,
        extensions=folder.short_numbers(),
        trunks=trunk_names,
        language=language,
        languages=(language,),
        time_zone=about.get("time_zone", "UTC"),
        country=about.get("country", ""),
    )


class FlowCheck:
    """The flow engine's checker, and its rehearsal of the flow's own tests."""

    def __init__(self, source: Engine | Session) -> None:
        self.source = source
        self.last: tuple[Folder, World] | None = None

    def form(self, doc: Document) -> Iterable[Found]:
        """What is wrong with the nodes themselves."""
        return document.read(doc)[1]

    def check(self, doc: Document, folder: Folder) -> Iterable[Found]:
        """Names are not looked up when a flow that is entered is wrong: what it offers is not known."""
        return check(doc, None if self._enters_a_wrong_one(doc, folder, set()) else self.world(folder))

    def rehearse(self, doc: Document, folder: Folder) -> Iterator[Found]:
        """What the flow's own tests say."""
        for rehearsed in rehearse(doc, self.world(folder)):
            yield from rehearsed.problems

    def world(self, folder: Folder) -> World:
        """The world of a folder; every flow in it asks for the same one."""
        last = self.last
        if last is None or last[0] is not folder:
            last = self.last = (folder, self._new_world(folder))
        return last[1]

    def _enters_a_wrong_one(self, doc: Document, folder: Folder, seen: set[str]) -> bool:
        right = {item.doc["name"]: item.doc for item in folder.right("flows")}
        for name in publishing.entered(doc).keys() & folder.names("flows") - seen:
            seen.add(name)
            inner = right.get(name)
            if inner is None or self.form(inner) or self._enters_a_wrong_one(inner, folder, seen):
                return True
        return False

    def _new_world(self, folder: Folder) -> World:
        about = folder.subscriber.doc if folder.subscriber and folder.subscriber.right else {}
        with self._reading() as session:
            return compose(folder, publishing.versions(session, about.get("slug", "")), trunks(session))

    def _reading(self) -> AbstractContextManager[Session]:
        return nullcontext(self.source) if isinstance(self.source, Session) else operator(self.source, read_only=True)


def _add(known: dict[int, Document], item: Item) -> None:
    """What is published already, word for word, is no newer version."""
    newest = max(known, default=0)
    if not newest or not same(known[newest], item.doc):
        known[newest + 1] = item.doc


def _by_name(folder: Folder, kind: str) -> dict[str, Document]:
    return {item.doc["name"]: item.doc for item in getattr(folder, kind) if isinstance(item.doc.get("name"), str)}
