"""The sounds of prompts: uploaded, kept under a name made from their content, so that none changes under a call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import sounds
from conf.difference import Change, hidden, same
from conf.editing import checking, rows, stored
from conf.editing.documents import Saved
from conf.editing.sound_files import NARROW, Sound, prepare
from conf.models import Document, Prompt
from conf.problems import ConfigurationError, Wrong


def keep_sound(session: Session, subscriber_id: int, name: str, sound: bytes | Sound, *, prompts_dir: Path) -> Saved:
    """Give a prompt a sound, from an uploaded file's content or prepared already; a new prompt when there is none.

    A text that the prompt has stays for languages and logs. Raises ConfigurationError when it cannot be played.
    """
    try:
        made = sound if isinstance(sound, Sound) else prepare(sound)
    except Wrong as wrong:
        raise ConfigurationError([wrong.problem.at(field="file")]) from None
    stored.lock(session, subscriber_id)
    present = stored.document(session, subscriber_id, "prompts", name)
    doc = present or {"name": name}
    if not doc.get("file"):
        doc = {**doc, "file": f"sounds/{name}.wav".replace("\\", "_")}
    checking.refuse(checking.form("prompts", doc, checking.NONE))
    others = _write(session, subscriber_id, present, doc, _place(made, subscriber_id, prompts_dir))
    change = None if present and same(present, doc) else Change("prompt", name, "added", None, doc)
    if change and present:
        change = replace(change, what="changed", before=present)
    return Saved(doc, change, tuple(others))


def sound_file(
    session: Session, subscriber_id: int, name: str, *, prompts_dir: Path, rate: int = NARROW
) -> Path | None:
    """The sound of a prompt, as callers hear it unless another rate is asked for; None when it has none."""
    wanted = select(Prompt.sound).where(Prompt.subscriber_id == subscriber_id, Prompt.name == name)
    kept = session.scalars(wanted).one_or_none()
    if not kept:
        return None
    path = prompts_dir / kept
    narrow = _narrow(path)
    return narrow if rate == NARROW and narrow.is_file() else path


def _write(session: Session, subscriber_id: int, present: Document | None, doc: Document, kept: str) -> list[Change]:
    rows.put(session, subscriber_id, "prompts", doc["name"] if present else None, doc, "")
    row = rows.row(session, subscriber_id, "prompts", doc["name"])
    changes = list(hidden("sound", doc["name"], row.sound, kept))
    row.sound = kept
    session.flush()
    return changes


def _place(made: Sound, subscriber_id: int, prompts_dir: Path) -> str:
    kept = sounds.place(made.wide, subscriber_id)
    sounds.keep(made.narrow, _narrow(prompts_dir / kept))
    sounds.keep(made.wide, prompts_dir / kept)
    return kept


def _narrow(path: Path) -> Path:
    return path.with_name(f"{path.stem}.8000.wav")
