"""A subscriber's rows brought to what the files say, kind after kind; each function says what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from conf import publishing, sounds
from conf.difference import Change, compare, hidden
from conf.entry_rows import set_entries
from conf.folder import Folder, Item
from conf.models import Checklist, Document, Extension, Number, NumberList, Prompt, PrompterRule, Schedule, User
from conf.snapshot import in_order, number_lists
from conf.telephone import KEEP, Credentials, equip

Placed = Mapping[str, tuple[int, Document]]


class SubscriberRows:
    """Works inside a session narrowed to one subscriber. The order of the calls in `bring` keeps every key valid."""

    def __init__(self, session: Session, subscriber_id: int, folder: Folder, domain: str, prompts_dir: Path) -> None:
        self.session = session
        self.subscriber_id = subscriber_id
        self.folder = folder
        self.domain = domain
        self.prompts_dir = prompts_dir
        self.credentials: list[Credentials] = []

    def bring(self, dry_run: bool) -> Iterator[Change]:
        """Bring all rows to the folder's state."""
        wanted = _wanted((masked(item.doc) for item in self.folder.users), "login")
        users = list(compare("user", self._placed(User, "login"), wanted))
        yield from self._users(users)
        yield from self._extensions()
        self._remove(User, "login", users)
        yield from self._plain("number", Number, self.folder.numbers, "number")
        yield from self._plain("schedule", Schedule, self.folder.schedules, "name")
        yield from self._plain("prompt", Prompt, self.folder.prompts, "name")
        yield from self._plain("rule", PrompterRule, self.folder.rules, "name")
        yield from self._plain("checklist", Checklist, self.folder.checklists, "name")
        yield from self._sounds(dry_run)
        yield from self._lists()
        yield from self._flows()

    def _placed(self, kind: type[Any], key: str) -> dict[str, tuple[int, Document]]:
        rows = in_order(self.session, kind, self.subscriber_id)
        return {getattr(row, key): (row.position, row.doc) for row in rows}

    def _rows(self, kind: type[Any], key: str) -> dict[str, Any]:
        return {getattr(row, key): row for row in in_order(self.session, kind, self.subscriber_id)}

    def _write(self, kind: type[Any], key: str, changes: Iterable[Change]) -> None:
        rows = self._rows(kind, key)
        for change in changes:
            if change.what == "added":
                self.session.add(kind(subscriber_id=self.subscriber_id, doc=change.after, position=change.position))
            elif change.what in ("changed", "moved"):
                row = rows[change.name]
                row.position = change.position
                if change.what == "changed":
                    row.doc = change.after
        self.session.flush()

    def _remove(self, kind: type[Any], key: str, changes: Iterable[Change]) -> None:
        rows = self._rows(kind, key)
        for change in changes:
            if change.what == "removed":
                self.session.delete(rows[change.name])
        self.session.flush()

    def _plain(self, word: str, kind: type[Any], items: Iterable[Item], key: str) -> Iterator[Change]:
        changes = list(compare(word, self._placed(kind, key), _wanted((item.doc for item in items), key)))
        self._remove(kind, key, changes)
        self._write(kind, key, changes)
        yield from changes

    def _users(self, changes: list[Change]) -> Iterator[Change]:
        self._write(User, "login", changes)
        yield from changes
        rows = self._rows(User, "login")
        for item in self.folder.users:
            yield from self._telephone(rows[item.doc["login"]], item.doc)
        self.session.flush()

    def _telephone(self, user: User, doc: Document) -> Iterator[Change]:
        before = user.sip_a1
        made = equip(user, doc.get("extension", ""), self.domain, doc.get("sip_password", KEEP))
        if made:
            self.credentials.append(made)
        yield from hidden("telephone", user.login, before, user.sip_a1)

    def _extensions(self) -> Iterator[Change]:
        of_users = [
            {"extension": item.doc["extension"], "user": item.doc["login"]}
            for item in self.folder.users
            if item.doc.get("extension")
        ]
        wanted = _wanted(of_users, "extension") | _wanted((item.doc for item in self.folder.extensions), "extension")
        changes = list(compare("extension", self._placed(Extension, "number"), wanted))
        self._remove(Extension, "number", changes)
        self._write(Extension, "number", changes)
        users = self._rows(User, "login")
        for row in self._rows(Extension, "number").values():
            row.user_id = users[row.target].id if row.kind == "user" else None
        self.session.flush()
        # Those of users are told by the user's own field.
        yield from (change for change in changes if "user" not in (change.after or change.before or {}))

    def _sounds(self, dry_run: bool) -> Iterator[Change]:
        rows = self._rows(Prompt, "name")
        for item in self.folder.prompts:
            row, name = rows[item.doc["name"]], item.doc.get("file", "")
            path = sounds.found(self.folder.root, name) if name else None
            content = path.read_bytes() if path else b""
            kept = sounds.place(content, self.subscriber_id) if path else ""
            if path and not dry_run:
                sounds.keep(content, self.prompts_dir / kept)
            yield from hidden("sound", item.doc["name"], row.sound, kept)
            row.sound = kept
        self.session.flush()

    def _lists(self) -> Iterator[Change]:
        before = {doc["name"]: (place, doc) for place, doc in self._placed_lists()}
        changes = list(compare("list", before, _wanted((item.doc for item in self.folder.lists), "name")))
        self._remove(NumberList, "name", changes)
        without = [_without_entries(change) for change in changes]
        self._write(NumberList, "name", without)
        rows = self._rows(NumberList, "name")
        for change in changes:
            if change.after is not None and change.what != "moved":
                set_entries(self.session, rows[change.name], change.after.get("entries", []))
        self.session.flush()
        yield from changes

    def _placed_lists(self) -> Iterator[tuple[int, Document]]:
        places = [row.position for row in in_order(self.session, NumberList, self.subscriber_id)]
        return zip(places, number_lists(self.session, self.subscriber_id), strict=True)

    def _flows(self) -> Iterator[Change]:
        docs = {item.doc["name"]: item.doc for item in self.folder.flows}
        now = publishing.standing(self.session, self.subscriber_id)
        planned = publishing.plan(docs, now)
        before = {name: (0, publishing.pinned(s.doc, s.pins)) for name, s in now.items() if s.published and s.doc}
        after = {name: (0, publishing.pinned(doc, planned[name][1])) for name, doc in docs.items()}
        for name, (version, pins) in planned.items():
            if name not in now or now[name].published != version:
                publishing.publish(self.session, self.subscriber_id, name, version, docs[name], pins)
        for name in before.keys() - docs.keys():
            publishing.withdraw(self.session, self.subscriber_id, name)
        self.session.flush()
        yield from compare("flow", before, after)


def _wanted(docs: Iterable[Document], key: str) -> dict[str, tuple[int, Document]]:
    return {doc[key]: (position, doc) for position, doc in enumerate(docs)}


def masked(doc: Document) -> Document:
    """A user's document as it is kept: never with the password."""
    return doc | {"sip_password": KEEP} if "sip_password" in doc else doc


def _without_entries(change: Change) -> Change:
    if change.after is None or "entries" not in change.after:
        return change
    return replace(change, after=without_entries(change.after))


def without_entries(doc: Document) -> Document:
    """A list's document as its own row keeps it: its entries are rows of their own."""
    return {key: [] if key == "entries" else value for key, value in doc.items()}
