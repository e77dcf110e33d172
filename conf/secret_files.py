"""Secrets that this installation makes for itself: one file each, readable by its owner alone.

While one is being changed, the one before stays good: its file has the ending `.previous`, until `forget`.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from conf.problems import N_, Wrong

PREVIOUS = ".previous"


class Secret(str):
    """A text that shows itself in no representation: neither in a log, nor in a traceback, nor in a dataclass."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Kept(Secret):
    """A secret of a file, as it was when it was read."""

    file: Path

    def __new__(cls, text: str, file: Path) -> Kept:
        made = super().__new__(cls, text)
        made.file = file
        return made

    def __getnewargs__(self) -> tuple[str, Path]:  # type: ignore[override]
        return str.__str__(self), self.file


def keep(_value: str = "", *, name: str, folder: Path) -> Kept:
    """Read the secret `name` in a folder; make it at the first start. Raises Wrong when others could read it."""
    file = folder / name
    try:
        if not file.exists():
            _make(file)
        if _is_open(file):
            raise Wrong("open_secret", N_("others can read {path}: chmod 600 it, and change it"), path=str(file))
        secret = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = N_("{path} cannot be read: {reason}")
        raise Wrong("unreadable_secret", message, path=str(file), reason=str(error)) from None
    if len(secret) < 8:
        raise Wrong("weak_secret_file", N_("{path} holds fewer than 8 characters"), path=str(file))
    return Kept(secret, file)


def valid(secret: str) -> tuple[str, ...]:
    """What a secret is at this moment, the newest first, with the one before it while a change is under way.

    A secret that the environment gives is just that one.
    """
    if not isinstance(secret, Kept):
        return (secret,)
    found = [_read(secret.file), _read(previous(secret.file))]
    return tuple(Kept(text, secret.file) for text in found if text) or (secret,)


def newest(secret: str) -> str:
    """The value to show to somebody who asks for it."""
    return valid(secret)[0]


def previous(file: Path) -> Path:
    """Where the value before is kept."""
    return file.with_name(file.name + PREVIOUS)


def change(secret: Kept) -> Kept:
    """Make a new value; the one before stays good until `forget`. Both files are replaced whole."""
    _put(newest(secret), previous(secret.file))
    text = secrets.token_urlsafe(32)
    _put(text, secret.file)
    return Kept(text, secret.file)


def forget(secret: str) -> bool:
    """Let the value before be good no more. False when there is none."""
    file = previous(secret.file) if isinstance(secret, Kept) else None
    if file is None or not file.exists():
        return False
    file.unlink()
    return True


def _is_open(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _read(file: Path) -> str:
    """The value of a file; none when it is not there, or could have been read by others."""
    try:
        return "" if _is_open(file) else file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _put(text: str, file: Path) -> None:
    aside = _aside(text, file)
    aside.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(file: Path) -> None:
    """Written aside and linked into place: two processes that start together agree on one secret, read whole."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = _aside(secrets.token_urlsafe(32), file)
    try:
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()


def _aside(text: str, file: Path) -> Path:
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return aside
