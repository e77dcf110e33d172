"""What an agent does at the desk, for the page and the API alike: only with calls that are at their desk."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import gevent
from flask_babel import get_locale
from sqlalchemy import func, select

from admin_ui.audit import noted
from admin_ui.database import confine, db, looking
from admin_ui.live import Away, Refused, calls
from admin_ui.person import me, subscriber_id
from conf import wrap_up
from conf.accounts.permissions import ALLOWED, LIVE
from conf.models import Extension, PrompterRule, User, WrapUp
from conf.prompter import shown
from conf.translations import LANGUAGES
from speech.hints import fold_text

WAIT = 3.0  # seconds for a row that another process writes a moment after it was shown
AGAIN = 0.1
MOST = 50  # cards that a search finds
_VARIABLE = re.compile(r"\{\{\s*[\w.-]{1,64}\s*\}\}")
T = TypeVar("T")


@dataclass(frozen=True)
class FoundCard:
    """A rule's card as a search finds it, in the reader's language; what only a call knows is left out."""

    rule: str
    title: str
    text: str
    links: tuple[tuple[str, str], ...]
    category: str


class AnothersCard(LookupError):
    """The card was shown to another agent of the call."""


def agent(login: str = "") -> str:
    """Whose desk it is: the person's own; a token says whose, where its maker sees live calls. LookupError."""
    person = me()
    if not may_sit_at(login):
        raise LookupError(login)
    wanted = select(User.login).where(
        User.subscriber_id == subscriber_id(), func.lower(User.login) == (login or person.login).lower()
    )
    with _reading():
        found = db.session.scalars(wanted).first()
    if found is None:
        raise LookupError(login)
    return found


def may_sit_at(login: str) -> bool:
    """Whether a request may act at the desk of a login; "" is one's own."""
    person = me()
    return LIVE in ALLOWED[person.role] if person.token_id else login.lower() in ("", person.login)


def at_desk(call: str, login: str) -> WrapUp:
    """What is known of a call at an agent's desk, waiting a moment when it has only just come. LookupError."""

    def look() -> WrapUp:
        return wrap_up.find(db.session(), subscriber_id(), call, login)

    with _reading():
        try:
            return look()
        except LookupError:
            if not _is_live(call):
                raise
        return _awaited(look)


def mark(call: str, card: int, word: str, login: str) -> None:
    """Say what a card was worth. AnothersCard, LookupError, ValueError for another word. The caller commits."""
    _own_card(call, card, login)
    shown.mark(db.session(), subscriber_id(), call, card, word, me().login, datetime.now(UTC))


def pin(call: str, card: int, pinned: bool, login: str) -> None:
    """Keep a card in sight, or no longer. Raises AnothersCard, LookupError. The caller commits."""
    _own_card(call, card, login)
    shown.pin(db.session(), subscriber_id(), call, card, pinned)


def marks(call: str, login: str) -> dict[int, dict[str, Any]]:
    """What the agent made of the cards of a call, by number. LookupError when it is not at their desk."""
    at_desk(call, login)
    found = shown.of_call(db.session(), subscriber_id(), call)
    return {row.card: {"mark": row.mark, "pinned": row.pinned} for row in found if row.agent.lower() == login.lower()}


def tick(call: str, checklist: str, step: str, login: str) -> None:
    """Tick a step by hand. Raises LookupError, Refused, Away."""
    _talking(call, login)
    calls().tick(me().slug, call, login, checklist, step)


def hang_up(call: str, login: str) -> None:
    """End one's own call. Raises LookupError, Away. The caller commits."""
    _talking(call, login)
    calls().hang_up(me().slug, call)
    noted("hung_up", "call", call)


def transfer(call: str, to: str, login: str) -> None:
    """Send the caller of one's own call elsewhere. Raises LookupError, Refused, Away. The caller commits."""
    _talking(call, login)
    if not to:
        raise Refused("nowhere")
    calls().transfer(me().slug, call, to)
    noted("transferred", "call", call, [["to", None, to]])


def write(call: str, login: str, *, notes: str, outcome: str, adherence: float | None, save: bool) -> WrapUp:
    """Keep what the agent writes of a call. Raises LookupError, ConfigurationError. The caller commits."""
    at_desk(call, login)
    row = wrap_up.find(db.session(), subscriber_id(), call, login)
    now = datetime.now(UTC)
    wrap_up.write(row, notes=notes, outcome=outcome, at=now, adherence=adherence, save=save)
    if save:
        wrap_up.end(row, now)
    db.session.flush()
    return row


def cards(text: str) -> list[FoundCard]:
    """The active cards for agents whose title, text or phrases hold all the words; in the order of the rules."""
    rows = db.session.scalars(
        select(PrompterRule).where(PrompterRule.subscriber_id == subscriber_id()).order_by(PrompterRule.position)
    )
    wanted = {language: fold_text(text, language).split() for language in LANGUAGES}
    today = datetime.now(UTC).date().isoformat()
    found = []
    for row in rows:
        if _is_active(row.doc, today) and _holds(row.doc, wanted):
            found.append(_card(row.doc))
    return found[:MOST]


def spoken(texts: Mapping[str, str]) -> str:
    """A text in the reader's language, else in any."""
    locale = get_locale()
    return texts.get(locale.language if locale else "en") or next((text for text in texts.values() if text), "")


def _is_active(doc: Mapping[str, Any], today: str) -> bool:
    valid = (doc.get("from") or today) <= today <= (doc.get("until") or today)
    return bool(doc.get("active", True)) and doc.get("audience", "agent") == "agent" and valid


def _holds(doc: Mapping[str, Any], wanted: Mapping[str, list[str]]) -> bool:
    """Whether a rule holds all the words, folded as one of the languages folds them."""
    parts = [doc["name"], doc.get("category", ""), *doc["title"].values(), *doc.get("text", {}).values()]
    for words in (doc["when"].get("said") or {}, doc["when"].get("absent") or {}):
        for phrases in words.get("phrases", {}).values():
            parts += phrases
    text = " ".join(parts)
    return any(all(word in fold_text(text, language) for word in words) for language, words in wanted.items())


def _card(doc: Mapping[str, Any]) -> FoundCard:
    links = tuple(
        (spoken(link["title"]), link["url"]) for link in doc.get("links", ()) if not _VARIABLE.search(link["url"])
    )
    text = _VARIABLE.sub("…", spoken(doc.get("text", {})))
    return FoundCard(doc["name"], _VARIABLE.sub("…", spoken(doc["title"])), text, links, doc.get("category", ""))


def _own_card(call: str, card: int, login: str) -> None:
    at_desk(call, login)

    def look() -> str:
        for row in shown.of_call(db.session(), subscriber_id(), call):
            if row.card == card:
                return row.agent.lower()
        raise LookupError(f"no card {card} of {call}")

    with _reading():
        if _awaited(look) != login.lower():
            raise AnothersCard(f"card {card} of {call}")


def _talking(call: str, login: str) -> None:
    """The call is this agent's now. LookupError: it has ended for them, or another of ours talks."""
    if at_desk(call, login).ended_at is not None or _talks_with_another(call, login):
        raise LookupError(call)


def _talks_with_another(call: str, login: str) -> bool:
    """Whether a colleague has the call: a desk that nobody had open while it was passed on was not told so."""
    row = _live(call) or {}
    ends = {str(row.get(end) or "").partition("%")[0] for end in ("from", "talking_to")} - {""}
    wanted = select(func.lower(User.login)).join(Extension, Extension.user_id == User.id)
    with _reading():
        ours = db.session.scalars(wanted.where(User.subscriber_id == subscriber_id(), Extension.number.in_(ends))).all()
    return bool(ours) and login.lower() not in ours


def _is_live(call: str) -> bool:
    return _live(call) is not None


def _live(call: str) -> dict[str, Any] | None:
    try:
        return next((row for row in calls().board(me().slug)["calls"] if row["call"] == call), None)
    except (Away, Refused):
        return None


@contextmanager
def _reading() -> Iterator[None]:
    """Nobody who writes has to wait while this is looked for, or waited for."""
    if db.session().info.get("read_only"):
        yield
        return
    with looking(subscriber_id()):
        yield


def _awaited(look: Callable[[], T]) -> T:
    """What another process is about to write."""
    until = time.monotonic() + WAIT
    while True:
        try:
            return look()
        except LookupError:
            if time.monotonic() > until:
                raise
        db.session.close()
        confine(subscriber_id(), read_only=True)
        gevent.sleep(AGAIN)
