"""The fax box: folders, what lies in them, one fax with its pages. What moves is shown without a reload."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from admin_ui import faxes
from admin_ui.api.parts import Paging, keyset
from admin_ui.database import db
from admin_ui.fax_words import GOES, STATES, words
from admin_ui.person import allowed, me
from conf.accounts.permissions import CALLS, FAX
from conf.fax import listing, profiles
from conf.models import Fax, FaxAttempt
from conf.problems import ConfigurationError

blueprint = Blueprint("fax", __name__)
PER_PAGE = 50


@dataclass(frozen=True)
class Folder:
    """A folder: its name, what it is called, the states that lie in it; none for what was deleted."""

    name: str
    title: Any
    icon: str
    states: tuple[str, ...] = ()


FOLDERS = (
    Folder("inbox", _l("Received"), "inbox", ("received", "partial")),
    Folder("outbox", _l("Sending"), "clock", GOES),
    Folder("sent", _l("Sent"), "send", ("sent",)),
    Folder("failed", _l("Failed"), "circle-alert", ("failed",)),
    Folder("cancelled", _l("Cancelled"), "circle-stop", ("cancelled",)),
    Folder("deleted", _l("Deleted"), "trash-2"),
)


@dataclass(frozen=True)
class View:
    """What somebody looks at: a folder, narrowed by words, dates and whether it was read."""

    folder: Folder
    text: str = ""
    since: str = ""  # dates, on the person's clock
    until: str = ""
    unread: bool = False
    cursor: str = ""

    @property
    def args(self) -> dict[str, str]:
        """Of the address, without the place in the list."""
        asked = {"q": self.text, "since": self.since, "until": self.until, "unread": "1" if self.unread else ""}
        return {"folder": self.folder.name, **{name: value for name, value in asked.items() if value}}

    def search(self, zone: str) -> listing.Search:
        """The same for the database."""
        return listing.Search(
            text=self.text,
            states=self.folder.states,
            deleted=not self.folder.states,
            unread=self.unread,
            since=_midnight(self.since, zone),
            until=_midnight(self.until, zone, 1),
        )


@blueprint.get("/fax")
@allowed(FAX)
def page() -> ResponseReturnValue:
    """A folder, and the fax that is chosen in it. Asked again by the page itself, it answers what has changed."""
    seen, view, chosen = faxes.seen(), _view(), request.args.get("fax", type=int)
    again = request.headers.get("HX-Request") == "true"
    if chosen and not again:
        faxes.looked_at(_one(chosen))
    query = Paging(limit=PER_PAGE, cursor=view.cursor)
    try:
        found = keyset(db.session(), listing.faxes(seen, view.search(me().time_zone)), [(Fax.id, True)], query)
    except ConfigurationError:
        abort(404)
    row = _one(chosen) if chosen else None
    calls = listing.attempts(db.session(), row.id) if row else ()
    counts = _counts()
    marks = {"list": _list_mark(found.items, counts), "open": _open_mark(row, calls)}
    if again and all(request.args.get(name) == mark for name, mark in marks.items()):
        return Response(status=204)
    return render_template(
        "fax/box.html",
        folders=FOLDERS,
        counts=counts,
        view=view,
        folder=view.folder,
        args=view.args,
        page=found,
        cursor=view.cursor,
        fax=row,
        calls=calls,
        marks=marks,
        still=again and request.args.get("open") == marks["open"],
        every=3 if _moves(found.items, row) else 10,
        states=STATES,
        words=words,
        key=token_hex(12),
        may_see_calls=me().may(CALLS),
        may_send=bool(profiles.senders(db.session(), me().login)),
    )


def _view() -> View:
    named = {one.name: one for one in FOLDERS}
    asked = {name: request.args.get(name, "").replace("\0", "").strip() for name in ("q", "since", "until", "cursor")}
    folder = named.get(request.args.get("folder", ""), FOLDERS[0])
    dates = {name: asked[name] for name in ("since", "until") if _date(asked[name])}
    unread = request.args.get("unread") == "1" and folder is FOLDERS[0]
    return View(folder, asked["q"][:100], **dates, unread=unread, cursor=asked["cursor"][:1000])


def folder_of(row: Fax) -> str:
    """The name of the folder in which a fax lies."""
    if row.deleted_at is not None:
        return "deleted"
    return next(folder.name for folder in FOLDERS if row.state in folder.states)


def _one(fax_id: int) -> Fax:
    try:
        return faxes.find(fax_id)
    except LookupError:
        abort(404)


def _counts() -> dict[str, int]:
    states = listing.by_state(db.session(), faxes.seen())
    found = {folder.name: sum(states.get(state, 0) for state in folder.states) for folder in FOLDERS}
    return found | {"deleted": states["deleted"], "unread": states["unread"]}


def _moves(rows: Sequence[Fax], row: Fax | None) -> bool:
    return any(one.state in GOES or not faxes.is_prepared(one) for one in (*rows, *filter(None, [row])))


def _list_mark(rows: Sequence[Fax], counts: Mapping[str, int]) -> str:
    told = [(row.id, row.state, row.seen_at is None, row.pages, row.pages_confirmed, row.pdf) for row in rows]
    return _mark(told, sorted(counts.items()))


def _open_mark(row: Fax | None, calls: Sequence[FaxAttempt]) -> str:
    if row is None:
        return "none"
    ends = [(one.number, one.state, one.pages_confirmed, one.code, one.cause) for one in calls]
    named = (row.id, row.state, row.reason, row.pages, row.pages_confirmed, row.pdf, row.tiff, row.deleted_at)
    return _mark(named, row.due_at, ends)


def _mark(*told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(text: str, zone: str, days: int = 0) -> datetime | None:
    """When a day begins on the clock of a zone, or so many days later; None when no day is named."""
    day = _date(text)
    if day is None or not 1971 <= day.year < 9000:
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone)).astimezone(UTC)
