"""Reading, saving and removing one document: the words and the checks of `apply`, for one document at a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.apply_trunks import nothing_kept
from conf.difference import Change, same
from conf.editing import carrying, checking, roles, rows, stored
from conf.editing.ahead import Ahead, look_ahead
from conf.editing.kinds import ALL, OPERATORS, SUBSCRIBER
from conf.editing.stale import Stale
from conf.editing.where_used import Name, Use, drafts, problems, uses, where_used
from conf.entry_rows import Difference
from conf.flow_checks import NONE, Checks
from conf.folder import Folder, Item
from conf.models import Document, Prompt, Subscriber
from conf.problems import N_, ConfigurationError, Problem
from conf.telephone import KEEP, Credentials, equip

__all__ = [
    "Ahead",
    "Saved",
    "Stale",
    "Use",
    "etag",
    "look_ahead",
    "move",
    "new_sip_password",
    "read",
    "read_all",
    "remove",
    "save",
    "where_used",
]

# The field in which a document of a kind has each of its names.
_FIELDS = {kind: {kind: about.key, "extensions": "extension"} for kind, about in ALL.items()}


@dataclass(frozen=True)
class Saved:
    """What was done. `change` is None when nothing was to change; `others` are what followed from it.

    `credentials` are a telephone's, known only here and now.
    """

    doc: Document | None
    change: Change | None
    others: tuple[Change, ...] = ()
    credentials: Credentials | None = field(default=None, repr=False)
    warnings: tuple[Problem, ...] = ()


def etag(doc: Document) -> str:
    """A hash of the document as it is written, the order of its keys included."""
    return hashlib.sha256(json.dumps(doc).encode()).hexdigest()[:32]


def read_all(session: Session, subscriber_id: int, kind: str) -> list[Document]:
    """The documents of a kind, in their order. The operator's kinds belong to subscriber 0."""
    return stored.documents(session, subscriber_id, kind)


def read(session: Session, subscriber_id: int, kind: str, name: str) -> Document:
    """One document. LookupError when there is none."""
    doc = stored.document(session, subscriber_id, kind, name)
    if doc is None:
        raise LookupError(f"no {ALL[kind].word} {name}")
    return doc


def save(
    session: Session,
    subscriber_id: int,
    kind: str,
    name: str | None,
    doc: Document,
    *,
    checks: Checks = NONE,
    domain: str,
    expected: str | None = None,
    carry: bool = False,
    ahead: Ahead | None = None,
) -> Saved:
    """Write a document: over the one of a name, or a new one (None). One with another name is renamed.

    `domain` is the operator's. `expected` is the etag of what the editor had before it. `carry` lets other documents
    and drafts name it anew; what is published never changes. `ahead` is what `look_ahead` found for this document
    before the transaction began: of it, what nobody has changed since is not looked at again.

    Raises:
        ConfigurationError: with every problem that this document has or causes. Nothing was written.
        Stale: somebody else saved it meanwhile.
        LookupError: there is no document of that name.
    """
    version = _lock(session, subscriber_id, kind)
    before = stored.folder(session, 0 if kind in OPERATORS else subscriber_id)
    known = ahead if ahead is not None and ahead.doc is doc and ahead.version == version else None
    present = known.present if known else read(session, subscriber_id, kind, name) if name is not None else None
    _expect(expected, present)
    warnings = list(ahead.warnings) if ahead and ahead.doc is doc else checking.refuse(checking.form(kind, doc, checks))
    old = _item(before, kind, name)
    mute = _mute(session, subscriber_id, before, old, doc) if kind == "prompts" else []
    theirs = roles.refused(session, before, present, doc) if kind == "users" else ()
    checking.refuse([*checking.taken(before, kind, old, doc), *_fixed(kind, old, doc), *mute, *theirs])
    if present is not None and same(rows.kept(kind, doc), present) and not _gives_password(doc):
        return Saved(present, None, warnings=tuple(warnings))
    after = checking.placed(before, kind, old, doc)
    lost = _names(kind, old.doc if old else None) - _names(kind, doc)
    along: list[carrying.Along] = []
    found = _uses(session, subscriber_id, before, lost, (kind, name or "")) if lost else []
    if found and carry:
        along = carrying.along(before, drafts(session, subscriber_id), found, _given(kind, lost, doc), _FIELDS[kind])
        for changed in along:
            after = changed.into(after)
    else:
        checking.refuse(problems(found, _FIELDS[kind]))
    warnings += checking.refuse(checking.caused(before, after, checks, lost=bool(lost)))
    others, credentials = _write(session, subscriber_id, kind, name, doc, domain, known.entries if known else None)
    for changed in along:
        others += changed.write(session, subscriber_id)
    if kind == "trunks":
        warnings += nothing_kept(rows.row(session, 0, kind, doc["name"]), Item(doc, checking.HERE))
    kept = rows.kept(kind, doc)
    change = Change(ALL[kind].word, str(doc[ALL[kind].key]), "changed" if present else "added", present, kept)
    return Saved(kept, change, tuple(others), credentials, tuple(map(checking.placeless, warnings)))


def remove(
    session: Session,
    subscriber_id: int,
    kind: str,
    name: str,
    *,
    checks: Checks = NONE,
    expected: str | None = None,
) -> Saved:
    """Remove a document. Refused while it is used, with a problem for each place. Raises as `save` does."""
    _lock(session, subscriber_id, kind)
    before = stored.folder(session, 0 if kind in OPERATORS else subscriber_id)
    present = read(session, subscriber_id, kind, name)
    _expect(expected, present)
    if kind == SUBSCRIBER:
        raise ConfigurationError([Problem("not_here", N_("a subscriber is removed by the operator"))])
    if kind == "users":
        checking.refuse([*roles.refused(session, before, present, None)])
    old = _item(before, kind, name)
    lost = _names(kind, present)
    checking.refuse(problems(_uses(session, subscriber_id, before, lost, (kind, name)), _FIELDS[kind]))
    warnings = checking.refuse(checking.caused(before, checking.placed(before, kind, old, None), checks, lost=True))
    rows.drop(session, subscriber_id, kind, name)
    return Saved(None, Change(ALL[kind].word, name, "removed", present, None), warnings=tuple(warnings))


def move(session: Session, subscriber_id: int, kind: str, name: str, place: int) -> Saved:
    """Give a document another place in its kind, counted from 0; the others make room. The order of rules decides."""
    _lock(session, subscriber_id, kind)
    before = stored.folder(session, 0 if kind in OPERATORS else subscriber_id)
    about, names = ALL[kind], [item.doc[ALL[kind].key] for item in getattr(before, kind)]
    found = rows.row(session, subscriber_id, kind, name)
    names.remove(name)
    names.insert(min(max(place, 0), len(names)), name)
    if found.position == names.index(name):
        return Saved(found.doc, None)
    for position, other in enumerate(names):
        rows.row(session, subscriber_id, kind, other).position = position
    session.flush()
    return Saved(found.doc, Change(about.word, name, "moved", found.doc, found.doc, names.index(name)))


def new_sip_password(session: Session, subscriber_id: int, login: str, *, domain: str) -> Credentials:
    """Give a user's telephone a new password: the one before is of no use any more. LookupError without a telephone."""
    user = rows.row(session, subscriber_id, "users", login)
    if not user.sip_user:
        raise LookupError(f"{login} has no telephone")
    number, user.sip_a1 = user.sip_user, ""
    made = equip(user, number, _domain(session, subscriber_id, domain), KEEP)
    session.flush()
    assert made is not None
    return made


def _lock(session: Session, subscriber_id: int, kind: str) -> int:
    """The version of the subscriber's configuration; the operator's has none."""
    return -1 if kind in OPERATORS else stored.lock(session, subscriber_id)


def _expect(expected: str | None, present: Document | None) -> None:
    if expected is not None and (present is None or etag(present) != expected):
        raise Stale(present)


def _item(folder: Folder, kind: str, name: str | None) -> Item | None:
    if kind == SUBSCRIBER:
        return folder.subscriber
    return next((item for item in getattr(folder, kind) if item.doc[ALL[kind].key] == name), None)


def _names(kind: str, doc: Document | None) -> set[Name]:
    """What others may call a document by: a user by the login, and by the extension too."""
    if doc is None or kind == SUBSCRIBER:
        return set()
    found = {(kind, str(doc[ALL[kind].key]))}
    if kind == "users" and doc.get("extension"):
        found.add(("extensions", doc["extension"]))
    return found


def _uses(session: Session, subscriber_id: int, before: Folder, lost: set[Name], itself: Name) -> list[Use]:
    found = uses(before, drafts(session, subscriber_id) if subscriber_id else {}, lost)
    if itself[0] == "trunks":
        found = where_used(session, 0, *itself)
    return [use for use in found if (use.kind, use.name) != itself]


def _given(kind: str, lost: set[Name], doc: Document) -> dict[Name, str]:
    """The new name of each one that is lost."""
    now = dict(_names(kind, doc))
    return {(what, name): now[what] for what, name in lost if what in now}


def _fixed(kind: str, old: Item | None, doc: Document) -> list[Problem]:
    if kind != SUBSCRIBER or old is None or old.doc["slug"] == doc["slug"]:
        return []
    message = N_("cannot be changed: every telephone is registered under it")
    return [Problem("slug_fixed", message, field="slug")]


def _mute(session: Session, subscriber_id: int, before: Folder, old: Item | None, doc: Document) -> list[Problem]:
    """A file that was never uploaded, or that another prompt has: an export would write both in one place."""
    file = doc.get("file", "")
    if not file:
        return []
    wanted = select(Prompt.sound).where(
        Prompt.subscriber_id == subscriber_id, Prompt.name == (old.doc if old else doc)["name"]
    )
    if not session.scalars(wanted).one_or_none():
        return [Problem("no_sound", N_("upload the sound first"), field="file")]
    if any(item is not old and item.doc.get("file") == file for item in before.prompts):
        return [Problem("given_twice", N_("{name} exists already"), {"name": file}, field="file")]
    return []


def _gives_password(doc: Document) -> bool:
    return any(doc.get(key, KEEP) != KEEP for key in ("sip_password", "password"))


def _write(
    session: Session,
    subscriber_id: int,
    kind: str,
    name: str | None,
    doc: Document,
    domain: str,
    entries: Difference | None,
) -> tuple[list[Change], Credentials | None]:
    realm = _domain(session, subscriber_id, domain) if kind == "users" else ""
    try:
        with session.begin_nested():
            return rows.put(session, subscriber_id, kind, name, doc, realm, entries)
    except IntegrityError:
        if kind != "numbers":
            raise
        # Whose it is, is nobody else's business.
        taken = Problem("number_taken", N_("{number} is not available"), {"number": doc["number"]}, field="number")
        raise ConfigurationError([taken]) from None


def _domain(session: Session, subscriber_id: int, domain: str) -> str:
    slug = session.scalars(select(Subscriber.slug).where(Subscriber.id == subscriber_id)).one()
    return f"{slug}.{domain}"
