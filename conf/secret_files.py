"""Secrets that this installation makes for itself: one file each, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from conf.problems import N_, Wrong


def keep(_value: str = "", *, name: str, folder: Path) -> str:
    """Read the secret `name` in a folder; make it at the first start. Raises Wrong when others could read it."""
    file = folder / name
    try:
        if not file.exists():
            _make(file)
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise Wrong("open_secret", N_("others can read {path}: chmod 600 it, and change it"), path=str(file))
        secret = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = N_("{path} cannot be read: {reason}")
        raise Wrong("unreadable_secret", message, path=str(file), reason=str(error)) from None
    if len(secret) < 8:
        raise Wrong("weak_secret_file", N_("{path} holds fewer than 8 characters"), path=str(file))
    return secret


def _make(file: Path) -> None:
    """Written aside and linked into place: two processes that start together agree on one secret, read whole."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(32) + "\n")
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
