"""Spoken sounds on disk: where each lies, and how the oldest make room. A file's time is when it was last asked for."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

_ROOM = 0.9  # an overfull cache is emptied to this part of its limit, so that not every new sound empties it
_ABANDONED = 3600.0  # seconds after which a half-written file has no writer any more


def path_for(folder: Path, voice: str, rate: int, text: str) -> Path:
    """Return where a sound lies: hex and `.wav` only, so that the name is safe in any command."""
    name = hashlib.sha256(f"{voice}\n{rate}\n{text}".encode()).hexdigest()
    return folder / name[:2] / f"{name}.wav"


def touch(path: Path) -> bool:
    """Mark a sound as asked for now; False when it is not in the cache."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def make_room(folder: Path, limit_bytes: int, keep: Path) -> int:
    """Remove the sounds not asked for longest until the cache fits its limit; return the bytes left.

    `keep` (just made) stays. Another process may do the same at the same time.
    """
    sounds = sorted(_sounds(folder))
    left = sum(size for _, size, _ in sounds)
    if left <= limit_bytes:
        return left
    for _, size, path in sounds:
        if left <= limit_bytes * _ROOM:
            break
        if path != str(keep):
            with contextlib.suppress(OSError):
                os.unlink(path)
            left -= size
    return left


def _sounds(folder: Path) -> Iterator[tuple[float, int, str]]:
    now = time.time()
    for shelf in _scan(folder):
        if not shelf.is_dir(follow_symlinks=False):
            continue
        for entry in _scan(Path(shelf.path)):
            with contextlib.suppress(OSError):  # another process removed it
                about = entry.stat(follow_symlinks=False)
                if entry.name.endswith(".wav"):
                    yield about.st_mtime, about.st_size, entry.path
                elif entry.name.endswith(".part") and now - about.st_mtime > _ABANDONED:
                    os.unlink(entry.path)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
