"""Keeps messages: the sound sealed in the vault, a row that tells of it, and a job that puts it into words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import content_keys, jobs
from conf.models import Content, Message
from conf.vault import Vault

KIND = "message"
QUEUE = "transcribe"
REWRITE = "rewrite"  # the queue of the second pass
Transcript = dict[str, Any]  # {"text", "words": [[word, start, end], ...]}


def keep(session: Session, vault: Vault, secret: str, fact: Mapping[str, Any], sound: Path) -> bool:
    """Keep what a caller left, once; the session is the subscriber's. False when it was kept before.

    `fact` names it and tells of it as the row does, `at` in epoch seconds; what it `replaces` goes. `secret` is
    settings.web_secret. Raises FileNotFoundError when the sound is not there.
    """
    if _named(session, fact["name"]) is not None:
        return False
    key = content_keys.public_key(session, secret, KIND)
    with sound.open("rb") as content:
        vault.put(fact["subscriber"], KIND, fact["name"], content, key)
    about = {name: fact[name] for name in ("name", "call", "flow", "node", "caller", "language", "seconds", "ended")}
    session.add(Message(**about, at=datetime.fromtimestamp(fact["at"], UTC), size=sound.stat().st_size))
    session.flush()
    if fact.get("replaces"):
        forget(session, vault, fact["subscriber"], fact["replaces"])
    payload = {"message": fact["name"]}
    due = datetime.now(UTC)
    jobs.put(session, QUEUE, payload, due_at=due, key=f"{KIND} {fact['name']}", subscriber=fact["subscriber"])
    return True


def forget(session: Session, vault: Vault, subscriber: int, name: str) -> None:
    """Remove a message, its sound and its words."""
    message = _named(session, name)
    if message is not None:
        session.delete(message)
        session.flush()
    vault.delete(subscriber, KIND, name)


def listed(session: Session, call: str) -> list[Message]:
    """The messages of a call, in the order in which they were left."""
    return list(session.scalars(select(Message).where(Message.call == call).order_by(Message.at, Message.id)))


def find(session: Session, call: str, name: str) -> Message:
    """One message of a call. LookupError when there is none."""
    message = _named(session, name)
    if message is None or message.call != call:
        raise LookupError(name)
    return message


def sound(session: Session, vault: Vault, secret: str, message: Message) -> BinaryIO:
    """The sound, to read from and jump in. Errors: content_keys.Locked, FileNotFoundError, vault.Damaged."""
    return vault.open(message.subscriber_id, KIND, message.name, content_keys.unlocked(session, secret, KIND))


def write_words(message: Message, state: str, transcript: Transcript | None = None) -> None:
    """Note the words of a message, or why there are none."""
    message.state = state
    message.transcript = None if transcript is None else Content.plain(json.dumps(transcript))


def ask_to_rewrite(session: Session, message: Message) -> None:
    """Queue the second pass over a message that is in words."""
    key = f"{REWRITE} {message.name}"
    payload, due = {"message": message.name}, datetime.now(UTC)
    jobs.put(session, REWRITE, payload, due_at=due, key=key, subscriber=message.subscriber_id)


def words(message: Message) -> Transcript | None:
    """The words of a message; None while there are none, or where the subscriber alone holds the key."""
    if message.transcript is None or message.transcript.sealed:
        return None
    found: Transcript = json.loads(message.transcript.stored[1:])
    return found


def _named(session: Session, name: str) -> Message | None:
    return session.scalars(select(Message).where(Message.name == name)).one_or_none()
